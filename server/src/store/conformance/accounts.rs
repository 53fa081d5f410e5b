//! Accounts, sessions and set-up links.

use super::{LIMIN, WANG, account};
use crate::store::{Grant, SetupOutcome, Store};
use ruyuan_domain::{ScopeId, UserId, wire::Role};
use std::sync::Arc;

pub async fn accounts_sessions_and_links(store: Arc<dyn Store>) {
    assert!(!store.any_account().await.unwrap());
    store.replace_setup_link("old", 100).await.unwrap();
    store.replace_setup_link("link", 100).await.unwrap();
    let grants = [Grant {
        valid_to_ms: Some(9),
        ..Grant::open(Role::Admin, ScopeId::city())
    }];
    let admin = account(LIMIN, "admin");
    let mut made = Vec::new();
    for (link, now) in [("old", 0), ("link", 100), ("link", 99), ("link", 99)] {
        made.push(
            store
                .use_setup_link(link, &admin, &grants, now)
                .await
                .unwrap()
                == SetupOutcome::Made,
        );
    }
    assert_eq!(made, [false, false, true, false]);
    assert!(store.any_account().await.unwrap());
    let doubled = account(WANG, "admin");
    assert!(!store.insert_account(&doubled, &grants, 0).await.unwrap());
    assert!(
        store
            .account_named("admin")
            .await
            .unwrap()
            .is_some_and(|found| found == admin)
    );
    assert!(store.account_named("Admin").await.unwrap().is_none());

    store.open_session("hash", LIMIN, 10, 20).await.unwrap();
    let session = store.session("hash", 19).await.unwrap().unwrap();
    assert!(session.account == admin && session.grants == grants && session.seen_at_ms == 10);
    assert!(store.session("hash", 20).await.unwrap().is_none());
    store.extend_session("hash", 15, 30).await.unwrap();
    assert_eq!(
        store.session("hash", 29).await.unwrap().unwrap().seen_at_ms,
        15
    );
    store.open_session("later", LIMIN, 30, 40).await.unwrap();
    assert!(
        store.session("hash", 29).await.unwrap().is_none(),
        "swept once it has ended"
    );

    let grants = [
        Grant::open(Role::Officer, ScopeId::park("p")),
        Grant {
            valid_from_ms: Some(33),
            ..Grant::open(Role::Trainer, ScopeId::park("p"))
        },
        Grant {
            valid_to_ms: Some(9),
            ..Grant::open(Role::Clerk, ScopeId::park("p"))
        },
    ];
    let wang = account(WANG, "wang");
    assert!(store.insert_account(&wang, &grants, 0).await.unwrap());
    // One that ends is none: those who are left must not be counted on it.
    assert!(store.administrators(0).await.unwrap().is_empty());
    let chief = account(UserId::from_u128(13), "chief");
    let admin = [Grant::open(Role::Admin, ScopeId::city())];
    assert!(store.insert_account(&chief, &admin, 0).await.unwrap());
    assert_eq!(store.administrators(0).await.unwrap(), [chief.user]);
    let everybody = store.everybody().await.unwrap();
    let granted: Vec<_> = everybody
        .iter()
        .map(|(account, grants)| (account.user_name.as_str(), grants.len()))
        .collect();
    assert_eq!(granted, [("admin", 1), ("chief", 1), ("wang", 3)]);
    assert!(everybody[2].0 == wang);
    for ended in [1, 0] {
        assert_eq!(store.end_grants(WANG, 32).await.unwrap(), ended);
    }
    store.open_session("wang", WANG, 30, 40).await.unwrap();
    let left = store.session("wang", 39).await.unwrap().unwrap().grants;
    let mut ends: Vec<_> = left.iter().map(|grant| grant.valid_to_ms).collect();
    ends.sort_unstable();
    assert_eq!(ends, [Some(9), Some(32)]);

    store.close_session("later").await.unwrap();
    assert!(store.session("later", 31).await.unwrap().is_none());
}
