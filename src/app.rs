//! The app: who is signed in, their local log, and the screens over it.

use crate::{
    pages::{
        assign::Assign,
        broken::Broken,
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
        sign_in::SignIn,
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
        address::{provide_address, use_address},
        places::provide_places,
        preferences,
        session::{provide_session, use_session},
        store::{BrowserEngine, open_engine, provide_store},
        update::provide_update,
    },
};
use leptos::{prelude::*, task::spawn_local};
use ruyuan_domain::UserId;
use ruyuan_sync::engine::EngineError;
use std::rc::Rc;

/// The whole client: the screens that need nobody signed in, and all the others behind them.
#[component]
pub fn App() -> impl IntoView {
    preferences::provide_preferences();
    provide_session();
    provide_places();
    provide_update();
    let address = provide_address();
    // A memo, so that going from screen to screen leaves the opened log alone.
    let door = Memo::new(move |_| match Screen::at(&address.path()) {
        screen @ (Screen::SignIn | Screen::Setup) => Some(screen),
        _ => None,
    });
    move || match door.get() {
        Some(Screen::Setup) => view! { <Setup/> },
        Some(_) => view! { <SignIn/> },
        None => view! { <SignedIn/> },
    }
}

/// Opens the local log of the person signed in; without one, the way in.
#[component]
fn SignedIn() -> impl IntoView {
    let session = use_session();
    let address = use_address();
    let user = Memo::new(move |_| session.view().map(|view| view.user));
    Effect::new(move |_| {
        if user.get().is_none() {
            address.replace(routes::SIGN_IN);
        }
    });
    move || user.get().map(|user| view! { <Opened user/> })
}

#[component]
fn Opened(user: UserId) -> impl IntoView {
    let opened = RwSignal::new_local(None::<Result<Rc<BrowserEngine>, EngineError>>);
    spawn_local(async move {
        let result = open_engine(user).await;
        let _ = opened.try_set(Some(result));
    });
    move || match opened.get() {
        // The static shell's look stays until the log is open: tens of milliseconds.
        None => view! { <div class="page" aria-busy="true"></div> }.into_any(),
        Some(Err(error)) => view! { <Broken error user/> }.into_any(),
        Some(Ok(engine)) => {
            provide_store(engine);
            view! { <Screens/> }.into_any()
        }
    }
}

#[component]
fn Screens() -> impl IntoView {
    let address = use_address();
    let screen = Memo::new(move |_| Screen::at(&address.path()));
    move || match screen.get() {
        Screen::Today => view! { <Today/> },
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
        // These two have no log behind them: the door above shows them.
        Screen::SignIn | Screen::Setup | Screen::Unknown => view! { <NotFound/> },
    }
}
