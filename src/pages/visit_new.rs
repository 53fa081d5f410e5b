//! The first step of a visit: which firm? Choosing one opens its form at once.

use super::enterprises::{EnterpriseSearch, leading_to};
use crate::components::when::When;
use crate::{
    components::{
        empty::Empty,
        icon::{Icon, IconName},
        page::Page,
    },
    i18n::*,
    routes,
    state::{
        address::use_address,
        firms, forms,
        session::use_session,
        store::{Store, use_store},
    },
};
use leptos::{prelude::*, task::spawn_local};
use ruyuan_domain::RecordId;
use ruyuan_sync::draft::Draft;

/// Choose a firm, or, with `?enterprise=<id>`, open its form.
#[component]
pub fn VisitNew() -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let session = use_session();
    let address = use_address();
    let failed = RwSignal::new(false);
    let chosen = Memo::new(move |_| address.query("enterprise").and_then(|id| id.parse().ok()));
    Effect::new(move |_| {
        let Some(enterprise) = chosen.get() else {
            return;
        };
        let officer = session
            .view_untracked()
            .map(|view| view.display_name)
            .unwrap_or_default();
        spawn_local(async move {
            match open(store, enterprise, &officer).await {
                // Back from the form leads to where the visit was started, not to this step.
                Some(id) => address.replace(&routes::fill(id)),
                None => failed.set(true),
            }
        });
    });
    let add = view! {
        <a href=routes::ENTERPRISE_NEW class="bar__button" aria-label=t!(i18n, enterprise.add)>
            <Icon name=IconName::Add/>
        </a>
    }
    .into_any();
    view! {
        <Page
            title=t!(i18n, visit.choose_firm)
            back=Signal::stored(routes::TODAY.to_owned())
            action=add
        >
            <When
                on=Signal::derive(move || !failed.get())
                otherwise=move || {
                    view! { <Empty sentence=t!(i18n, visit.no_form)/> }
                }
            >
                <When on=Signal::derive(move || chosen.get().is_none())>
                    <EnterpriseSearch
                        list="choose"
                        row=leading_to(|row| format!("{}?enterprise={}", routes::VISIT_NEW, row.id))
                    />
                </When>
            </When>
        </Page>
    }
}

/// The firm's half-filled form if there is one, else a new one; `None` if form or firm are not on this device or
/// the device cannot store the draft.
pub async fn open(store: Store, enterprise: RecordId, officer: &str) -> Option<RecordId> {
    let known = store.read_untracked(|state| {
        let enterprise = firms::stands_for(state, enterprise);
        let is_of_firm = |draft: &&Draft| {
            draft.revises.is_empty() && firms::stands_for(state, draft.enterprise) == enterprise
        };
        let draft = state.drafts().rev().find(is_of_firm);
        let draft = draft.map(|draft| draft.id);
        (draft, state.view().get(enterprise).cloned())
    });
    if let (Some(draft), _) = known {
        return Some(draft);
    }
    let form = forms::newest(store, forms::QUICK_FORM)
        .or_else(|| forms::newest(store, forms::VISIT_FORM))?;
    let id = RecordId::new(store.id_seed());
    let draft = Draft::start(id, &form, known.1.as_deref()?, officer, store.now());
    store.save_draft(draft).await.ok()?;
    Some(id)
}
