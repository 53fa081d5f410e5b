//! Attachments on their way to the server: after push and pull of each round, one chunk at a time, from where the
//! server says it stands. They never hold up an edit: one that is made meanwhile goes first.

use super::{Engine, EngineError, State, SyncReport};
use crate::{
    attachment::{Attachment, BlobHead, BlobState, Hasher, attachment_of},
    environment::{Environment, Seal},
    store::LocalStore,
    transport::{Transport, TransportError},
};
use ruyuan_domain::{Mid, RecordId};

/// After a failure the next try waits this long, and twice as long after each further one, in milliseconds.
const FIRST_REST_MS: i64 = 15_000;
/// At most this long.
const LONGEST_REST_MS: i64 = 10 * 60 * 1000;

/// How sending attachments went lately, in this tab.
#[derive(Clone, Debug, Default)]
pub(super) struct Uploads {
    failures: u32,
    /// Not before this, in milliseconds since 1970.
    not_before: i64,
    trouble: Option<TransportError>,
}

/// What came of sending one attachment.
enum Sending {
    /// The server has it.
    Done,
    /// There is an edit to send first.
    Interrupted,
    /// It cannot be sent; why.
    Refused(String),
}

impl<S: LocalStore, E: Environment, C: Seal> Engine<S, E, C> {
    /// Why attachments wait though edits get through; none when they do not.
    pub fn upload_trouble(&self) -> Option<TransportError> {
        self.uploads.borrow().trouble.clone()
    }

    /// Tries attachments again with the next round, however the last tries went: the network has changed, or a person
    /// asks for it.
    pub fn hurry_uploads(&self) {
        self.uploads.borrow_mut().not_before = 0;
    }

    /// Tries an attachment again that the server has refused.
    ///
    /// # Errors
    /// A full or broken store.
    pub async fn retry_attachment(&self, id: RecordId) -> Result<(), EngineError> {
        let head = self.state.borrow().blobs.get(&id).cloned();
        let Some(head) = head.filter(|head| head.state == BlobState::Refused) else {
            return Ok(());
        };
        self.hurry_uploads();
        let waiting = BlobHead {
            state: BlobState::Waiting,
            reason: String::new(),
            ..head
        };
        self.set_head(id, waiting).await
    }

    /// Sends what waits; says whether nothing of a person's edits came in between. A server that cannot take them now
    /// is no failure of the round.
    pub(super) async fn upload_all(
        &self,
        transport: &impl Transport,
        report: &mut SyncReport,
    ) -> Result<bool, EngineError> {
        let begun = self.state.borrow().meta.next_mid;
        let mut tried = Vec::new();
        loop {
            let now = self.environment.now().unix_ms();
            if now < self.uploads.borrow().not_before {
                return Ok(true);
            }
            let Some(id) = self.state.borrow().next_upload(&tried) else {
                return Ok(true);
            };
            tried.push(id);
            match self.upload(transport, id, begun).await {
                Ok(Sending::Done) => report.attachments += 1,
                Ok(Sending::Interrupted) => return Ok(false),
                Ok(Sending::Refused(reason)) => self.refuse(id, reason).await?,
                Err(EngineError::Transport(TransportError::Refused(problem))) => {
                    self.refuse(id, problem.detail.clone()).await?;
                }
                // Whether the server takes from here what another person made, only it knows: that holds up nothing.
                Err(EngineError::Transport(TransportError::Busy))
                    if self.state.borrow().is_of_another(id) =>
                {
                    continue;
                }
                Err(EngineError::Transport(trouble)) if trouble.may_retry() => {
                    self.rest(now, trouble);
                    return Ok(true);
                }
                Err(error) => return Err(error),
            }
            *self.uploads.borrow_mut() = Uploads::default();
        }
    }

    fn rest(&self, now: i64, trouble: TransportError) {
        let mut uploads = self.uploads.borrow_mut();
        let rest = FIRST_REST_MS << uploads.failures.min(8);
        uploads.failures += 1;
        uploads.not_before = now + rest.min(LONGEST_REST_MS);
        uploads.trouble = Some(trouble);
    }

