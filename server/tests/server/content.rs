//! The content that ships, and what happens at a start when it changed.

use ruyuan_domain::{
    FieldValue, Fields, RecordKind, ScopeId, Stamp,
    consts::field,
    forms::{FormDefinition, check_group},
};
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
        .record(content::form_record_id("visit", 4))
        .await
        .unwrap()
        .unwrap();
    assert!(
        form.text(field::DEFINITION)
            .starts_with("{\"form_id\":\"visit\",\"version\":4,")
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

/// The shipped form, with these answers: the names of the questions that are wrong or missing.
fn wrong(form: &FormDefinition, answers: &[(&str, FieldValue)]) -> Vec<String> {
    let answers = answers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone()));
    let now = Stamp::parse("2026-11-26T12:00:00+08:00").unwrap();
    let names = form.groups.iter().filter(|group| {
        ["consent_signature", "personal_information", "sealed_papers"]
            .contains(&group.name.as_str())
    });
    let answers: Fields = answers.collect();
    names
        .flat_map(|group| check_group(group, &answers, now))
        .map(|error| error.path)
        .collect()
}

#[test]
fn a_signature_has_a_name_and_no_consent_stands_in_for_another() {
    let form = fs::read_to_string(shipped().join("forms/visit.json")).unwrap();
    let form: FormDefinition = serde_json::from_str(&form).unwrap();
    let confirms = ("enterprise_confirms", FieldValue::from(true));
    let signs = |how: &str| ("signing", FieldValue::from(how));
    let agrees = |what: &str| ("personal_consent", FieldValue::from(what));
    let name = ("signer_name", FieldValue::from("王工"));
    let position = ("signer_position", FieldValue::from("经理"));
    let drawn = ("signature", FieldValue::from("M1 2L3 4"));
    let none: [String; 0] = [];
    // Nothing is compulsory.
    assert_eq!(wrong(&form, &[]), none);
    for how in ["on_paper", "unsigned"] {
        assert_eq!(wrong(&form, &[confirms.clone(), signs(how)]), none);
    }
    let signed = [confirms.clone(), signs("on_screen"), drawn.clone()];
    assert_eq!(wrong(&form, &signed), ["signer_name", "signer_position"]);
    let named = [confirms.clone(), signs("on_screen"), name, position];
    assert_eq!(wrong(&form, &named), ["signature"]);
    // The firm's confirmation and its sealed paper ask nothing of the person, and the person's consent nothing of them.
    let sealed = ("authorisation_number", FieldValue::from("2026-7"));
    assert_eq!(wrong(&form, &[sealed]), none);
    assert_eq!(wrong(&form, &[agrees("refused")]), none);
    let specific = ["consenting_person", "consent_bank", "personal_consented_at"];
    assert_eq!(wrong(&form, &[agrees("agreed")]), specific);
    assert_eq!(wrong(&form, &[agrees("withdrawn")]).len(), 4);
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
