//! 待接手: what people could not finish who may no longer write to a park, for who manages it.

use super::uploads_act::what;
use crate::{
    components::{
        confirm::Confirm,
        empty::Empty,
        format,
        icon::{Icon, IconName},
        page::Page,
        when::When,
    },
    i18n::*,
    routes,
    state::{
        assignments::use_manages,
        choices, firms,
        once::Once,
        store::{Store, use_store},
        visits,
    },
    transport::HttpTransport,
};
use leptos::prelude::*;
use ruyuan_domain::left::{LeftItem, LeftWork};
use ruyuan_sync::transport::TransportError;

/// Why there is nothing to show, or nothing was done.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Failure {
    Offline,
    SignedOut,
    Forbidden,
    Other,
}

impl Failure {
    fn of(error: &TransportError) -> Self {
        match error {
            TransportError::Offline | TransportError::Busy => Self::Offline,
            TransportError::SignedOut => Self::SignedOut,
            TransportError::Refused(problem) if problem.status == 403 => Self::Forbidden,
            _ => Self::Other,
        }
    }

    fn sentence(self, i18n: I18n) -> &'static str {
        match self {
            Self::Offline => t_string!(i18n, left.offline),
            Self::SignedOut => t_string!(i18n, status.signed_out),
            Self::Forbidden => t_string!(i18n, left.forbidden),
            Self::Other => t_string!(i18n, left.failed),
        }
    }
}

/// The list as it stands on this screen.
#[derive(Clone, Copy)]
struct Left {
    store: Store,
    work: RwSignal<Option<LeftWork>>,
    failure: RwSignal<Option<Failure>>,
    /// What was done last, to be said.
    done: RwSignal<&'static str>,
}

impl Left {
    async fn ask(self) {
        match HttpTransport.list_left_work().await {
            Ok(work) => {
                let _ = self.work.try_set(Some(work));
                let _ = self.failure.try_set(None);
            }
            Err(error) => self.fail(Failure::of(&error)),
        }
    }

    fn fail(self, failure: Failure) {
        let _ = self.failure.try_set(Some(failure));
    }

    fn forget(self, id: &str) {
        let _ = self.work.try_update(|work| {
            if let Some(work) = work {
                work.items.retain(|item| item.id != id);
            }
        });
    }

    /// Takes an item in as a queue file is: it is sent, or gone on with, as this person's own.
    async fn take(self, i18n: I18n, item: &LeftItem) {
        let is_form = item.edits == 0;
        let done = match self.store.import(&item.queue).await {
            // Of its words nothing is left out in silence: it stays in the list.
            Ok(taken) if taken.unreadable > 0 || (is_form && taken.drafts == 0) => {
                return self.fail(Failure::Other);
            }
            Ok(_) if is_form => t_string!(i18n, left.form_taken),
            Ok(_) => t_string!(i18n, left.taken),
            Err(_) => return self.fail(Failure::Other),
        };
        // It is here; until the server has heard so, it is offered again, and taken once all the same.
        if let Err(error) = HttpTransport.drop_left_work(&item.id).await {
            self.fail(Failure::of(&error));
        }
        let _ = self.done.try_set(done);
        self.forget(&item.id);
    }

    async fn drop_it(self, i18n: I18n, id: &str) {
        match HttpTransport.drop_left_work(id).await {
            Ok(()) => {
                let _ = self.done.try_set(t_string!(i18n, left.dropped));
                self.forget(id);
            }
            Err(error) => self.fail(Failure::of(&error)),
        }
    }
}

