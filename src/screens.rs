//! Which screen an address shows, and where its code comes from.
//!
//! 今日 and the way in are part of the first file: a phone starts with that and nothing else. All other screens, and what
//! speaks with the server, stand in a second file, which is fetched as soon as the first is at work and is kept for
//! offline together with it. See `docs/adr/0025-two-files.md`.
// The macro declares the second file's function twice, as one that is imported and one that is exported.
#![allow(unsafe_code)]

use crate::{
    components::icon::{Icon, IconName},
    i18n::*,
    pages::{
        assign::Assign,
        conflict::{Conflict, Conflicts},
        device::Device,
        devices::Devices,
        enterprise::Enterprise,
        enterprise_edit::{EnterpriseEdit, EnterpriseNew},
        enterprises::Enterprises,
        identity::Identity,
        issue::Issue,
        issue_new::IssueNew,
        issue_step::IssueStep,
        issues::Issues,
        me::Me,
        meeting::Meeting,
        meeting_edit::{MeetingAgenda, MeetingEdit, MeetingNew},
        meeting_item::MeetingConclude,
        meetings::Meetings,
        merge::{Duplicates, Merge},
        not_found::NotFound,
        plan::Plan,
        plan_choose::PlanChoose,
        prepare::Prepare,
        print_authorisation::Authorisation,
        print_visit::{BlankVisit, VisitPrint},
        recovered::RecoveredList,
        reports::Reports,
        roster::Roster,
        setup::Setup,
        summary::Summary,
        today::Today,
        uploads::Uploads,
        visit::Visit,
        visit_fill::VisitFill,
        visit_new::VisitNew,
        visit_review::VisitReview,
        visits::Visits,
    },
    routes::{self, Screen},
    state::address::use_address,
};
use futures::FutureExt;
use leptos::{prelude::*, task::spawn_local};
use wasm_split_helpers::{SplitLoaderError, wasm_split};

/// A screen that is not in the first file.
#[wasm_split(rest, fallible, preload(
    /// Fetches the second file, unless it is there.
    fetch_rest
))]
fn drawn(screen: Screen) -> Result<AnyView, SplitLoaderError> {
    Ok(match screen {
        Screen::Visits => view! { <Visits/> },
        Screen::VisitNew => view! { <VisitNew/> },
        Screen::Visit(id) => view! { <Visit id/> },
        Screen::VisitFill(id) => view! { <VisitFill id/> },
        Screen::VisitReview(id) => view! { <VisitReview id/> },
        Screen::VisitPrint(id) => view! { <VisitPrint id/> },
        Screen::BlankVisit => view! { <BlankVisit/> },
        Screen::Authorisation(firm) => view! { <Authorisation firm/> },
        Screen::Enterprises => view! { <Enterprises/> },
        Screen::EnterpriseNew => view! { <EnterpriseNew/> },
        Screen::Enterprise(id) => view! { <Enterprise id/> },
        Screen::Roster => view! { <Roster/> },
        Screen::Assign => view! { <Assign/> },
        Screen::Duplicates => view! { <Duplicates/> },
        Screen::Merge(id) => view! { <Merge id/> },
        Screen::Prepare(id) => view! { <Prepare id/> },
        Screen::Identity => view! { <Identity/> },
        Screen::EnterpriseEdit(id) => view! { <EnterpriseEdit id/> },
        Screen::Issues => view! { <Issues/> },
        Screen::IssueNew => view! { <IssueNew/> },
        Screen::Issue(id) => view! { <Issue id/> },
        Screen::IssueStep(id) => view! { <IssueStep id/> },
        Screen::Meetings => view! { <Meetings/> },
        Screen::MeetingNew => view! { <MeetingNew/> },
        Screen::Meeting(id) => view! { <Meeting id/> },
        Screen::MeetingEdit(id) => view! { <MeetingEdit id/> },
        Screen::MeetingAgenda(id) => view! { <MeetingAgenda id/> },
        Screen::MeetingConclude(id) => view! { <MeetingConclude id/> },
        Screen::Conflicts => view! { <Conflicts/> },
        Screen::Conflict(id) => view! { <Conflict id/> },
        Screen::Devices => view! { <Devices/> },
        Screen::Device(id) => view! { <Device id/> },
        Screen::Recovered => view! { <RecoveredList/> },
        Screen::Plan => view! { <Plan/> },
        Screen::PlanChoose => view! { <PlanChoose/> },
        Screen::Summary => view! { <Summary/> },
        Screen::Reports => view! { <Reports/> },
        Screen::Uploads => view! { <Uploads/> },
        Screen::Me => view! { <Me/> },
        Screen::Setup => view! { <Setup/> },
        // The first two stand in the first file, and are shown from there.
        Screen::Today | Screen::SignIn | Screen::Unknown => view! { <NotFound/> },
    })
}

/// Whether the second file is there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rest {
    /// On its way.
    Fetching,
    /// Every screen can be drawn at once.
    Here,
    /// It did not come.
    Missing,
}

/// The second file, for every screen.
#[derive(Clone, Copy)]
struct Screens(RwSignal<Rest>);

impl Screens {
    fn fetch(self) {
        self.0.set(Rest::Fetching);
        spawn_local(async move {
            let rest = match fetch_rest().await {
                Ok(()) => Rest::Here,
                Err(_) => Rest::Missing,
            };
            let _ = self.0.try_set(rest);
        });
    }
}

/// Fetches the second file; called once, as high as the app goes.
pub fn provide_screens() {
    let screens = Screens(RwSignal::new(Rest::Fetching));
    provide_context(screens);
    screens.fetch();
    // What a lost signal cut short is fetched when there is one.
    let _ = window_event_listener(leptos::ev::online, move |_| {
        if screens.0.get_untracked() == Rest::Missing {
            screens.fetch();
        }
    });
}

/// What the address shows, of someone whose log is open.
#[component]
pub fn Shown() -> impl IntoView {
    let address = use_address();
    let screen = Memo::new(move |_| Screen::at(&address.path()));
    move || match screen.get() {
        Screen::Today => view! { <Today/> },
        screen => view! { <Later screen/> },
    }
}

/// A screen of the second file.
#[component]
pub fn Later(
    /// Which.
    screen: Screen,
) -> impl IntoView {
    let screens = expect_context::<Screens>();
    move || match screens.0.get() {
        // The static shell's look stays until then.
        Rest::Fetching => view! { <div class="page" aria-busy="true"></div> }.into_any(),
        // Drawn within this closure, so that what the screen sets up ends with it.
        Rest::Here => match drawn(screen).now_or_never() {
            Some(Ok(view)) => view,
            _ => view! { <Missing/> }.into_any(),
        },
        Rest::Missing => view! { <Missing/> }.into_any(),
    }
}

/// The second file did not come, which only happens before the app is kept for offline.
#[component]
fn Missing() -> impl IntoView {
    let i18n = use_i18n();
    let screens = expect_context::<Screens>();
    view! {
        <main class="door">
            <h1 class="door__title">{t!(i18n, app_name)}</h1>
            <div class="notice notice--red" role="alert">
                <Icon name=IconName::Offline/>
                <p>{t!(i18n, later.missing)}</p>
            </div>
            <button type="button" class="button button--primary button--wide" on:click=move |_| screens.fetch()>
                {t!(i18n, broken.again)}
            </button>
            <a href=routes::TODAY class="button button--outline button--wide">{t!(i18n, not_found.home)}</a>
        </main>
    }
}
