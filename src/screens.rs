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
        left_work::LeftWorkList,
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
    state::{
        address::use_address,
        rest::{Standing, use_rest},
    },
};
use futures::{FutureExt, future::LocalBoxFuture};
use leptos::{prelude::*, task::spawn_local};
use wasm_split_helpers::{SplitLoaderError, wasm_split};

/// A screen that is not in the first file.
#[wasm_split(rest, fallible, preload(open_screens))]
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
        Screen::LeftWork => view! { <LeftWorkList/> },
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

/// See [`Opening`](crate::state::rest::Opening).
pub fn opening() -> LocalBoxFuture<'static, bool> {
    Box::pin(async { open_screens().await.is_ok() })
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
    let rest = use_rest();
    move || match rest.standing() {
        Standing::Fetching => view! { <Coming/> }.into_any(),
        // Drawn within this closure, so that what the screen sets up ends with it.
        Standing::Here => match drawn(screen).now_or_never() {
            Some(Ok(view)) => view,
            _ => view! { <Missing/> }.into_any(),
        },
        Standing::Missing => view! { <Missing/> }.into_any(),
    }
}

/// The look of the static shell in index.html, whose blocks appear when it takes longer than a moment.
#[component]
fn Coming() -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <main class="shell" aria-busy="true">
            <h1>{t!(i18n, app_name)}</h1>
            <i></i>
            <i></i>
            <i></i>
            <i></i>
        </main>
    }
}

/// The second file did not come, which only happens before the app is kept for offline.
#[component]
fn Missing() -> impl IntoView {
    let i18n = use_i18n();
    let rest = use_rest();
    view! {
        <main class="door">
            <h1 class="door__title">{t!(i18n, app_name)}</h1>
            <div class="notice notice--red" role="alert">
                <Icon name=IconName::Offline/>
                <p>{t!(i18n, later.missing)}</p>
            </div>
            <button type="button" class="button button--primary button--wide" on:click=move |_| spawn_local(rest.again())>
                {t!(i18n, broken.again)}
            </button>
            <a href=routes::TODAY class="button button--outline button--wide">{t!(i18n, not_found.home)}</a>
        </main>
    }
}