/// The list.
#[component]
pub fn LeftWorkList() -> impl IntoView {
    let i18n = use_i18n();
    let left = Left {
        store: use_store(),
        work: RwSignal::new(None),
        failure: RwSignal::new(None),
        done: RwSignal::new(""),
    };
    let asking = Once::new();
    let ask = move || asking.run(|| async move { left.ask().await });
    ask();
    let items = move || {
        left.work
            .with(|work| work.as_ref().map(|work| work.items.clone()))
    };
    let empty = move || items().is_some_and(|items| items.is_empty());
    let more = move || {
        left.work
            .with(|work| work.as_ref().is_some_and(|work| work.more))
    };
    let failure = move || {
        let failure = left.failure.get();
        failure.map(|failure| failure.sentence(i18n).to_owned())
    };
    view! {
        <Page title=t!(i18n, left.title) back=Signal::stored(routes::ME.to_owned())>
            <p class="question__help">{t!(i18n, left.help)}</p>
            <p class="question__help" role="status">{move || left.done.get()}</p>
            <When on=Signal::derive(move || failure().is_some())>
                <p class="notice notice--amber" role="alert">
                    <Icon name=IconName::Alert/>
                    <span>{failure}</span>
                </p>
            </When>
            <When on=Signal::derive(move || items().is_some_and(|items| !items.is_empty()))>
                <div class="card">
                    <For each=move || items().unwrap_or_default() key=|item| item.id.clone() let(item)>
                        <Item item left/>
                    </For>
                </div>
            </When>
            <When on=Signal::derive(empty)>
                <Empty sentence=t!(i18n, left.none)/>
            </When>
            <When on=Signal::derive(move || failure().is_some() || more())>
                <button type="button" class="button button--outline button--wide" on:click=move |_| ask()>
                    {t!(i18n, device.again)}
                </button>
            </When>
        </Page>
    }
}

#[component]
fn Item(item: LeftItem, left: Left) -> impl IntoView {
    let i18n = use_i18n();
    let store = left.store;
    let dropping = RwSignal::new(false);
    let acting = Once::new();
    let item = StoredValue::new(item);
    // The park's rows may be on their way here still.
    let name = move || {
        let known = item.with_value(|item| {
            store.read(|state| match (item.title.is_empty(), item.enterprise) {
                (false, _) => Some(item.title.clone()),
                (_, Some(id)) => {
                    let firm = state.view().get(id);
                    firm.map(|_| visits::enterprise_name(state, id))
                }
                _ => {
                    let root = state.view().get(item.root);
                    root.map(|root| firms::name_about(state, root))
                }
            })
        });
        let known = known.filter(|name| !name.is_empty());
        known.unwrap_or_else(|| t_string!(i18n, visit.unknown_firm).to_owned())
    };
    let facts = move || {
        item.with_value(|item| {
            let what = match item.edits {
                0 => t_string!(i18n, left.form),
                _ => what(i18n, &item.kind, item.op),
            };
            let who = match item.by.is_empty() {
                true => t_string!(i18n, recovered.somebody).to_owned(),
                false => t_filled!(i18n, recovered.by, name = item.by),
            };
            let park = choices::park_name(store, &item.scope);
            let at = format::instant(item.at, i18n.language());
            [what.to_owned(), who, park, at].join(" · ")
        })
    };
    let parts = item.with_value(|item| item.edits);
    let reason = item.with_value(|item| item.reason.clone());
    let take = move |_| {
        acting.run(|| async move { left.take(i18n, &item.get_value()).await });
    };
    let drop_it = Callback::new(move |()| {
        acting.run(|| async move { left.drop_it(i18n, &item.get_value().id).await });
    });
    view! {
        <div class="queue">
            <div class="queue__head"><span class="row__main">
                <span class="row__title">{said(name)}</span>
                <span class="row__facts">{said(facts)}</span>
            </span></div>
            {(parts > 1)
                .then(|| view! { <p class="queue__parts">{said(move || t_filled!(i18n, uploads.parts, n = parts))}</p> })}
            {reason.map(|reason| view! { <p class="queue__parts">{said(move || reason.sentence(i18n.language()))}</p> })}
            <div class="queue__buttons">
                <button
                    type="button"
                    class="button button--small button--outline"
                    disabled=move || acting.is_running()
                    on:click=take
                >
                    {t!(i18n, left.take)}
                </button>
                <button
                    type="button"
                    class="button button--small button--plain button--warn-text"
                    disabled=move || acting.is_running()
                    on:click=move |_| dropping.set(true)
                >
                    {t!(i18n, recovered.drop)}
                </button>
            </div>
            <Confirm
                open=dropping
                question=Signal::derive(move || t_filled!(i18n, left.drop_question, name = name()))
                yes=t!(i18n, recovered.drop)
                no=t!(i18n, recovered.keep)
                destructive=true
                on_yes=drop_it
            />
        </div>
    }
}

/// The link to it, for who manages a park.
#[component]
pub fn LeftWorkLink() -> impl IntoView {
    let i18n = use_i18n();
    let manages = use_manages();
    view! {
        <When on=Signal::derive(move || manages.get())>
            <a href=routes::LEFT_WORK class="row">
                <span class="row__main">{t!(i18n, left.title)}</span>
                <Icon name=IconName::Forward/>
            </a>
        </When>
    }
}
