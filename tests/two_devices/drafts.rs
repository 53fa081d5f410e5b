//! A form that was begun on one device of a person is gone on with on another.

use super::{Fault, PARK, Phone, fill_everything, server};
use ruyuan_domain::{FieldValue, RecordId};
use ruyuan_server::testing::{Caller, TestApp};
use ruyuan_sync::{copies::Elsewhere, draft::Draft, environment::Environment};

/// Two devices of one person, with a firm that both have.
async fn two_of_one(server: &TestApp) -> (Caller, Phone<'_>, Phone<'_>, RecordId) {
    let li = server.officer("limin", PARK).await;
    let (phone, tablet) = (
        Phone::new(server, &li, 1).await,
        Phone::new(server, &li, 2).await,
    );
    phone.sync().await;
    let firm = phone.add_firm("华友新材料").await;
    phone.sync().await;
    looks(&tablet).await;
    (li, phone, tablet, firm)
}

/// Syncs as after a while, or on opening the app.
async fn looks(phone: &Phone<'_>) {
    phone.engine.hurry_drafts();
    phone.sync().await;
}

async fn begins(phone: &Phone<'_>, firm: RecordId) -> RecordId {
    let visit = RecordId::new(phone.environment.id_seed());
    let enterprise = phone.record(firm).unwrap();
    let draft = Draft::start(
        visit,
        &phone.form(),
        &enterprise,
        "李敏",
        phone.environment.now(),
    );
    phone.engine.save_draft(draft).await.unwrap();
    visit
}

async fn types(phone: &Phone<'_>, visit: RecordId, question: &str, words: &str) {
    let mut draft = draft(phone, visit).unwrap();
    drop(draft.answers.insert(question.to_owned(), words.into()));
    phone.engine.save_draft(draft).await.unwrap();
}

fn draft(phone: &Phone<'_>, visit: RecordId) -> Option<Draft> {
    phone.engine.state().draft(visit).cloned()
}

fn answer(draft: &Draft, question: &str) -> String {
    let answer = draft.answers.get(question).and_then(FieldValue::as_text);
    answer.unwrap_or_default().to_owned()
}

fn here(phone: &Phone<'_>, visit: RecordId, question: &str) -> Option<String> {
    draft(phone, visit).map(|draft| answer(&draft, question))
}

fn beside(phone: &Phone<'_>, visit: RecordId) -> Option<Elsewhere> {
    draft(phone, visit)?
        .copies
        .elsewhere
        .map(|elsewhere| *elsewhere)
}

#[tokio::test]
async fn a_form_is_gone_on_with_on_another_device_and_ends_on_both() {
    let server = server().await;
    let (li, phone, tablet, firm) = two_of_one(&server).await;
    let visit = begins(&phone, firm).await;
    types(&phone, visit, "companions", "张工").await;
    looks(&phone).await;
    looks(&tablet).await;
    assert_eq!(here(&tablet, visit, "companions").as_deref(), Some("张工"));

    // Back and forth: each time the other has nothing of its own, and takes what came.
    types(&tablet, visit, "companions", "张工、李工").await;
    looks(&tablet).await;
    looks(&phone).await;
    assert_eq!(
        here(&phone, visit, "companions").as_deref(),
        Some("张工、李工")
    );
    assert_eq!(beside(&phone, visit), None);

    // Nobody else sees it, of the same park or not.
    let wang = server.officer("wangqiang", PARK).await;
    let other = Phone::new(&server, &wang, 3).await;
    looks(&other).await;
    assert_eq!(draft(&other, visit), None);

    let form = phone.form();
    let mut submitted = draft(&tablet, visit).unwrap();
    fill_everything(&mut submitted, &form, || {
        RecordId::new(tablet.environment.id_seed())
    });
    let companions = "张工、李工".into();
    drop(
        submitted
            .answers
            .insert("companions".to_owned(), companions),
    );
    tablet.engine.save_draft(submitted.clone()).await.unwrap();
    let act = submitted.submission(&form, &tablet.submission());
    tablet.engine.act(act).await.unwrap();
    looks(&tablet).await;
    looks(&phone).await;
    assert_eq!(draft(&phone, visit), None);
    assert_eq!(
        phone.record(visit).unwrap().text("answer.companions"),
        "张工、李工"
    );
    // A third device that comes later is not offered it.
    let late = Phone::new(&server, &li, 4).await;
    looks(&late).await;
    assert_eq!(draft(&late, visit), None);
}

