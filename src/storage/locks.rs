//! Web Locks: one tab of a person's does what several need not do.

use futures::{
    channel::oneshot::{self, Receiver, Sender},
    future::{Either, select},
};
use js_sys::{Function, Object, Promise, Reflect};
use ruyuan_sync::environment::Locks;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::{JsFuture, future_to_promise};

/// The browser's locks. A browser that has none, or refuses them here, says of each that it is free.
#[derive(Clone, Copy, Debug)]
pub struct BrowserLocks;

/// A lock, which the browser gets back when this is dropped.
#[derive(Debug)]
pub struct Held {
    _release: Sender<()>,
}

impl Locks for BrowserLocks {
    type Held = Option<Held>;

    async fn take(&self, name: &str) -> Option<Self::Held> {
        let (release, released) = oneshot::channel();
        let (say, said) = oneshot::channel();
        let Some(request) = request(name, say, released) else {
            return Some(None);
        };
        match select(said, request).await {
            Either::Left((Ok(true), _)) => Some(Some(Held { _release: release })),
            Either::Left((Ok(false), _)) => None,
            // Refused, and never asked.
            _ => Some(None),
        }
    }
}

/// Asks for a lock and says whether it is ours, which it stays until its release.
fn request(name: &str, say: Sender<bool>, released: Receiver<()>) -> Option<JsFuture> {
    let navigator = web_sys::window()?.navigator();
    let locks = Reflect::get(&navigator, &"locks".into()).ok()?;
    let request = Reflect::get(&locks, &"request".into()).ok()?;
    let request = request.dyn_into::<Function>().ok()?;
    let callback = Closure::once_into_js(move |lock: JsValue| -> Promise {
        let ours = !lock.is_null();
        // Who has gone meanwhile has released it as well.
        let _ = say.send(ours);
        future_to_promise(async move {
            if ours {
                let _ = released.await;
            }
            Ok(JsValue::UNDEFINED)
        })
    });
    let options = Object::new();
    // A plain object takes any property.
    drop(Reflect::set(
        &options,
        &"ifAvailable".into(),
        &JsValue::TRUE,
    ));
    let held = request.call3(&locks, &name.into(), &options, &callback);
    Some(JsFuture::from(held.ok()?.dyn_into::<Promise>().ok()?))
}
