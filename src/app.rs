//! The app: who is signed in, their local log, and the screens over it.

use crate::{
    pages::{
        broken::Broken,
        conflict::Conflict,
        enterprise::Enterprise,
        enterprise_edit::{EnterpriseEdit, EnterpriseNew},
        enterprises::Enterprises,
        me::Me,
        not_found::NotFound,
        setup::Setup,
        sign_in::SignIn,
        today::Today,
        uploads::Uploads,
        visit::Visit,
        visit_fill::VisitFill,
        visit_new::VisitNew,
        visit_review::VisitReview,
        visits::Visits,
    },
    routes,
    state::{
        places::provide_places,
        preferences,
        session::{provide_session, use_session},
        store::{BrowserEngine, open_engine, provide_store},
        update::provide_update,
    },
};
use leptos::{prelude::*, task::spawn_local};
use leptos_router::{
    components::{FlatRoutes, Redirect, Route, Router},
    hooks::use_location,
    path,
};
use ruyuan_domain::UserId;
use ruyuan_sync::engine::EngineError;
use std::rc::Rc;

/// The whole client.
#[component]
pub fn App() -> impl IntoView {
    view! {
        <Router>
                <Doors/>
            </Router>
    }
}

/// The screens that need nobody signed in, and all the others behind them.
#[component]
fn Doors() -> impl IntoView {
    preferences::provide_preferences();
    provide_session();
    provide_places();
    provide_update();
    let path = use_location().pathname;
    // A memo, so that going from screen to screen leaves the opened log alone.
    let door = Memo::new(move |_| {
        path.with(|path| {
            [routes::SIGN_IN, routes::SETUP]
                .into_iter()
                .find(|door| door == path)
        })
    });
    move || match door.get() {
        Some(routes::SIGN_IN) => view! { <SignIn/> }.into_any(),
        Some(_) => view! { <Setup/> }.into_any(),
        None => view! { <SignedIn/> }.into_any(),
    }
}

/// Opens the local log of the person signed in; without one, the way in.
#[component]
fn SignedIn() -> impl IntoView {
    let session = use_session();
    let user = Memo::new(move |_| session.view().map(|view| view.user));
    move || match user.get() {
        Some(user) => view! { <Opened user/> }.into_any(),
        None => view! { <Redirect path=routes::SIGN_IN/> }.into_any(),
    }
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
    view! {
        <FlatRoutes fallback=NotFound>
            <Route path=path!("/") view=Today/>
            <Route path=path!("/visits") view=Visits/>
            <Route path=path!("/visits/new") view=VisitNew/>
            <Route path=path!("/visits/:id") view=Visit/>
            <Route path=path!("/visits/:id/fill") view=VisitFill/>
            <Route path=path!("/visits/:id/review") view=VisitReview/>
            <Route path=path!("/enterprises") view=Enterprises/>
            <Route path=path!("/enterprises/new") view=EnterpriseNew/>
            <Route path=path!("/enterprises/:id") view=Enterprise/>
            <Route path=path!("/enterprises/:id/edit") view=EnterpriseEdit/>
            <Route path=path!("/conflicts/:id") view=Conflict/>
            <Route path=path!("/uploads") view=Uploads/>
            <Route path=path!("/me") view=Me/>
        </FlatRoutes>
    }
}
