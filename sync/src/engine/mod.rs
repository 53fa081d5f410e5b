//! The client's sync engine: opens the local log, keeps what is seen in step with it, edits, pushes and pulls.
//!
//! Each tab runs one. Safety never depends on being alone: every commit names the revision it was made from, and a
//! tab that finds another one catches up and tries again.

mod act;
mod attachments;
mod compact;
mod download;
mod draft_state;
mod drafts;
mod entries;
mod import;
mod load;
mod mend;
mod pull;
mod push;
mod renew;
mod report;
mod revoke;
mod state;
mod upload;
mod withdraw;

pub use act::{Act, Edit};
pub use attachments::{Kept, Unsent};
pub use compact::COMPACT_BYTES;
pub use download::Fetched;
pub use entries::{AckedEntry, JournalEntry, Meta, OutboxEntry, OutboxState, QueuedBlob, Track};
pub use import::{Imported, attachments_of};
pub use state::{State, SyncMark};

use crate::{
    attachment::{BlobHead, BlobState},
    environment::{Environment, Seal, SealError},
    store::{Batch, Committed, Durability, LocalStore, StoreError, Write},
    transport::{Transport, TransportError},
};
use entries::{decode, encode};
use futures::lock::Mutex;
use ruyuan_domain::{DeviceId, RecordId, UserId, device::DeviceReport};
use std::cell::{Cell, Ref, RefCell};

/// How often a commit catches up with another tab before it gives up. Each round another tab has made progress,
/// so reaching this means something is badly wrong.
const MOST_ROUNDS: usize = 32;

/// How often a round begins anew because the server's database became another one meanwhile.
const MOST_TURNS: usize = 4;

/// How long acknowledged mutations are kept, in milliseconds: 30 days.
const ACKED_KEPT_MS: i64 = 30 * 24 * 60 * 60 * 1000;

/// Why the engine could not do what was asked. In every case what was stored before is still there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
    /// The local log.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The seal of a stored value.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The server.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// A stored value that cannot be read.
    #[error("a stored value cannot be read: {0}")]
    Unreadable(String),
    /// One edit above the limit of one mutation; it was not stored.
    #[error("{bytes} bytes in one edit, {limit} at most")]
    TooLarge {
        /// How large it is.
        bytes: usize,
        /// How large it may be.
        limit: usize,
    },
    /// The draft's record exists already: it was submitted, here or in another tab.
    #[error("this was submitted already")]
    AlreadySubmitted,
    /// The server's database has been restored again and again while this device brought back what it lost. The
    /// next round goes on; everything on the device stays.
    #[error("the server's database keeps becoming another one")]
    OtherEpoch,
    /// An administrator ordered this phone wiped: it holds nothing any more, and its person is to be signed out.
    #[error("this phone was wiped, as an administrator ordered")]
    Wiped,
}

/// What one round of sync did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SyncReport {
    /// Mutations that the server confirmed.
    pub confirmed: usize,
    /// Mutations that it quarantined.
    pub quarantined: usize,
    /// Rows that came.
    pub rows: usize,
    /// Attachments that the server confirmed.
    pub attachments: usize,
}

/// The engine of one person on one device, in one tab.
#[derive(Debug)]
pub struct Engine<S, E, C> {
    store: S,
    environment: E,
    seal: C,
    state: RefCell<State>,
    /// One commit at a time within this tab; between tabs the revision decides.
    writing: Mutex<()>,
    /// One round of sync at a time within this tab.
    syncing: Mutex<()>,
    /// Whether the server answered this tab's last round to its end.
    reached: Cell<bool>,
    /// Whether this tab has compared what it opened with the server.
    checked: Cell<bool>,
    /// What only the world around knows of this device.
    around: RefCell<DeviceReport>,
    /// The id under which the server has ordered this device wiped.
    ordered: Cell<Option<DeviceId>>,
    /// How sending attachments went.
    uploads: RefCell<upload::Uploads>,
    /// How copying half-filled forms stands.
    copying: RefCell<drafts::Copying>,
}

