//! Half-filled forms.
#![allow(missing_docs, clippy::unwrap_used)]

use ruyuan_domain::{
    FieldValue, Operation, Record, RecordId, RecordKind, ScopeId, Seq, Stamp, UserId,
    consts::field, forms::FormDefinition,
};
use ruyuan_sync::draft::{Draft, Submission};

const QUICK: &str = r#"{"form_id":"quick","version":1,"title":{"zh-CN":"快","en":"Quick"},"groups":[
    {"name":"quick","label":{"zh-CN":"快","en":"Quick"},"questions":[
        {"name":"amount","label":{"zh-CN":"金额","en":"Amount"},"kind":{"number":{"unit":"ten_thousand_yuan"}}},
        {"name":"contact_name","label":{"zh-CN":"人","en":"Who"},"kind":{"text":{"max_length":60}},"prefill":"contact_name"}]}]}"#;

const FULL: &str = r#"{"form_id":"full","version":4,"title":{"zh-CN":"全","en":"Full"},"groups":[
    {"name":"one","label":{"zh-CN":"一","en":"One"},"questions":[
        {"name":"contact_name","label":{"zh-CN":"人","en":"Who"},"kind":{"text":{"max_length":60}},"prefill":"contact_name"},
        {"name":"address","label":{"zh-CN":"址","en":"Where"},"kind":{"text":{"max_length":60}},"prefill":"address"}]},
    {"name":"two","label":{"zh-CN":"二","en":"Two"},"questions":[
        {"name":"amount","label":{"zh-CN":"金额","en":"Amount"},"kind":{"number":{"unit":"ten_thousand_yuan"}}}]}]}"#;

fn form(text: &str) -> FormDefinition {
    serde_json::from_str(text).unwrap()
}

fn at(time: &str) -> Stamp {
    Stamp::parse(&format!("2026-11-26T{time}:00+08:00")).unwrap()
}

fn firm() -> Record {
    let fields: [(&str, FieldValue); 2] =
        [("contact_name", "王工".into()), ("address", "东港".into())];
    Record {
        id: RecordId::from_u128(7),
        root: RecordId::from_u128(7),
        kind: RecordKind::Enterprise,
        scope: ScopeId::park("330802-01"),
        seq: Seq(1),
        version: 1,
        fields: fields.map(|(name, value)| (name.to_owned(), value)).into(),
        deleted: false,
        by: UserId::from_u128(1),
        at: at("08:00"),
        unknown: Default::default(),
    }
}

#[test]
fn a_quick_record_goes_on_as_the_full_form_with_every_answer() {
    let (quick, full, firm) = (form(QUICK), form(FULL), firm());
    let id = RecordId::from_u128(9);
    let mut draft = Draft::start(id, &quick, &firm, "李敏", at("09:00"));
    draft.answers.insert("amount".to_owned(), 3_000_000.into());
    draft
        .answers
        .insert("contact_name".to_owned(), "张总".into());
    draft.prefilled.clear();
    let draft = draft.continued_in(&full, Some(&firm), "李敏", at("09:10"));
    assert_eq!(
        (draft.id, draft.form.as_str(), draft.form_version),
        (id, "full", 4)
    );
    // What was typed stays and is not marked as known; what the full form knows beyond it is filled in and marked.
    assert_eq!(draft.prefilled, ["address"]);
    assert_eq!(draft.started_at, at("09:00"));
    let act = draft.submission(
        &full,
        &Submission::whole(UserId::from_u128(1), "李敏", at("09:20")),
    );
    let [visit] = act.edits.as_slice() else {
        panic!("one visit");
    };
    assert_eq!((visit.record, visit.op), (id, Operation::Create));
    let sent = |name: &str| visit.fields.get(name).and_then(|change| change.new.clone());
    assert_eq!(sent("answer.contact_name"), Some("张总".into()));
    assert_eq!(sent("answer.address"), Some("东港".into()));
    assert_eq!(sent("answer.amount"), Some(3_000_000.into()));
    assert_eq!(sent(field::FORM), Some("full".into()));
}

#[test]
fn what_came_from_the_firm_and_is_not_asked_is_no_loss_to_tell_of() {
    let form = form(
        r#"{"form_id":"signed","version":1,"title":{"zh-CN":"签","en":"Signed"},"groups":[
        {"name":"signing","label":{"zh-CN":"签","en":"Signing"},"questions":[
            {"name":"signs","label":{"zh-CN":"签","en":"Signs"},"kind":{"acknowledge":{}}},
            {"name":"signer","label":{"zh-CN":"人","en":"Who"},"kind":{"text":{"max_length":60}},"required":true,
             "relevant":{"equals":{"question":"signs","value":true}},"prefill":"contact_name"}]}]}"#,
    );
    let mut draft = Draft::start(RecordId::from_u128(9), &form, &firm(), "李敏", at("09:00"));
    let left_out = |draft: &Draft| draft.left_out(&form).len();
    assert_eq!(left_out(&draft), 0);
    // Who signs is asked with the signature, and is needed then.
    draft.answers.insert("signs".to_owned(), true.into());
    assert_eq!(draft.submitted_answers(&form).len(), 2);
    draft.answers.remove("signer");
    assert_eq!(draft.errors(&form, at("09:10")).len(), 1);
    // What a person typed is told of.
    draft.answers.insert("signer".to_owned(), "张总".into());
    draft.prefilled.clear();
    draft.answers.remove("signs");
    assert_eq!(left_out(&draft), 1);
}
