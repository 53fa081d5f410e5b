//! 走访记录单: a visit on paper, to be signed and sealed, or blank to be written by hand.

use super::print::{BlankKinds, PrintPage, lines, seal_box, sheet, sign_box};
use crate::{
    components::{
        empty::Empty,
        form::paper::{Paper, columns, day_text, instant_text, pair, signature_view},
    },
    i18n::*,
    routes,
    state::{
        forms,
        store::{Store, use_store},
        visits,
    },
};
use leptos::prelude::*;
use ruyuan_domain::{
    FieldValue, Fields, Record, RecordId, Stamp,
    consts::field,
    validate::{answers_of, pinned_form},
};

/// They stand in the box that the firm signs in.
const SIGNED: [&str; 3] = ["signature", "signer_name", "signer_position"];

/// A visit that was submitted.
#[component]
pub fn VisitPrint(id: RecordId) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let filled = move || {
        let visit = store.read(|state| state.view().get(id).cloned());
        match visit.and_then(|visit| record(i18n, store, &visit)) {
            Some(sheet) => sheet,
            None => view! { <Empty sentence=t!(i18n, visit.unknown)/> }.into_any(),
        }
    };
    view! {
        <PrintPage title=t!(i18n, print.record) back=Signal::stored(routes::visit(id))>{filled}</PrintPage>
    }
}

/// The newest form, blank.
#[component]
pub fn BlankVisit() -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let blank = move || match store.read(|state| forms::newest_in(state, forms::VISIT_FORM)) {
        Some(form) => {
            let paper = Paper {
                form,
                answers: Fields::new(),
                instances: Vec::new(),
                blank: true,
                aside: &SIGNED,
            };
            boxed(i18n, &paper, ().into_any(), "", String::new())
        }
        None => view! { <Empty sentence=t!(i18n, print.missing)/> }.into_any(),
    };
    view! {
        <PrintPage title=t!(i18n, print.record) back=Signal::stored(routes::ME.to_owned())>
            <BlankKinds/>
            {blank}
        </PrintPage>
    }
}

/// A visit with everything in it; `None` if its form is not on this device.
fn record(i18n: I18n, store: Store, visit: &Record) -> Option<AnyView> {
    let (form, version) = pinned_form(&visit.fields)?;
    let form = forms::version(store, form, version)?;
    let answers = answers_of(&visit.fields);
    let language = i18n.language();
    let firm = visit.text(field::ENTERPRISE).parse().ok();
    let (firm, instances) = store.read(|state| {
        let firm = firm.map(|firm| visits::enterprise_name(state, firm));
        (firm.unwrap_or_default(), visits::instances(state, visit.id))
    });
    let text = |name: &str| {
        let answer = answers.get(name).and_then(FieldValue::as_text);
        answer.unwrap_or_default().to_owned()
    };
    let at =
        Stamp::parse(&text("visited_at")).or_else(|| Stamp::parse(visit.text(field::STARTED_AT)));
    let signed_on =
        Stamp::parse(&text("consented_at")).filter(|_| answers.contains_key("signature"));
    let officer = visit.text(field::OFFICER);
    let said = |label: &str, value: String, span| pair(label.to_owned(), value.into_any(), span);
    let at = at.map(|at| instant_text(at, language)).unwrap_or_default();
    let facts = view! {
        <table class="paper__table">
            {columns()}
            <tbody>
                <tr>{said(t_string!(i18n, print.enterprise), firm, "3")}</tr>
                <tr>
                    {said(t_string!(i18n, print.at), at, "1")}
                    {said(t_string!(i18n, print.officer), officer.to_owned(), "1")}
                </tr>
                <tr>{said(t_string!(i18n, print.number), visit.id.to_string(), "3")}</tr>
            </tbody>
        </table>
    };
    let paper = Paper {
        form,
        answers,
        instances,
        blank: false,
        aside: &SIGNED,
    };
    let signed_on = signed_on.map(|at| day_text(at, language));
    Some(boxed(
        i18n,
        &paper,
        facts,
        officer,
        signed_on.unwrap_or_default(),
    ))
}

/// The sheet with its three boxes.
fn boxed(i18n: I18n, paper: &Paper, facts: AnyView, officer: &str, signed_on: String) -> AnyView {
    let text = |name: &str| {
        let answer = paper.answers.get(name).and_then(FieldValue::as_text);
        answer.unwrap_or_default()
    };
    let drawn = text("signature");
    let signature = (!drawn.is_empty()).then(|| signature_view(i18n, drawn.to_owned()).into_any());
    let of_firm = lines(
        i18n,
        text("signer_name"),
        Some(text("signer_position")),
        signed_on,
    );
    let of_officer = lines(i18n, officer, None, String::new());
    let boxes = vec![
        sign_box(
            t_string!(i18n, print.firm_signs).to_owned(),
            signature,
            of_firm,
        ),
        sign_box(
            t_string!(i18n, print.officer_signs).to_owned(),
            None,
            of_officer,
        ),
        seal_box(i18n),
    ];
    let service = t_string!(i18n, identity.service);
    let lead = format!("{service} · {}", t_string!(i18n, print.copies));
    sheet(
        i18n,
        t_string!(i18n, print.record).to_owned(),
        lead,
        facts,
        paper,
        "paper paper--numbered",
        boxes,
    )
}
