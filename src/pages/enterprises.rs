//! 企业: thousands of firms, filtered as one types. Also the first step of a visit: which firm?

use crate::components::when::When;
use crate::{
    components::{
        empty::Empty,
        icon::{Icon, IconName},
        page::Page,
        rows::EnterpriseItem,
        segments::Segments,
        virtual_list::VirtualList,
    },
    i18n::*,
    routes,
    state::{
        assignments::{self, Whose},
        enterprises::{self, EnterpriseRow},
        places::use_places,
        store::use_store,
    },
};
use leptos::prelude::*;
use ruyuan_domain::RecordId;
use std::rc::Rc;
use wasm_bindgen::JsCast;

/// The list of firms.
#[component]
pub fn Enterprises() -> impl IntoView {
    let i18n = use_i18n();
    let add = view! {
        <a href=routes::ENTERPRISE_NEW class="bar__button" aria-label=t!(i18n, enterprise.add)>
            <Icon name=IconName::Add/>
        </a>
    }
    .into_any();
    view! {
        <Page title=t!(i18n, tab.enterprises) action=add>
            <EnterpriseSearch list="enterprises" row=leading_to(|row| routes::enterprise(row.id)) whose=true/>
        </Page>
    }
}

/// How a firm is drawn.
pub type FirmView = Rc<dyn Fn(Rc<EnterpriseRow>) -> AnyView>;

/// A firm that leads somewhere.
pub fn leading_to(address: fn(&EnterpriseRow) -> String) -> FirmView {
    Rc::new(move |row| {
        let address = address(&row);
        view! { <EnterpriseItem row address/> }.into_any()
    })
}

/// The search and the firms it finds.
#[component]
pub fn EnterpriseSearch(
    /// Name under which its place is remembered.
    list: &'static str,
    /// Draws a firm.
    row: FirmView,
    /// Whether it is asked whose firms are shown.
    #[prop(default = false)]
    whose: bool,
    /// Told what is found.
    #[prop(optional)]
    on_found: Option<Callback<Memo<Vec<Rc<EnterpriseRow>>>>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let places = use_places();
    let place = places.get(list);
    let search = RwSignal::new(place.search);
    let shown = RwSignal::new(place.whose);
    Effect::new(move |_| {
        let shown = shown.get();
        places.update(list, |place| place.whose = shown);
    });
    let all = enterprises::listed(store);
    let theirs = Memo::new(move |_| match shown.get() {
        Whose::Everybodys => None,
        whose => Some(store.read(|state| {
            let own = state.meta().user;
            assignments::looked_after(state, (whose == Whose::Own).then_some(own))
        })),
    });
    let found = Memo::new(move |_| {
        let mut found = search.with(|search| all.with(|all| enterprises::matching(all, search)));
        theirs.with(|theirs| {
            if let Some(theirs) = theirs {
                let own = shown.get() == Whose::Own;
                found.retain(|row| theirs.contains(&row.id) == own);
            }
        });
        found
    });
    if let Some(on_found) = on_found {
        on_found.run(found);
    }
    let segments = whose.then(|| {
        let choices = vec![
            (Whose::Everybodys, t!(i18n, enterprise.everybodys)),
            (Whose::Own, t!(i18n, enterprise.own)),
            (Whose::Nobodys, t!(i18n, enterprise.nobodys)),
        ];
        view! { <Segments label=t!(i18n, enterprise.whose) chosen=shown choices/> }
    });
    let take = Callback::new(move |typed: String| {
        places.update(list, |place| place.search.clone_from(&typed));
        search.set(typed);
    });
    let downloaded = move || store.read(|state| !state.meta().tracks.is_empty());
    let reason = move || {
        if !search.with(|search| search.trim().is_empty()) {
            t_string!(i18n, enterprise.not_found)
        } else if !downloaded() {
            t_string!(i18n, enterprise.not_downloaded)
        } else {
            match shown.get() {
                Whose::Everybodys => t_string!(i18n, enterprise.none),
                Whose::Own => t_string!(i18n, enterprise.none_own),
                Whose::Nobodys => t_string!(i18n, enterprise.none_unassigned),
            }
        }
    };
    view! {
        {segments}
        <div class="search">
            <Icon name=IconName::Search/>
            {typed_into(t!(i18n, enterprise.search).into(), search.get_untracked(), take)}
            <span class="search__count" aria-live="polite">
                {said(move || t_filled!(i18n, enterprise.count, n = found.with(Vec::len)))}
            </span>
        </div>
        <When
            on=Signal::derive(move || !found.with(Vec::is_empty))
            otherwise=move || {
                view! {
                    <Empty sentence=Signal::derive(move || reason().to_owned())>
                        <a href=routes::ENTERPRISE_NEW class="button button--outline">
                            {t!(i18n, enterprise.add)}
                        </a>
                    </Empty>
                }
            }
        >
            {
                let row = Rc::clone(&row);
                view! {
                    <VirtualList
                        list
                        label=t!(i18n, tab.enterprises)
                        items=found
                        key=key_of
                        row=move |firm| row(firm)
                    />
                }
            }
        </When>
    }
}

/// The field that a search is typed into, beginning with what was searched for before.
pub fn typed_into(label: Signal<String>, typed: String, take: Callback<String>) -> AnyView {
    view! {
        <input
            class="search__input"
            type="search"
            autocomplete="off"
            enterkeyhint="search"
            aria-label=label
            placeholder=label
            prop:value=typed
            on:input=move |event| {
                // Half a syllable is no search: the input method says when it has a word.
                if !event.unchecked_ref::<web_sys::InputEvent>().is_composing() {
                    take.run(event_target_value(&event));
                }
            }
            on:compositionend=move |event| take.run(event_target_value(&event))
        />
    }
    .into_any()
}

/// Picks a firm, or lets it go.
pub fn toggled(chosen: RwSignal<Vec<RecordId>>, id: RecordId) {
    chosen.update(
        |chosen| match chosen.iter().position(|known| *known == id) {
            Some(at) => drop(chosen.remove(at)),
            None => chosen.push(id),
        },
    );
}

/// A firm under another name is drawn anew.
fn key_of(row: &Rc<EnterpriseRow>) -> (RecordId, String) {
    (row.id, row.name.clone())
}
