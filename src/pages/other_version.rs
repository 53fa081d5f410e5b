//! What another device of the same person made of a form that is open here, and which of the two goes on.

use crate::{
    components::{
        format,
        icon::{Icon, IconName},
        when::When,
    },
    i18n::*,
    routes,
    state::{drafts::DraftEditor, once::Once, store::use_store},
};
use leptos::prelude::*;

/// Says so, and lets its person choose; as long as it is shown, the form is not exchanged under their hands.
#[component]
pub fn OtherVersion(
    /// The form.
    editor: DraftEditor,
    /// The other device's version has taken its place: the form is to be opened anew.
    taken: Callback<()>,
) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let id = editor.with_untracked(|draft| draft.id);
    store.engine().hold_open(id);
    on_cleanup(move || {
        if let Some(engine) = store.engine_if_open() {
            engine.let_go(id);
        }
    });
    let other = Memo::new(move |_| {
        store.read(|state| {
            let elsewhere = state.draft(id)?.copies.elsewhere.as_ref()?;
            Some((
                elsewhere.draft.saved_at,
                elsewhere.draft.answered() + elsewhere.draft.attachments.len(),
            ))
        })
    });
    let submitted = Memo::new(move |_| {
        store.read(|state| {
            let open = state
                .draft(id)
                .is_some_and(|draft| draft.revises.is_empty());
            open && state.view().base(id).is_some()
        })
    });
    let sentence = move || {
        other
            .get()
            .map(|(at, n)| {
                let time = format::instant(at, i18n.language());
                t_filled!(i18n, draft.elsewhere, time = time, n = n)
            })
            .unwrap_or_default()
    };
    let failed = RwSignal::new(false);
    let choosing = Once::new();
    let choose = move |theirs: bool| {
        choosing.run(|| async move {
            match editor.choose(theirs).await {
                Ok(()) if theirs => drop(taken.try_run(())),
                chosen => drop(failed.try_set(chosen.is_err())),
            }
        });
    };
    view! {
        <When on=Signal::derive(move || other.get().is_some())>
            <div class="notice notice--amber" role="alert">
                <Icon name=IconName::Info/>
                <div>
                    <p>{said(sentence)}</p>
                    <When on=Signal::derive(move || failed.get())>
                        <p class="question__error">{t!(i18n, save.failed)}</p>
                    </When>
                    <div class="queue__buttons">
                        <button type="button" class="button button--small button--outline" on:click=move |_| choose(true)>
                            {t!(i18n, draft.take_theirs)}
                        </button>
                        <button type="button" class="button button--small button--outline" on:click=move |_| choose(false)>
                            {t!(i18n, draft.keep_mine)}
                        </button>
                    </div>
                </div>
            </div>
        </When>
        <When on=Signal::derive(move || submitted.get())>
            <p class="notice notice--amber" role="alert">
                <Icon name=IconName::Info/>
                <span>
                    {t!(i18n, draft.submitted_elsewhere)}
                    " "
                    <a href=routes::visit(id)>{t!(i18n, visit.open)}</a>
                </span>
            </p>
        </When>
    }
}
