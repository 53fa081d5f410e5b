//! 企业授权书: the firm's own authorisation, to be signed and sealed on paper. It is no person's consent.

use super::print::{BlankKinds, PrintPage, lines, seal_box, sheet, sign_box};
use crate::{
    components::{empty::Empty, form::paper::Paper},
    i18n::*,
    routes,
    state::{
        forms,
        store::{Store, use_store},
    },
};
use leptos::prelude::*;
use ruyuan_domain::{Fields, Gather, RecordId};

/// The authorisation with what is known of a firm, or blank.
#[component]
pub fn Authorisation(firm: Option<RecordId>) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let two = RwSignal::new(false);
    let back = firm.map_or_else(|| routes::ME.to_owned(), routes::enterprise);
    let copies = move || {
        let copy = |_| one(i18n, store, firm);
        (0..=u8::from(two.get())).map(copy).collect_view()
    };
    view! {
        <PrintPage title=t!(i18n, print.authorisation) back=Signal::stored(back)>
            {firm.is_none().then(|| view! { <BlankKinds/> })}
            <div class="paper-switch">
                <label class="choice">
                    <input
                        type="checkbox"
                        prop:checked=move || two.get()
                        on:change=move |event| two.set(event_target_checked(&event))
                    />
                    <span>{t!(i18n, print.two)}</span>
                </label>
            </div>
            {copies}
        </PrintPage>
    }
}

fn one(i18n: I18n, store: Store, firm: Option<RecordId>) -> AnyView {
    let form = store.read(|state| forms::newest_in(state, forms::AUTHORISATION_FORM));
    let Some(form) = form else {
        return view! { <Empty sentence=t!(i18n, print.missing)/> };
    };
    let firm = firm.and_then(|firm| store.read(|state| state.view().get(firm).cloned()));
    // Only what the form asks of the firm's record.
    let known = |name: &str| firm.as_ref()?.fields.get(name).cloned();
    let questions = form.groups.iter().flat_map(|group| &group.questions);
    let answers: Fields = questions
        .filter_map(|question| {
            let answer = known(question.prefill.as_deref()?)?;
            Some((question.name.clone(), answer))
        })
        .gathered();
    let title = form.title.get(i18n.language()).to_owned();
    let paper = Paper {
        form,
        answers,
        instances: Vec::new(),
        blank: true,
        aside: &[],
    };
    let boxes = vec![
        sign_box(
            t_string!(i18n, print.representative_signs).to_owned(),
            None,
            lines(i18n, "", Some(""), String::new()),
        ),
        seal_box(i18n),
    ];
    let lead = t_string!(i18n, print.two_help).to_owned();
    sheet(i18n, title, lead, ().into_any(), &paper, "paper", boxes)
}
