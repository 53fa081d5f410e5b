//! Two servers that start at the same instant on one database.

use crate::program;
use ruyuan_domain::{RecordKind, ScopeId};
use ruyuan_server::{
    store::Store,
    testing::{open_postgres, postgres},
};

#[tokio::test(flavor = "multi_thread")]
async fn two_servers_start_at_once_on_an_empty_database() {
    let Some(url) = postgres::database() else {
        return;
    };
    let servers = [(); 2].map(|()| program::start(&["--demo", "--database", &url]));
    for server in servers.map(program::Starting::listens) {
        assert!(server.said.iter().any(|line| line.contains("limin")));
    }
    let store = open_postgres(&url).await;
    let mut tx = store.begin_read().await.unwrap();
    let head = tx.scope(&ScopeId::public()).await.unwrap();
    assert_eq!(
        (head.seq.0, head.digest.rows),
        (7, 7),
        "a form, three divisions and three parks, each once"
    );
    let firms = tx
        .records_of_kind(&ScopeId::park("330802-01"), &RecordKind::Enterprise)
        .await
        .unwrap();
    assert!(!firms.is_empty() && firms.iter().all(|firm| firm.version == 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_links_that_make_the_first_account_only_one_is_left() {
    let Some(url) = postgres::database() else {
        return;
    };
    let servers = [(); 2].map(|()| program::start(&["--database", &url]));
    let links: Vec<String> = servers
        .map(program::Starting::listens)
        .iter()
        .flat_map(|server| server.said.clone())
        .filter_map(|line| {
            line.split_once("#token=")
                .map(|(_, token)| token.to_owned())
        })
        .collect();
    assert_eq!(links.len(), 2);
    let store = open_postgres(&url).await;
    let mut worth = 0;
    for link in links {
        let hash = ruyuan_server::secret::hash_token(&link);
        let account = ruyuan_server::store::Account {
            user: ruyuan_domain::UserId::from_u128(1),
            user_name: "admin".to_owned(),
            display_name: "管理员".to_owned(),
            password_hash: "-".to_owned(),
        };
        let made =
            ruyuan_server::store::AccountStore::use_setup_link(&store, &hash, &account, &[], 0);
        worth += u32::from(made.await.unwrap() == ruyuan_server::store::SetupOutcome::Made);
    }
    assert_eq!(worth, 1);
}
