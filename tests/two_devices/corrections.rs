//! A visit that was submitted is corrected, or completed, by one officer or by two at once.

use super::{PARK, Phone, fill_everything, server};
use ruyuan_domain::{
    FieldError, FieldValue, RecordId, RecordKind,
    consts::field,
    forms::{Flaw, flaws},
    validate::answers_of,
};
use ruyuan_sync::{
    draft::{Draft, Submission},
    engine::{EngineError, SyncMark},
    environment::Environment,
};

/// A visit with every answer and one right, submitted and on the server.
async fn submitted(phone: &Phone<'_>, firm: RecordId) -> RecordId {
    let form = phone.form();
    let visit = RecordId::new(phone.environment.id_seed());
    let enterprise = phone.record(firm).unwrap();
    let now = phone.environment.now();
    let mut draft = Draft::start(visit, &form, &enterprise, "李敏", now);
    fill_everything(&mut draft, &form, || {
        RecordId::new(phone.environment.id_seed())
    });
    phone.engine.save_draft(draft.clone()).await.unwrap();
    let act = draft.submission(&form, &phone.submission());
    phone.engine.act(act).await.unwrap();
    phone.sync().await;
    visit
}

/// Opens a submitted visit, changes it, and submits that.
async fn corrects(phone: &Phone<'_>, visit: RecordId, change: impl FnOnce(&mut Draft)) {
    assert!(phone.engine.reopen(visit).await.unwrap());
    let mut draft = phone.engine.state().draft(visit).cloned().unwrap();
    change(&mut draft);
    phone.engine.save_draft(draft.clone()).await.unwrap();
    let act = draft.submission(&phone.form(), &phone.submission());
    phone.engine.act(act).await.unwrap();
    // Another tab still shows the form; what it types is not kept as if it were a new one.
    let late = phone.engine.save_draft(draft).await;
    assert_eq!(late, Err(EngineError::AlreadySubmitted));
}

#[tokio::test]
async fn two_officers_correct_a_submitted_visit_and_both_corrections_stand() {
    let server = server().await;
    let (li, wang) = (
        server.officer("limin", PARK).await,
        server.officer("wangqiang", PARK).await,
    );
    let (first, second) = (
        Phone::new(&server, &li, 1).await,
        Phone::new(&server, &wang, 2).await,
    );
    first.sync().await;
    let firm = first.add_firm("华友新材料").await;
    let visit = submitted(&first, firm).await;
    let before = first.record(visit).unwrap();
    second.sync().await;

    corrects(&first, visit, |draft| {
        draft
            .answers
            .insert("employee_count".to_owned(), FieldValue::Integer(77));
    })
    .await;
    let right = RecordId::new(second.environment.id_seed());
    corrects(&second, visit, |draft| {
        draft.answers.insert("companions".to_owned(), "张工".into());
        let group = draft.instances.keys().next().cloned().unwrap();
        let instances = draft.instances.get_mut(&group).unwrap();
        instances[0].id = right;
    })
    .await;
    for phone in [&first, &second, &first] {
        phone.sync().await;
    }
    for phone in [&first, &second] {
        let after = phone.record(visit).unwrap();
        assert_eq!(after.integer("answer.employee_count"), Some(77));
        assert_eq!(after.text("answer.companions"), "张工");
        for kept in [
            field::OFFICER,
            field::SUBMITTED_BY,
            field::STARTED_AT,
            field::SUBMITTED_AT,
        ] {
            assert_eq!(after.text(kept), before.text(kept), "{kept}");
        }
        let state = phone.engine.state();
        let children: Vec<_> = state.view().children(visit).collect();
        let ids: Vec<_> = children.iter().map(|child| child.id).collect();
        assert_eq!(
            ids,
            [right],
            "one right in the place of the other, no conflict"
        );
        assert_eq!(state.outbox().count(), 0);
    }
}

