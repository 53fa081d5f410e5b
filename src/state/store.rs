//! The local log of the person signed in, reactive: whoever reads it is told when any tab has changed it.

use crate::{
    state::{
        device,
        drafts::DraftEditor,
        enterprises::EnterpriseRow,
        keeping::{self, Keeping},
        session::signed_in_anew,
        sync::Sync,
    },
    storage::{BrowserEnvironment, IndexedDbStore, begin_new_log, database_name},
};
use leptos::{leptos_dom::helpers::window_event_listener, prelude::*, task::spawn_local};
use ruyuan_domain::{Mid, MutationId, RecordId, Stamp, UserId, ids::IdSeed};
use ruyuan_sync::{
    draft::Draft,
    engine::{Act, Edit, Engine, EngineError, Imported, State},
    environment::{Environment, Unsealed},
};
use std::{cell::Cell, rc::Rc};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::BroadcastChannel;

/// The engine as this client builds it.
pub type BrowserEngine = Engine<IndexedDbStore, BrowserEnvironment, Unsealed>;

/// The local log in context.
#[derive(Clone, Copy)]
pub struct Store {
    engine: StoredValue<Rc<BrowserEngine>, LocalStorage>,
    channel: StoredValue<Option<BroadcastChannel>, LocalStorage>,
    changes: RwSignal<u64>,
    owner: StoredValue<Owner>,
    /// The firms as lists show them, kept from page to page.
    pub(super) firms: StoredValue<Option<Memo<Vec<Rc<EnterpriseRow>>>>>,
    /// The form being filled, kept while its last words are not stored.
    pub(super) filling: StoredValue<Option<DraftEditor>>,
    /// Nudges the sync loop.
    pub sync: Sync,
    /// What becomes of the log itself.
    pub keeping: Keeping,
}

/// The local log in context.
#[track_caller]
pub fn use_store() -> Store {
    expect_context()
}

/// Opens this person's local log.
///
/// # Errors
/// As [`Engine::open`].
pub async fn open_engine(user: UserId) -> Result<Rc<BrowserEngine>, EngineError> {
    let log = IndexedDbStore::open(&database_name(user)).await?;
    if log.is_new() {
        keeping::found_no_log(user);
    }
    let engine = Engine::open(log, BrowserEnvironment, Unsealed, user).await?;
    if signed_in_anew() {
        engine.begin_again().await?;
    }
    let engine = Rc::new(engine);
    device::describe(&engine);
    // Beside the first drawing: until a person's first edit it is long done.
    spawn_local(begin_new_log());
    Ok(engine)
}

/// Puts an opened log into context, follows the other tabs, and starts the sync loop.
pub fn provide_store(engine: Rc<BrowserEngine>) -> Store {
    let user = engine.state().meta().user;
    let name = format!("ruyuan-{user}");
    let keeping = Keeping::new(user);
    keeping.note(&engine.state());
    keeping.look();
    let channel = BroadcastChannel::new(&name).ok();
    let sync = Sync::new(name);
    let store = Store {
        engine: StoredValue::new_local(engine),
        channel: StoredValue::new_local(channel.clone()),
        changes: RwSignal::new(0),
        owner: StoredValue::new(Owner::current().unwrap_or_default()),
        firms: StoredValue::new(None),
        filling: StoredValue::new(None),
        sync,
        keeping,
    };
    if let Some(channel) = channel {
        let heard = Closure::<dyn FnMut()>::new(move || store.follow());
        channel.set_onmessage(Some(heard.as_ref().unchecked_ref()));
        let heard = StoredValue::new_local((channel, heard));
        // The log closes when its person signs out; what another tab says then is for nobody here.
        on_cleanup(move || {
            let _ = heard.try_with_value(|(channel, _)| {
                channel.set_onmessage(None);
                channel.close();
            });
        });
    }
    // Some browsers here have no BroadcastChannel: what another tab did is seen on returning to this one.
    let focused = window_event_listener(leptos::ev::focus, move |_| store.follow());
    on_cleanup(move || focused.remove());
    provide_context(store);
    sync.start(store);
    store
}

impl Store {
    /// Reads the state, and reads it again whenever it changes.
    pub fn read<T>(self, read: impl FnOnce(&State) -> T) -> T {
        self.changes.track();
        self.read_untracked(read)
    }

    /// Reads the state once.
    pub fn read_untracked<T>(self, read: impl FnOnce(&State) -> T) -> T {
        let engine = self.engine();
        let state = engine.state();
        read(&state)
    }

    /// The engine.
    // Out of line: every screen reads, each with a closure of its own.
    #[inline(never)]
    pub fn engine(self) -> Rc<BrowserEngine> {
        self.engine.get_value()
    }

