//! The app: who is signed in, their local log, and the screens over it.

use crate::{
    pages::{broken::Broken, sign_in::SignIn},
    routes::{self, Screen},
    screens::{self, Later, Shown},
    state::{
        address::{provide_address, use_address},
        places::provide_places,
        preferences,
        rest::provide_rest,
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
    let rest = provide_rest(screens::opening);
    spawn_local(async move {
        rest.fetch().await;
    });
    let address = provide_address();
    // A memo, so that going from screen to screen leaves the opened log alone.
    let door = Memo::new(move |_| match Screen::at(&address.path()) {
        screen @ (Screen::SignIn | Screen::Setup) => Some(screen),
        _ => None,
    });
    move || match door.get() {
        Some(screen @ Screen::Setup) => view! { <Later screen/> },
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
            view! { <Shown/> }.into_any()
        }
    }
}
