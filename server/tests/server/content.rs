//! The content that ships, and what happens at a start when it changed.

use ruyuan_domain::{RecordKind, ScopeId, consts::field};
use ruyuan_server::{
    content::{self, ContentError},
    store::ReadTx,
    testing::TestApp,
};
use std::{
    fs,
    path::{Path, PathBuf},
};

fn shipped() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../content")
}

async fn import(app: &TestApp, folder: &Path) -> Result<usize, ContentError> {
    content::import(
        app.state.store.as_ref(),
        app.clock.as_ref(),
        &content::read(folder)?,
    )
    .await
}

#[tokio::test]
async fn what_ships_is_imported_once() {
    let app = TestApp::with_content(&shipped()).await;
    assert_eq!(
        import(&app, &shipped()).await.unwrap(),
        0,
        "a second start takes no number"
    );
    let mut tx = app.state.store.begin_read().await.unwrap();
    let count = async |tx: &mut dyn ReadTx, kind| {
        tx.records_of_kind(&ScopeId::public(), &kind)
            .await
            .unwrap()
            .len()
    };
    assert_eq!(count(tx.as_mut(), RecordKind::Division).await, 7);
    assert!(count(tx.as_mut(), RecordKind::Park).await >= 8);
    assert_eq!(count(tx.as_mut(), RecordKind::IndustryChain).await, 6);
    assert!(count(tx.as_mut(), RecordKind::Form).await >= 1);
    let form = tx
        .record(content::form_record_id("visit", 2))
        .await
        .unwrap()
        .unwrap();
    assert!(
        form.text(field::DEFINITION)
            .starts_with("{\"form_id\":\"visit\",\"version\":2,")
    );
}

#[tokio::test]
async fn a_changed_entry_takes_the_next_number_and_a_changed_form_is_refused() {
    let app = TestApp::new().await;
    let folder = app.folder().join("content");
    let head = async || {
        app.state
            .store
            .begin_read()
            .await
            .unwrap()
            .scope(&ScopeId::public())
            .await
            .unwrap()
    };
    let before = head().await;
    edit(&folder.join("parks.json"), "甲园区", "甲产业园");
    assert_eq!(import(&app, &folder).await.unwrap(), 1);
    assert_eq!(head().await.seq.0, before.seq.0 + 1);

    edit(&folder.join("forms/visit.json"), "备注", "说明");
    let error = import(&app, &folder).await.unwrap_err().to_string();
    assert!(
        error.contains("form visit version 1") && error.contains("bump the version"),
        "{error}"
    );
    edit(
        &folder.join("forms/visit.json"),
        "\"version\":1",
        "\"version\":2",
    );
    assert_eq!(
        import(&app, &folder).await.unwrap(),
        1,
        "the next version stands beside the first"
    );
}

fn edit(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.contains(from));
    fs::write(path, text.replace(from, to)).unwrap();
}

#[tokio::test]
async fn a_faulty_file_is_named_with_its_entry() {
    let app = TestApp::new().await;
    let folder = app.folder().join("content");
    for (name, text, said) in [
        ("parks.json", "[{\"code\":\"1\"}]", "entry 0: no id"),
        ("parks.json", "[{\"id\":\"x\"}]", "not a UUID"),
        (
            "parks.json",
            "[{\"id\":\"00000000-0000-8000-8000-000000000001\",\"bounds\":{\"n\":1}}]",
            "entry 0: bounds: an object",
        ),
        (
            "parks.json",
            "[{\"id\":\"00000000-0000-8000-8000-000000000001\",\"area\":1.5}]",
            "entry 0: area: 1.5 is not a whole number",
        ),
        ("parks.json", "{", "parks.json"),
        (
            "forms/visit.json",
            "{\"form_id\":\"v\",\"version\":1,\"title\":{},\"groups\":[{\"name\":\"g\",\"label\":{},\"questions\":[\
             {\"name\":\"a b\",\"label\":{\"zh-CN\":\"x\"},\"kind\":{\"note\":{}}}]}]}",
            "not a name",
        ),
    ] {
        let path = folder.join(name);
        let kept = fs::read_to_string(&path).unwrap();
        fs::write(&path, text).unwrap();
        let error = content::read(&folder).unwrap_err().to_string();
        assert!(error.contains(said) && error.contains(name), "{error}");
        assert!(!error.contains('\n'), "{error}");
        fs::write(&path, kept).unwrap();
    }
}