#[tokio::test]
async fn what_is_dropped_on_one_device_goes_from_the_other_unless_that_has_words_of_its_own() {
    let server = server().await;
    let (_, phone, tablet, firm) = two_of_one(&server).await;
    let (first, second) = (begins(&phone, firm).await, begins(&phone, firm).await);
    looks(&phone).await;
    looks(&tablet).await;
    types(&tablet, second, "companions", "只在平板上").await;
    for visit in [first, second] {
        phone.engine.delete_draft(visit).await.unwrap();
    }
    looks(&phone).await;
    looks(&tablet).await;
    assert_eq!(draft(&tablet, first), None);
    assert_eq!(
        here(&tablet, second, "companions").as_deref(),
        Some("只在平板上")
    );
    // It goes on there, and is offered anew.
    looks(&phone).await;
    assert_eq!(
        here(&phone, second, "companions").as_deref(),
        Some("只在平板上")
    );
}

#[tokio::test]
async fn words_of_two_devices_are_both_kept_until_their_person_chooses() {
    let server = server().await;
    let (_, phone, tablet, firm) = two_of_one(&server).await;
    for theirs in [true, false] {
        let visit = begins(&phone, firm).await;
        looks(&phone).await;
        looks(&tablet).await;
        types(&phone, visit, "companions", "手机").await;
        types(&tablet, visit, "companions", "平板").await;
        looks(&phone).await;
        looks(&tablet).await;
        assert_eq!(here(&tablet, visit, "companions").as_deref(), Some("平板"));
        let other = beside(&tablet, visit).unwrap();
        assert_eq!(answer(&other.draft, "companions"), "手机");
        // It goes on being typed at before anybody chooses.
        types(&tablet, visit, "companions", "平板二").await;
        looks(&tablet).await;
        assert!(beside(&tablet, visit).is_some());

        tablet.engine.choose_draft(visit, theirs).await.unwrap();
        assert_eq!(beside(&tablet, visit), None);
        looks(&tablet).await;
        looks(&phone).await;
        let stands = if theirs { "手机" } else { "平板二" };
        for device in [&phone, &tablet] {
            assert_eq!(here(device, visit, "companions").as_deref(), Some(stands));
            assert_eq!(beside(device, visit), None);
        }
    }
}

#[tokio::test]
async fn a_form_that_stands_open_is_not_exchanged_under_its_person() {
    let server = server().await;
    let (_, phone, tablet, firm) = two_of_one(&server).await;
    let visit = begins(&phone, firm).await;
    looks(&phone).await;
    looks(&tablet).await;
    tablet.engine.hold_open(visit);
    types(&phone, visit, "companions", "手机").await;
    looks(&phone).await;
    looks(&tablet).await;
    assert_eq!(here(&tablet, visit, "companions").as_deref(), Some(""));
    assert_eq!(
        answer(&beside(&tablet, visit).unwrap().draft, "companions"),
        "手机"
    );
    // Closed, and nothing typed: at the next look it is simply taken.
    tablet.engine.let_go(visit);
    looks(&tablet).await;
    assert_eq!(beside(&tablet, visit), None);
    assert_eq!(here(&tablet, visit, "companions").as_deref(), Some("手机"));
}