    async fn refuse(&self, id: RecordId, reason: String) -> Result<(), EngineError> {
        let head = self.state.borrow().blobs.get(&id).cloned();
        let Some(mut head) = head else {
            return Ok(());
        };
        (head.state, head.reason) = (BlobState::Refused, reason);
        self.set_head(id, head).await
    }

    /// Sends one, from where the server says it stands.
    async fn upload(
        &self,
        transport: &impl Transport,
        id: RecordId,
        begun: Mid,
    ) -> Result<Sending, EngineError> {
        let known = {
            let state = self.state.borrow();
            let head = state.blobs.get(&id).cloned();
            head.map(|head| (head, state.attachment(id)))
        };
        let Some((head, attachment)) = known else {
            return Ok(Sending::Done);
        };
        let standing = transport.begin_blob(id).await?;
        let chunks = ruyuan_domain::blob::chunks_of(head.size);
        let mut sent = u32::try_from(standing.have.len()).unwrap_or(chunks);
        let note = |sent| BlobHead {
            chunks: sent,
            ..head.clone()
        };
        if !standing.complete {
            // An answer that was lost on the way may have been to the last chunk.
            self.set_head(id, note(sent)).await?;
            for n in 0..chunks {
                if standing.have.contains(&n) {
                    continue;
                }
                let Some(chunk) = self.chunk_here(id, n).await? else {
                    return Ok(Sending::Refused(String::new()));
                };
                transport.put_blob_chunk(id, n, chunk).await?;
                sent += 1;
                self.set_head(id, note(sent)).await?;
                if self.state.borrow().meta.next_mid != begun {
                    return Ok(Sending::Interrupted);
                }
            }
            match transport.complete_blob(id).await {
                Ok(()) => {}
                // It has dropped what it had: once more from the beginning, unless it is this end that is wrong.
                Err(TransportError::Refused(problem)) if problem.kind.ends_with(HASH_DIFFERS) => {
                    self.set_head(id, note(0)).await?;
                    let here = self.hash_here(id, chunks).await?;
                    let same = attachment.is_none_or(|said| here.as_ref() == Some(&said.sha256));
                    return match same {
                        true => Err(TransportError::Busy.into()),
                        false => Ok(Sending::Refused(problem.detail.clone())),
                    };
                }
                Err(error) => return Err(error.into()),
            }
        }
        let sent = BlobHead {
            state: BlobState::Sent,
            at: Some(self.environment.now()),
            ..note(chunks)
        };
        self.set_head(id, sent).await?;
        Ok(Sending::Done)
    }

    /// The hash of the bytes that are here; `None` if some are missing.
    pub(super) async fn hash_here(
        &self,
        id: RecordId,
        chunks: u32,
    ) -> Result<Option<String>, EngineError> {
        let mut hash = Hasher::default();
        for n in 0..chunks {
            let Some(chunk) = self.chunk_here(id, n).await? else {
                return Ok(None);
            };
            hash.take(&chunk);
        }
        Ok(Some(hash.finish()))
    }
}

/// What the kind of the problem ends with that the server answers when the bytes are not those that the record names.
const HASH_DIFFERS: &str = "hash-differs";

impl State {
    /// The next attachment to send: the server knows its record.
    fn next_upload(&self, tried: &[RecordId]) -> Option<RecordId> {
        let waits = |id: RecordId| {
            let mut outbox = self.outbox.values();
            outbox.any(|entry| entry.mutation.record == id)
        };
        let mut unsent = self.unsent_attachments();
        let next = unsent.find(|(id, head)| {
            let ready = head.state == BlobState::Waiting && !tried.contains(id) && !waits(*id);
            // One that was found again waits for its record: the server would have none of its bytes before.
            ready && self.is_known(*id)
        });
        next.map(|(id, _)| id)
    }

    /// Whether another person's device made this attachment's record, as far as is seen here.
    fn is_of_another(&self, id: RecordId) -> bool {
        let by = self.view.get(id).map(|record| record.by);
        by.is_some_and(|by| by != self.meta.user) && !self.is_acked(id)
    }

    /// What is known of an attachment beside its bytes.
    pub fn attachment(&self, id: RecordId) -> Option<Attachment> {
        attachment_of(self.view.get(id)?)
    }
}
