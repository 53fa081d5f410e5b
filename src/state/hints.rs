//! Hints of the server that there is something to pull. One tab of a person's listens; the others learn what it
//! pulled from it.

use crate::storage::BrowserLocks;
use futures::channel::oneshot;
use leptos::{leptos_dom::helpers::window, task::spawn_local};
use ruyuan_sync::environment::Locks;
use std::{cell::Cell, rc::Rc};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::EventSource;

/// How it stands with the hints.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// This tab listens, or soon will.
    Ours,
    /// Another tab does.
    Others,
    /// Nobody does: the server ended it, the network cut it, or the browser has no such thing.
    Ended,
}

/// A stream of hints; it closes when it is dropped.
pub struct Hints {
    standing: Rc<Cell<Standing>>,
    /// Dropped with this: that ends the stream.
    _end: oneshot::Sender<()>,
}

impl Hints {
    /// Opens the stream, if no other tab has it, and calls `heard` at each hint.
    pub fn open(lock: String, heard: impl Fn() + 'static) -> Self {
        let standing = Rc::new(Cell::new(Standing::Ours));
        let (end, ended) = oneshot::channel::<()>();
        let stands = Rc::clone(&standing);
        spawn_local(async move {
            let listening = Rc::clone(&stands);
            let listened = BrowserLocks.alone(&lock, async move {
                match Source::open(heard, listening) {
                    // It ends by the sender's being dropped.
                    Some(source) => drop((ended.await, source)),
                    None => drop(ended),
                }
            });
            if listened.await.is_none() {
                stands.set(Standing::Others);
            }
        });
        Self {
            standing,
            _end: end,
        }
    }

    /// Whether some tab hears what there is.
    pub fn are_heard(&self) -> bool {
        self.standing.get() != Standing::Ended
    }

    /// Whether this tab listens.
    pub fn are_ours(&self) -> bool {
        self.standing.get() == Standing::Ours
    }
}

/// The browser's side of it.
struct Source {
    source: EventSource,
    _heard: Closure<dyn FnMut()>,
    _broken: Closure<dyn FnMut()>,
}

impl Source {
    fn open(heard: impl Fn() + 'static, standing: Rc<Cell<Standing>>) -> Option<Self> {
        let known = js_sys::Reflect::has(&window(), &"EventSource".into());
        let source = match known {
            Ok(true) => EventSource::new("/api/sync/events").ok(),
            _ => None,
        };
        let Some(source) = source else {
            standing.set(Standing::Ended);
            return None;
        };
        let heard = Closure::<dyn FnMut()>::new(heard);
        let broken = Closure::<dyn FnMut()>::new(move || standing.set(Standing::Ended));
        source.set_onmessage(Some(heard.as_ref().unchecked_ref()));
        source.set_onerror(Some(broken.as_ref().unchecked_ref()));
        Some(Self {
            source,
            _heard: heard,
            _broken: broken,
        })
    }
}

impl Drop for Source {
    fn drop(&mut self) {
        self.source.set_onmessage(None);
        self.source.set_onerror(None);
        self.source.close();
    }
}