#[tokio::test]
async fn an_editor_that_began_before_another_devices_words_came_loses_neither() {
    let server = server().await;
    let (_, phone, tablet, firm) = two_of_one(&server).await;
    let visit = begins(&phone, firm).await;
    looks(&phone).await;
    looks(&tablet).await;
    // A second tab of the tablet has the form open; the first one syncs.
    let mut open_elsewhere = draft(&tablet, visit).unwrap();
    types(&phone, visit, "companions", "手机").await;
    looks(&phone).await;
    looks(&tablet).await;
    assert_eq!(here(&tablet, visit, "companions").as_deref(), Some("手机"));
    drop(
        open_elsewhere
            .answers
            .insert("companions".to_owned(), "第二个窗口".into()),
    );
    tablet.engine.save_draft(open_elsewhere).await.unwrap();
    assert_eq!(
        here(&tablet, visit, "companions").as_deref(),
        Some("第二个窗口")
    );
    assert_eq!(
        answer(&beside(&tablet, visit).unwrap().draft, "companions"),
        "手机"
    );
}

#[tokio::test]
async fn an_answer_that_was_lost_is_not_another_devices_doing() {
    let server = server().await;
    let (_, phone, tablet, firm) = two_of_one(&server).await;
    let visit = begins(&phone, firm).await;
    looks(&phone).await;
    for words in ["一", "二", "三"] {
        types(&phone, visit, "companions", words).await;
        // The pull comes first.
        let faults = [Fault::Delivered, Fault::AnswerLost];
        phone.line.faults.borrow_mut().extend(faults);
        looks(&phone).await;
    }
    types(&phone, visit, "companions", "四").await;
    looks(&phone).await;
    assert_eq!(beside(&phone, visit), None);
    looks(&tablet).await;
    assert_eq!(here(&tablet, visit, "companions").as_deref(), Some("四"));
}

#[tokio::test]
async fn what_another_device_went_on_with_does_not_end_with_an_older_copy() {
    let server = server().await;
    let (_, phone, tablet, firm) = two_of_one(&server).await;
    let (dropped, submitted) = (begins(&phone, firm).await, begins(&phone, firm).await);
    looks(&phone).await;
    looks(&tablet).await;
    for visit in [dropped, submitted] {
        types(&phone, visit, "companions", "手机上写了很多").await;
    }
    looks(&phone).await;
    // The tablet has not looked since.
    tablet.engine.delete_draft(dropped).await.unwrap();
    let form = tablet.form();
    let mut older = draft(&tablet, submitted).unwrap();
    fill_everything(&mut older, &form, || {
        RecordId::new(tablet.environment.id_seed())
    });
    tablet.engine.save_draft(older.clone()).await.unwrap();
    let act = older.submission(&form, &tablet.submission());
    tablet.engine.act(act).await.unwrap();
    tablet.sync().await;
    looks(&phone).await;
    for visit in [dropped, submitted] {
        assert_eq!(
            here(&phone, visit, "companions").as_deref(),
            Some("手机上写了很多")
        );
    }
    looks(&tablet).await;
    assert_eq!(
        here(&tablet, dropped, "companions").as_deref(),
        Some("手机上写了很多")
    );
    // It is a record there, and no form again.
    assert_eq!(draft(&tablet, submitted), None);
}

#[tokio::test]
async fn a_page_that_was_turned_is_no_word_of_ones_own() {
    let server = server().await;
    let (_, phone, tablet, firm) = two_of_one(&server).await;
    let visit = begins(&phone, firm).await;
    looks(&phone).await;
    looks(&tablet).await;
    let mut turned = draft(&tablet, visit).unwrap();
    turned.page = 3;
    tablet.engine.save_draft(turned).await.unwrap();
    types(&phone, visit, "companions", "手机").await;
    looks(&phone).await;
    looks(&tablet).await;
    assert_eq!(here(&tablet, visit, "companions").as_deref(), Some("手机"));
    assert_eq!(beside(&tablet, visit), None);
}
