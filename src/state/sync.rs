//! When to sync: at start, when the network returns, when the page is seen again, after an edit, on a hint of the
//! server, on a timer with jittered back-off, and when a person asks.

use super::{
    exchange::exchange,
    hints::Hints,
    rest::{Standing, use_rest},
    session::{end_pending_session, use_session},
    store::Store,
};
use crate::storage::{BrowserEnvironment, BrowserLocks};
use futures::{FutureExt, StreamExt, channel::mpsc, future::Either, pin_mut};
use gloo::timers::future::TimeoutFuture;
use leptos::{leptos_dom::helpers::window_event_listener, prelude::*, task::spawn_local};
use ruyuan_domain::Stamp;
use ruyuan_sync::{
    engine::EngineError,
    environment::{Environment, Locks},
    transport::TransportError,
};
use std::{cell::Cell, rc::Rc};

/// Between two polls while the page is seen.
const POLL_MS: u32 = 8_000;
/// Between two polls while the server tells what there is.
const HINTED_POLL_MS: u32 = 60_000;
/// Between two polls while the page is not seen.
const HIDDEN_POLL_MS: u32 = 60_000;
/// Longest wait after failures.
const LONGEST_MS: u32 = 120_000;
/// After an edit, so that several edits travel together.
const AFTER_EDIT_MS: u32 = 300;
/// Without another word in a half-filled form: then it is copied to the server.
const PAUSE_MS: u32 = 3_000;
/// After a hint: a push of several acts makes several.
const AFTER_HINT_MS: u32 = 150;

/// Why the last round did not get through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The server was not reached.
    Offline,
    /// The session has ended; sign in again.
    SignedOut,
    /// The server's database is another one: sending has stopped, everything stays here.
    OtherServer,
    /// The server refused, or this device's storage did.
    Other(String),
}

/// How sync stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SyncStatus {
    /// A round is under way.
    pub running: bool,
    /// When a round last got through.
    pub succeeded_at: Option<Stamp>,
    /// When a round was last tried.
    pub tried_at: Option<Stamp>,
    /// Why the last one did not get through.
    pub trouble: Option<Trouble>,
}

/// The sync loop's handle.
#[derive(Clone, Copy)]
pub struct Sync {
    /// How sync stands.
    pub status: RwSignal<SyncStatus>,
    nudge: StoredValue<Option<mpsc::UnboundedSender<u32>>, LocalStorage>,
    lock: StoredValue<String>,
    /// Counts the words of half-filled forms, so that only the last is followed by a pause.
    typed: StoredValue<u32>,
}

impl Sync {
    pub(super) fn new(lock: String) -> Self {
        Self {
            status: RwSignal::new(SyncStatus::default()),
            nudge: StoredValue::new_local(None),
            lock: StoredValue::new(lock),
            typed: StoredValue::new(0),
        }
    }

    /// Syncs shortly after an edit.
    pub fn soon(self) {
        self.after(AFTER_EDIT_MS);
    }

    /// Syncs once nothing more is typed.
    pub fn after_pause(self) {
        let counted = self.typed.try_update_value(|typed| {
            *typed = typed.wrapping_add(1);
            *typed
        });
        spawn_local(async move {
            TimeoutFuture::new(PAUSE_MS).await;
            if counted.is_some() && self.typed.try_get_value() == counted {
                self.soon();
            }
        });
    }

    /// Syncs now, with the photos too that rest after a failure.
    pub fn again(self, store: Store) {
        if let Some(engine) = store.engine_if_open() {
            engine.hurry_uploads();
        }
        self.look(store);
    }

    /// Somebody has come back to this page: what they did on another device meanwhile is looked for too.
    fn look(self, store: Store) {
        if let Some(engine) = store.engine_if_open() {
            engine.hurry_drafts();
        }
        self.now();
    }

    /// Syncs now.
    pub fn now(self) {
        self.after(0);
    }

    fn after(self, wait_ms: u32) {
        // Without a loop, its person has signed out.
        if let Some(Some(nudge)) = self.nudge.try_get_value() {
            drop(nudge.unbounded_send(wait_ms));
        }
    }