#[tokio::test]
async fn what_is_to_come_may_be_missing_until_it_is_said_to_be_complete() {
    let server = server().await;
    let li = server.officer("limin", PARK).await;
    let phone = Phone::new(&server, &li, 1).await;
    phone.sync().await;
    let firm = phone.add_firm("华友新材料").await;
    let form = phone.form();
    let visit = RecordId::new(phone.environment.id_seed());
    let enterprise = phone.record(firm).unwrap();
    let now = phone.environment.now();
    let draft = Draft::start(visit, &form, &enterprise, "李敏", now);
    let missing = draft.errors(&form, now);
    assert!(!missing.is_empty() && missing.iter().all(FieldError::may_come_later));
    phone.engine.save_draft(draft.clone()).await.unwrap();
    let by = Submission {
        supplement_due: true,
        ..phone.submission()
    };
    let act = draft.submission(&form, &by);
    phone.engine.act(act).await.unwrap();
    phone.sync().await;
    assert_eq!(phone.engine.state().outbox().count(), 0, "it was taken");

    // An older app might say that it is complete when it is not.
    corrects(&phone, visit, |_| {}).await;
    phone.sync().await;
    assert_eq!(phone.engine.state().mark(visit), SyncMark::NeedsAttention);
    // Put right: the refused correction is mended, and all of it stands.
    corrects(&phone, visit, |draft| {
        fill_everything(draft, &form, || RecordId::new(phone.environment.id_seed()));
    })
    .await;
    phone.sync().await;
    assert_eq!(phone.engine.state().outbox().count(), 0);
    let after = phone.engine.state().view().base(visit).cloned().unwrap();
    assert!(after.fields.get(field::SUPPLEMENT_DUE).is_none());
    assert_eq!(after.integer("answer.employee_count"), Some(1));
}

#[tokio::test]
async fn two_corrections_that_do_not_go_together_are_merged_and_said_to_be_so() {
    let server = server().await;
    let (li, wang) = (
        server.officer("limin", PARK).await,
        server.officer("wangqiang", PARK).await,
    );
    let (first, second) = (
        Phone::new(&server, &li, 1).await,
        Phone::new(&server, &wang, 2).await,
    );
    first.sync().await;
    let firm = first.add_firm("华友新材料").await;
    let visit = submitted(&first, firm).await;
    corrects(&first, visit, |draft| {
        draft.answers.remove("intended_banks");
    })
    .await;
    first.sync().await;
    second.sync().await;
    // One says that there is no need after all, the other which bank they would like.
    corrects(&first, visit, |draft| {
        let no = "no".into();
        draft.answers.insert("has_financing_need".to_owned(), no);
    })
    .await;
    corrects(&second, visit, |draft| {
        let bank = "柯城农商行".into();
        draft.answers.insert("intended_banks".to_owned(), bank);
    })
    .await;
    for phone in [&first, &second, &first] {
        phone.sync().await;
    }
    for phone in [&first, &second] {
        let state = phone.engine.state();
        assert_eq!(
            (state.outbox().count(), state.mark(visit)),
            (0, SyncMark::Sent)
        );
        assert_eq!(state.view().of_kind(&RecordKind::Conflict).count(), 0);
        let form = phone.form();
        let answers = answers_of(&state.view().get(visit).unwrap().fields);
        let found = flaws(&form, &answers, &[], phone.environment.now());
        let [Flaw::NotAsked { question, answer }] = found.as_slice() else {
            panic!("{found:?}");
        };
        assert_eq!(question.name, "intended_banks");
        assert_eq!(*answer, "柯城农商行".into());
    }
    // Whoever looks at it puts it right.
    corrects(&second, visit, |_| {}).await;
    second.sync().await;
    let state = second.engine.state();
    let answers = answers_of(&state.view().get(visit).unwrap().fields);
    assert_eq!(
        flaws(&second.form(), &answers, &[], second.environment.now()),
        []
    );
}
