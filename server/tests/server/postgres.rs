//! The server on PostgreSQL: what that database takes otherwise than SQLite does, and what a wrong address says.

use crate::{
    devices::{Device, PARK, record, told},
    start::Folders,
};
use ruyuan_domain::{MutationId, consts::SCHEMA};
use ruyuan_server::testing::{TestApp, postgres};
use serde_json::{Value, json};

/// PostgreSQL keeps no U+0000 in a text. Wherever one can be typed, it is refused or kept escaped, and never the
/// database's failure.
#[tokio::test]
async fn a_nul_anywhere_is_no_failure_of_the_database() {
    let Some(app) = TestApp::on_postgres().await else {
        return;
    };
    let officer = app.officer("limin", PARK).await;
    let mut mine = Device::new(&app, &officer, 1);
    let whole = json!(mine.firm(record(100), "甲"));
    let raw = json!({"device": mine.id, "schema": SCHEMA, "mutations": [whole]}).to_string();
    let answer = app
        .post_text("/api/sync/push", Some(&officer), raw.replace('甲', "\0"))
        .await;
    assert_eq!(answer.status, 400, "a raw one is no JSON");

    let spoilt: [fn(&mut Value); 9] = [
        |firm| firm["fields"]["name"]["new"] = "甲\0".into(),
        |firm| firm["fields"]["name"]["old"] = "甲\0".into(),
        |firm| firm["fields"]["na\0me"] = json!({"new": "甲"}),
        |firm| firm["kind"] = "enter\0prise".into(),
        |firm| firm["scope"] = "park:330802-01\0".into(),
        |firm| firm["op"] = "create\0".into(),
        |firm| firm["at"] = "\0".into(),
        |firm| firm["record"] = "\0".into(),
        |firm| firm["unknown"] = "\0".into(),
    ];
    for (number, spoil) in (1_u64..).zip(spoilt) {
        let mut firm = whole.clone();
        firm["mid"] = number.into();
        firm["id"] = json!(MutationId::from_u128(u128::from(number)));
        firm["record"] = json!(record(u128::from(number)));
        spoil(&mut firm);
        let answer = mine.push_raw(&[firm]).await;
        let quarantined = told(&answer)[0].contains("quarantined");
        // What nobody reads is kept with the rest of the text.
        assert_eq!(quarantined, number < 9, "{number}: {:?}", told(&answer));
    }
    for (path, body) in [
        (
            "/api/session",
            json!({"user_name": "li\0min", "password": "p\0"}),
        ),
        (
            "/api/setup",
            json!({"token": "\0", "user_name": "a\0", "display_name": "b\0", "password": "12345678\0"}),
        ),
    ] {
        let answer = app.post(path, None, &body).await;
        assert!(answer.status.is_client_error(), "{path}: {}", answer.status);
    }
}

#[test]
fn a_wrong_address_is_said_in_one_line_without_its_password() {
    let folders = Folders::new();
    let nowhere = folders.path().join("nowhere").display().to_string();
    let unreachable = format!("postgres://me:secret@{}/field", nowhere.replace('/', "%2F"));
    for (url, parts) in [
        ("mysql://me:secret@h/field", &["not a postgres:// URL"][..]),
        (
            "postgres://me:secret@h/field?sslmod=require",
            &["unknown parameter `sslmod`"],
        ),
        (
            unreachable.as_str(),
            &["cannot use the database postgres://me@", "nowhere/field"],
        ),
    ] {
        let said = folders.fails(&["--port", "0", "--database", url]);
        assert!(
            said.contains("--database") && !said.contains("secret"),
            "{said}"
        );
        assert!(parts.iter().all(|part| said.contains(part)), "{said}");
    }
    assert!(!folders.path().join("data").exists());
}

#[test]
fn a_database_that_is_not_there_is_said() {
    let Some(url) = postgres::database() else {
        return;
    };
    let folders = Folders::new();
    let said = folders.fails(&["--port", "0", "--database", &format!("{url}gone")]);
    assert!(said.contains("does not exist"), "{said}");
    let said = folders.fails(&[
        "--port",
        "0",
        "--database",
        &format!("{url}?sslmode=require"),
    ]);
    assert!(said.contains("TLS"), "never in the clear instead: {said}");
}