    pub(super) fn start(self, store: Store) {
        let (sender, mut nudges) = mpsc::unbounded();
        self.nudge.set_value(Some(sender));
        for handle in [
            window_event_listener(leptos::ev::online, move |_| self.again(store)),
            window_event_listener(leptos::ev::focus, move |_| self.look(store)),
            // It bubbles from the document to the window.
            window_event_listener(leptos::ev::visibilitychange, move |_| {
                if !hidden() {
                    self.look(store);
                }
            }),
        ] {
            on_cleanup(move || handle.remove());
        }
        let ended = Rc::new(Cell::new(false));
        let end = StoredValue::new_local(Rc::clone(&ended));
        on_cleanup(move || {
            let _ = end.try_with_value(|ended| ended.set(true));
        });
        let session = use_session();
        let rest = use_rest();
        // What comes late is made use of at once, not after the wait that its absence had led to.
        Effect::new(move |missed: Option<bool>| {
            let missed = missed.unwrap_or_default();
            match rest.standing() {
                Standing::Missing => true,
                Standing::Fetching => missed,
                Standing::Here => {
                    if missed {
                        self.now();
                    }
                    false
                }
            }
        });
        spawn_local(async move {
            let mut failures = 0;
            let mut hints: Option<Hints> = None;
            while let Some(lock) = self.lock.try_get_value() {
                // Before the lock: a file that does not come would keep it from every tab.
                let round = if rest.fetch().await {
                    BrowserLocks.alone(&lock, self.round(store, session)).await
                } else {
                    self.is_offline();
                    Some(false)
                };
                if ended.get() {
                    return;
                }
                failures = match round {
                    Some(true) | None => 0,
                    Some(false) => failures + 1,
                };
                hints = hints.filter(|hints| failures == 0 && hints.are_heard() && !hidden());
                let hinted = hints.is_some();
                // Another tab that listens may have been closed since.
                if failures == 0 && !hidden() && !hints.as_ref().is_some_and(Hints::are_ours) {
                    hints = Some(Hints::open(format!("{lock}-hints"), move || {
                        self.after(AFTER_HINT_MS);
                    }));
                }
                // Another tab holds the lock: it sends for this one too, look again soon.
                let wait = if round.is_none() {
                    1_000
                } else {
                    wait_ms(failures, hinted)
                };
                let timer = TimeoutFuture::new(wait);
                let nudge = nudges.next();
                pin_mut!(timer, nudge);
                match futures::future::select(timer, nudge).await {
                    Either::Left(_) => {}
                    Either::Right((Some(after), _)) => {
                        TimeoutFuture::new(after).await;
                        // Everything asked for up to now is answered by this one round.
                        while nudges.next().now_or_never().flatten().is_some() {}
                    }
                    Either::Right((None, _)) => return,
                }
            }
        });
    }

    fn is_offline(self) {
        let _ = self.status.try_update(|status| {
            status.tried_at = Some(BrowserEnvironment.now());
            status.trouble = Some(Trouble::Offline);
        });
    }

    /// One round; says whether it got through.
    async fn round(self, store: Store, session: super::session::Session) -> bool {
        let _ = self.status.try_update(|status| status.running = true);
        end_pending_session().await;
        // A trap here would keep the lock from every tab.
        let Some(engine) = store.engine_if_open() else {
            return false;
        };
        let rev = engine.state().rev();
        // Another tab may have written while this one was asleep.
        let result = match engine.follow().await {
            Ok(_) => exchange(engine.clone(), store, session).await,
            Err(error) => Err(error),
        };
        if engine.state().rev() != rev {
            store.changed();
        }
        if let Err(EngineError::Wiped) = result {
            session.wiped().await;
            return false;
        }
        let now = BrowserEnvironment.now();
        let trouble = match result {
            Ok(_) => None,
            Err(EngineError::Transport(TransportError::Offline | TransportError::Busy)) => {
                Some(Trouble::Offline)
            }
            Err(EngineError::Transport(TransportError::SignedOut)) => Some(Trouble::SignedOut),
            Err(EngineError::OtherEpoch) => Some(Trouble::OtherServer),
            Err(other) => Some(Trouble::Other(other.to_string())),
        };
        let through = trouble.is_none();
        let _ = self.status.try_update(|status| {
            status.running = false;
            status.tried_at = Some(now);
            if through {
                status.succeeded_at = Some(now);
            }
            status.trouble = trouble;
        });
        through
    }
}

fn wait_ms(failures: u32, hinted: bool) -> u32 {
    let base = match (hidden(), hinted) {
        (true, _) => HIDDEN_POLL_MS,
        (_, true) => HINTED_POLL_MS,
        _ => POLL_MS,
    };
    let backed_off = base
        .saturating_mul(1 << failures.min(5))
        .min(LONGEST_MS.max(base));
    // Up to a fifth more, so that phones that lost the same network do not return in step.
    backed_off + (js_sys::Math::random() * f64::from(backed_off) / 5.0) as u32
}

fn hidden() -> bool {
    leptos::leptos_dom::helpers::document().hidden()
}