    /// The engine, unless its person has signed out.
    pub fn engine_if_open(self) -> Option<Rc<BrowserEngine>> {
        self.engine.try_get_value()
    }

    /// Makes signals that live as long as the log is open, not only as long as the page that asks for them.
    pub fn outliving_pages<T>(self, make: impl FnOnce() -> T) -> T {
        self.owner.get_value().with(make)
    }

    /// The device's clock.
    pub fn now(self) -> Stamp {
        BrowserEnvironment.now()
    }

    /// What a new id is made of.
    pub fn id_seed(self) -> IdSeed {
        BrowserEnvironment.id_seed()
    }

    /// Stores edits; when it returns, they are on this device for good.
    ///
    /// # Errors
    /// As [`Engine::act`].
    pub async fn act(self, act: Act) -> Result<(), EngineError> {
        self.engine().act(act).await?;
        self.changed();
        self.sync.soon();
        ask_to_persist();
        self.keeping.look();
        device::describe(&self.engine());
        Ok(())
    }

    /// Stores edits that belong together and submit no form; none are nothing to store.
    ///
    /// # Errors
    /// As [`Self::act`].
    pub async fn edit(self, edits: Vec<Edit>) -> Result<(), EngineError> {
        if edits.is_empty() {
            return Ok(());
        }
        let submits = None;
        self.act(Act { edits, submits }).await
    }

    /// Saves a half-filled form.
    ///
    /// # Errors
    /// As [`Engine::save_draft`].
    pub async fn save_draft(self, draft: Draft) -> Result<(), EngineError> {
        self.engine().save_draft(draft).await?;
        self.typed();
        Ok(())
    }

    /// A half-filled form was stored: its readers are told, and it is copied once its person pauses.
    pub(super) fn typed(self) {
        self.changed();
        self.sync.after_pause();
        ask_to_persist();
    }

    /// Removes a half-filled form.
    ///
    /// # Errors
    /// As [`Engine::delete_draft`].
    pub async fn delete_draft(self, id: RecordId) -> Result<(), EngineError> {
        self.engine().delete_draft(id).await?;
        self.changed();
        self.sync.soon();
        Ok(())
    }

    /// Opens a submitted visit again as a half-filled form; says whether there is one now.
    pub async fn reopen(self, visit: RecordId) -> bool {
        let open = self.engine().reopen(visit).await;
        self.changed();
        open.unwrap_or(false)
    }

    /// Takes in a queue that was saved as a file.
    ///
    /// # Errors
    /// As [`Engine::import`].
    pub async fn import(self, text: &str) -> Result<Imported, EngineError> {
        let imported = self.engine().import(text).await?;
        self.changed();
        self.sync.soon();
        Ok(imported)
    }

    /// Gives up a quarantined mutation and what goes with it.
    ///
    /// # Errors
    /// As [`Engine::discard`].
    pub async fn discard(self, mid: Mid) -> Result<(), EngineError> {
        self.engine().discard(mid).await?;
        self.changed();
        self.sync.soon();
        Ok(())
    }

    /// Takes back what has never left this phone; says whether it could.
    ///
    /// # Errors
    /// As [`Engine::take_back`].
    pub async fn take_back(self, id: MutationId, told: &[MutationId]) -> Result<bool, EngineError> {
        let taken = self.engine().take_back(id, told).await?;
        self.changed();
        Ok(taken)
    }

    /// Tells this tab's readers and the other tabs that the log has changed.
    pub fn changed(self) {
        self.changes.update(|count| *count += 1);
        if let Some(engine) = self.engine_if_open() {
            self.keeping.note(&engine.state());
        }
        // A round of sync may end after its person has signed out.
        if let Some(Some(channel)) = self.channel.try_get_value() {
            // A closed channel only means that another tab learns of it on focus.
            drop(channel.post_message(&JsValue::NULL));
        }
    }

    fn follow(self) {
        let Some(engine) = self.engine_if_open() else {
            return;
        };
        spawn_local(async move {
            if let Ok(true) = engine.follow().await {
                let waits = engine.state().unsent().0 > 0;
                let _ = self.changes.try_update(|count| *count += 1);
                if waits {
                    // If this is the tab that sends, it sends for that one too.
                    self.sync.soon();
                }
            }
        });
    }
}

/// Asks the browser not to clear this site's data when space runs low. Asked once a start, at the first words or photo
/// of a person, when they can see why; the answer changes nothing we do.
fn ask_to_persist() {
    thread_local! {
        static ASKED: Cell<bool> = const { Cell::new(false) };
    }
    if ASKED.replace(true) {
        return;
    }
    if let Some(window) = web_sys::window()
        && let Ok(answer) = window.navigator().storage().persist()
    {
        spawn_local(async move {
            drop(wasm_bindgen_futures::JsFuture::from(answer).await);
        });
    }
}
