//! A newer version of the app: noticed, offered, and taken only when the person says so.

use leptos::{leptos_dom::helpers::window, prelude::*, task::spawn_local};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{ServiceWorker, ServiceWorkerRegistration, ServiceWorkerState};

/// How often the server is asked for a newer version while the page is open, in milliseconds: an hour.
const CHECK_MS: u32 = 3_600_000;

/// Whether a newer version waits.
#[derive(Clone, Copy)]
pub struct Update {
    waiting: StoredValue<Option<ServiceWorker>, LocalStorage>,
    ready: RwSignal<bool>,
}

/// The update in context.
#[track_caller]
pub fn use_update() -> Update {
    expect_context()
}

/// Puts the update into context and watches the service worker, where there is one.
pub fn provide_update() {
    let update = Update {
        waiting: StoredValue::new_local(None),
        ready: RwSignal::new(false),
    };
    provide_context(update);
    let navigator = window().navigator();
    // Some browsers here have no service worker; there a reload brings the newer version.
    let has = js_sys::Reflect::has(&navigator, &"serviceWorker".into()).unwrap_or(false);
    if !has {
        return;
    }
    spawn_local(async move {
        let Ok(ready) = window().navigator().service_worker().ready() else {
            return;
        };
        let Ok(registration) = JsFuture::from(ready).await else {
            return;
        };
        let registration: ServiceWorkerRegistration = registration.unchecked_into();
        update.look(&registration);
        let found = registration.clone();
        let listener = Closure::<dyn FnMut()>::new(move || update.watch(&found));
        registration.set_onupdatefound(Some(listener.as_ref().unchecked_ref()));
        listener.forget();
        gloo::timers::callback::Interval::new(CHECK_MS, move || {
            drop(registration.update());
        })
        .forget();
    });
}

impl Update {
    /// Whether a newer version is ready.
    pub fn is_ready(self) -> bool {
        self.ready.get()
    }

    /// Not now: the question goes away until the next start.
    pub fn later(self) {
        self.ready.set(false);
    }

    /// Switches to the newer version and loads it. Drafts are stored at every change, so nothing is lost.
    pub fn take(self) {
        let Some(worker) = self.waiting.get_value() else {
            return;
        };
        // Another tab has switched already.
        if worker.state() != ServiceWorkerState::Installed {
            drop(window().location().reload());
            return;
        }
        let reload = Closure::<dyn FnMut()>::new(|| drop(window().location().reload()));
        window()
            .navigator()
            .service_worker()
            .set_oncontrollerchange(Some(reload.as_ref().unchecked_ref()));
        reload.forget();
        let message = js_sys::Object::new();
        drop(js_sys::Reflect::set(
            &message,
            &"type".into(),
            &"activate".into(),
        ));
        drop(worker.post_message(&JsValue::from(message)));
    }

    fn look(self, registration: &ServiceWorkerRegistration) {
        // The very first worker is no update: there was nothing before it.
        if let Some(worker) = registration
            .waiting()
            .filter(|_| registration.active().is_some())
        {
            self.waiting.set_value(Some(worker));
            self.ready.set(true);
        }
    }

    fn watch(self, registration: &ServiceWorkerRegistration) {
        let Some(installing) = registration.installing() else {
            return;
        };
        let registration = registration.clone();
        let listener = Closure::<dyn FnMut()>::new(move || self.look(&registration));
        installing.set_onstatechange(Some(listener.as_ref().unchecked_ref()));
        listener.forget();
    }
}