impl<S: LocalStore, E: Environment, C: Seal> Engine<S, E, C> {
    /// Opens the local log of this person; an empty one means a new device.
    ///
    /// # Errors
    /// A store that cannot be read, or whose values cannot.
    pub async fn open(
        store: S,
        environment: E,
        seal: C,
        user: UserId,
    ) -> Result<Self, EngineError> {
        for _ in 0..MOST_ROUNDS {
            let contents = store.read(None).await?;
            let rev = contents.rev;
            if let Some(state) = State::read(contents, &seal).await? {
                let engine = Self {
                    store,
                    environment,
                    seal,
                    state: RefCell::new(state),
                    writing: Mutex::new(()),
                    syncing: Mutex::new(()),
                    reached: Cell::new(false),
                    checked: Cell::new(false),
                    around: RefCell::default(),
                    ordered: Cell::new(None),
                    uploads: RefCell::default(),
                    copying: RefCell::default(),
                };
                engine.forget_acked(false).await?;
                engine.sweep_attachments().await?;
                return Ok(engine);
            }
            let meta = Meta::new(DeviceId::new(environment.id_seed()), user);
            let sealed = seal.seal(encode(&meta)?).await?;
            let batch = Batch {
                expected_rev: rev,
                durability: Durability::Strict,
                requires_draft: None,
                writes: vec![Write::Meta(sealed)],
            };
            match store.commit(batch).await {
                Ok(_) | Err(StoreError::Stale) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(StoreError::Stale.into())
    }

    /// What is seen now. Do not hold it across an await.
    pub fn state(&self) -> Ref<'_, State> {
        self.state.borrow()
    }

    /// The clock and randomness this engine was given.
    pub const fn environment(&self) -> &E {
        &self.environment
    }

    /// Catches up with what another tab wrote; says whether there was anything.
    ///
    /// # Errors
    /// A store that cannot be read, or whose values cannot.
    pub async fn follow(&self) -> Result<bool, EngineError> {
        let _writing = self.writing.lock().await;
        self.catch_up().await
    }

    /// Sends what waits, then takes what is new, until there is nothing of either.
    ///
    /// # Errors
    /// The server or the store; whatever was done before stays done. [`EngineError::Wiped`] once an administrator has
    /// ordered it, until [`Self::begin_again`].
    pub async fn sync(&self, transport: &impl Transport) -> Result<SyncReport, EngineError> {
        let _syncing = self.syncing.lock().await;
        let ended = self.round(transport).await;
        let lost = matches!(ended, Err(EngineError::Transport(_)));
        self.reached.set(!lost);
        ended
    }

    async fn round(&self, transport: &impl Transport) -> Result<SyncReport, EngineError> {
        // Whether it is heard now or in a later round, what there is to do does not wait for it.
        let _ = self.tell_wiped(transport).await;
        if self.state.borrow().meta.ended {
            return Err(EngineError::Wiped);
        }
        let mut report = SyncReport::default();
        let mut turns = 0;
        while turns < MOST_TURNS {
            let mut round = self.push_all(transport, &mut report).await;
            // Nothing more is taken by a phone that is to be wiped.
            if let (Ok(true), None) = (&round, self.ordered.get()) {
                round = self.pull_all(transport, &mut report).await;
            }
            if let Some(device) = self.ordered.take() {
                return Err(self.obey(transport, device).await);
            }
            if !round? {
                turns += 1;
                continue;
            }
            self.forget_acked(true).await?;
            self.forget_attachments().await?;
            self.compact_if_large().await?;
            self.copy_drafts(transport).await?;
            // An edit made meanwhile goes first; each time, at least one chunk has gone.
            if self.upload_all(transport, &mut report).await? {
                return Ok(report);
            }
        }
        Err(EngineError::OtherEpoch)
    }

    /// [`Self::follow`] for who holds the writing lock already.
    async fn catch_up(&self) -> Result<bool, EngineError> {
        let (rev, after) = {
            let state = self.state.borrow();
            (state.rev, state.last_journal)
        };
        if self.store.rev().await? == rev {
            return Ok(false);
        }
        let contents = self.store.read(Some(after)).await?;
        let generation = self.state.borrow().meta.generation;
        let tail = State::decode_tail(contents, &self.seal).await?;
        if tail.meta.generation == generation {
            self.state.borrow_mut().take_tail(tail);
        } else if let Some(state) = State::read(self.store.read(None).await?, &self.seal).await? {
            *self.state.borrow_mut() = state;
        }
        Ok(true)
    }

    /// Commits one change against the state of now, planned anew each time another tab was first.
    ///
    /// `plan` reads the state and says what to write and what becomes of the state once it is stored, or that
    /// nothing is to be written. It is a plain reference, so that this is compiled once and not for every act.
    async fn commit(&self, durability: Durability, plan: &Plan<'_>) -> Result<(), EngineError> {
        let _writing = self.writing.lock().await;
        for _ in 0..MOST_ROUNDS {
            let (planned, rev) = {
                let state = self.state.borrow();
                (plan(&state)?, state.rev)
            };
            let Some(Planned {
                requires_draft,
                plain,
                done,
            }) = planned
            else {
                return Ok(());
            };
            let mut writes = Vec::with_capacity(plain.len());
            for write in plain {
                writes.push(self.sealed(write).await?);
            }
            let batch = Batch {
                expected_rev: rev,
                durability,
                requires_draft,
                writes,
            };
            match self.store.commit(batch).await {
                Ok(Committed { rev, journal }) => {
                    let mut state = self.state.borrow_mut();
                    done(&mut state);
                    state.rev = rev;
                    if let Some(last) = journal.last() {
                        state.last_journal = *last;
                    }
                    return Ok(());
                }
                Err(StoreError::Stale) => {
                    self.catch_up().await?;
                }
                Err(StoreError::DraftGone) => {
                    self.catch_up().await?;
                    return Err(EngineError::AlreadySubmitted);
                }
                Err(error) => return Err(error.into()),
            }
        }
        Err(StoreError::Stale.into())
    }

    async fn sealed(&self, write: Write) -> Result<Write, EngineError> {
        Ok(match write {
            Write::Meta(plain) => Write::Meta(self.seal.seal(plain).await?),
            Write::Journal(plain) => Write::Journal(self.seal.seal(plain).await?),
            Write::PutOutbox(mid, plain) => Write::PutOutbox(mid, self.seal.seal(plain).await?),
            Write::PutAcked(id, plain) => Write::PutAcked(id, self.seal.seal(plain).await?),
            Write::PutDraft(id, plain) => Write::PutDraft(id, self.seal.seal(plain).await?),
            Write::PutChunk(key, plain) => Write::PutChunk(key, self.seal.seal(plain).await?),
            Write::PutBlobHead(id, plain) => Write::PutBlobHead(id, self.seal.seal(plain).await?),
            Write::PutBlobChunk(id, n, plain) => {
                Write::PutBlobChunk(id, n, self.seal.seal(plain).await?)
            }
            keys @ (Write::DeleteOutbox(_)
            | Write::DeleteAcked(_)
            | Write::DeleteDraft(_)
            | Write::DeleteBlob(_)
            | Write::DropJournal(_)
            | Write::DropChunks(_)
            | Write::Clear) => keys,
        })
    }

    /// Forgets confirmed mutations that are old enough; once everything that there is has been pulled, also those of
    /// scopes that are not there any more.
    async fn forget_acked(&self, pulled: bool) -> Result<(), EngineError> {
        let now = self.environment.now().unix_ms();
        self.commit(Durability::Relaxed, &|state| {
            let old: Vec<_> = state
                .acked
                .values()
                .filter(|entry| {
                    let old = now - entry.at.unix_ms() > ACKED_KEPT_MS;
                    // A photo that must still be sent is known by this alone, once its row has gone from here.
                    let waits = |head: &BlobHead| head.state == BlobState::Waiting;
                    let unsent = state.blobs.get(&entry.mutation.record).is_some_and(waits);
                    let gone = pulled
                        && !state.meta.tracks.is_empty()
                        && state.meta.track(&entry.scope).is_none();
                    // What is in no base yet is only here.
                    !unsent && (gone || (old && state.is_seen(entry)))
                })
                .map(|entry| entry.mutation.id)
                .collect();
            let plain: Vec<Write> = old.iter().copied().map(Write::DeleteAcked).collect();
            Ok((!old.is_empty()).then(|| {
                Planned::new(plain, move |state| {
                    old.iter().for_each(|id| drop(state.acked.remove(id)));
                })
            }))
        })
        .await
    }
}

/// Reads the state and says what to do; see [`Engine::commit`].
type Plan<'a> = dyn Fn(&State) -> Result<Option<Planned<'a>>, EngineError> + 'a;

/// What a plan wants written, not yet sealed, and what becomes of the state once it is stored.
struct Planned<'a> {
    requires_draft: Option<RecordId>,
    plain: Vec<Write>,
    done: Box<dyn FnOnce(&mut State) + 'a>,
}

impl<'a> Planned<'a> {
    fn new(plain: Vec<Write>, done: impl FnOnce(&mut State) + 'a) -> Self {
        Self {
            requires_draft: None,
            plain,
            done: Box::new(done),
        }
    }
}
