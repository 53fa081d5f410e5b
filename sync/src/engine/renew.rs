//! A new device id: after a fork, and for a server whose database is another one, which is given again what it lost.

use super::{AckedEntry, Engine, EngineError, Meta, OutboxEntry, Planned, State, encode};
use crate::{
    attachment::BlobState,
    environment::{Environment, Seal},
    recovered,
    store::{Durability, LocalStore, Write},
};
use ruyuan_domain::{
    DeviceId, Epoch, FieldChange, Fields, Gather, Map, Mid, Mutation, MutationId, Operation,
    Record, RecordId, RecordKind, ScopeId, consts, ids::IdSeed, order::sorted_by_key,
};

impl<S: LocalStore, E: Environment, C: Seal> Engine<S, E, C> {
    /// Takes a new device id and numbers the whole outbox from 1, ids unchanged: the server knows which of them
    /// it has. For a device whose copy went on elsewhere.
    pub(super) async fn renumber(&self, from: DeviceId) -> Result<(), EngineError> {
        let device = DeviceId::new(self.environment.id_seed());
        self.commit(Durability::Strict, &|state| {
            if state.meta.device != from {
                return Ok(None);
            }
            let mut meta = state.meta.clone();
            let (outbox, mut plain) = state.under_a_new_id(&mut meta, device, Vec::new())?;
            plain.push(Write::Meta(encode(&meta)?));
            Ok(Some(Planned::new(plain, move |state| {
                state.outbox = outbox;
                state.meta = meta;
            })))
        })
        .await
    }

    /// The server's database is another one, or has lost what it had confirmed. The device takes a new id, sends
    /// everything it still has of its own anew, and loads every scope anew beside what it shows.
    pub(super) async fn begin_new_life(
        &self,
        from: DeviceId,
        epoch: Epoch,
    ) -> Result<(), EngineError> {
        let device = DeviceId::new(self.environment.id_seed());
        self.commit(Durability::Strict, &|state| {
            if state.meta.device != from {
                return Ok(None);
            }
            let mut meta = state.meta.clone();
            let acked = state.acked_in_order();
            let (outbox, mut plain) = state.under_a_new_id(&mut meta, device, acked)?;
            plain.extend(state.acked.keys().copied().map(Write::DeleteAcked));
            meta.epoch = Some(epoch);
            // What it had of attachments it may have lost too; it says so when it is asked.
            let mut blobs = Vec::new();
            for (id, head) in state.blobs.iter() {
                if head.state == BlobState::Sent {
                    let head = head.to_send_again();
                    plain.push(Write::PutBlobHead(*id, encode(&head)?));
                    blobs.push((*id, head));
                }
            }
            let mut scopes: Vec<ScopeId> = meta.tracks.keys().cloned().collect();
            scopes.extend(meta.loading.keys().cloned());
            for scope in scopes {
                meta.load_anew(&scope, &mut plain);
                if !meta.recovering.contains(&scope) {
                    meta.recovering.push(scope);
                }
            }
            let drafts = state.with_versions_forgotten();
            for draft in &drafts {
                plain.push(Write::PutDraft(draft.id, encode(draft)?));
            }
            for (_, end) in meta.ended_drafts.iter_mut() {
                end.seen = 0;
            }
            plain.push(Write::Meta(encode(&meta)?));
            Ok(Some(Planned::new(plain, move |state| {
                let mut touched = std::collections::BTreeSet::new();
                touched.extend(outbox.values().map(|entry| entry.mutation.record));
                let drafts = drafts.into_iter().map(|draft| (draft.id, draft));
                state.drafts.extend(drafts);
                state.outbox = outbox;
                state.acked = Map::new();
                state.blobs.extend(blobs);
                state.meta = meta;
                state.derive(&touched);
            })))
        })
        .await
    }

    /// What the old copies of these scopes show and the new ones do not, as mutations for their managers: a row
    /// whose writer will never send it again would otherwise be gone.
    pub(super) fn recovered(
        &self,
        loaded: &State,
        scopes: &[ScopeId],
        meta: &mut Meta,
    ) -> Result<Vec<OutboxEntry>, EngineError> {
        let shown = self.state.borrow();
        let mut found = Vec::new();
        for scope in scopes {
            let sought = meta.recovering.iter().position(|known| known == scope);
            let Some(sought) = sought else {
                continue;
            };
            meta.recovering.remove(sought);
            // What is published comes with the server itself.
            if *scope == ScopeId::public() {
                continue;
            }
            for old in shown.view.rows().of_scope(scope) {
                let same = loaded
                    .view
                    .base(old.id)
                    .is_some_and(|new| new.fields == old.fields && new.deleted == old.deleted);
                if same {
                    continue;
                }
                for mut mutation in self.carriers(old)? {
                    mutation.mid = meta.next_mid;
                    meta.next_mid = meta.next_mid.next();
                    found.push(OutboxEntry::waiting(mutation, None));
                }
            }
        }
        Ok(found)
    }

    /// The mutations that carry a row back: one, or as many as it takes, because what no push carries would stop every
    /// push.
    fn carriers(&self, old: &Record) -> Result<Vec<Mutation>, EngineError> {
        let bytes = |mutation: &Mutation| encode(mutation).map(|text| text.len());
        let whole = match old.kind {
            // One that was seen to is nobody's business any more; one that was not comes back as it was.
            RecordKind::Recovered if old.deleted => return Ok(Vec::new()),
            RecordKind::Recovered => self.carrier(old, old.id, old.fields.clone()),
            _ => self.carrier(old, recovered_id(old, 0), recovered::fields_of(old, None)),
        };
        if bytes(&whole)? <= consts::MUTATION_LIMIT {
            return Ok(vec![whole]);
        }
        let piece = |n: u32, count: u32, text: &str| {
            let fields = recovered::fields_of(old, Some((n, count, text)));
            self.carrier(old, recovered_id(old, n), fields)
        };
        let room = consts::MUTATION_LIMIT.saturating_sub(bytes(&piece(u32::MAX, u32::MAX, ""))?);
        let text = encode(&old.fields)?;
        let text = String::from_utf8_lossy(&text);
        let pieces = recovered::cut(&text, room);
        let count = u32::try_from(pieces.len()).unwrap_or(u32::MAX);
        let numbered = pieces.into_iter().zip(1..);
        Ok(numbered.map(|(text, n)| piece(n, count, text)).collect())
    }

    fn carrier(&self, old: &Record, id: RecordId, fields: Fields) -> Mutation {
        Mutation {
            // None is longer.
            mid: Mid(u64::MAX),
            id: MutationId::new(self.environment.id_seed()),
            group: None,
            record: id,
            root: None,
            kind: RecordKind::Recovered,
            scope: old.scope.clone(),
            op: Operation::Create,
            base: 0,
            fields: fields
                .into_iter()
                .map(|(name, value)| {
                    let new = Some(value);
                    (name, FieldChange { old: None, new })
                })
                .gathered(),
            mends: None,
            at: self.environment.now(),
        }
    }
}

/// Every device that still has this row finds the same id for it, or for this part of it, so that it is kept once.
fn recovered_id(old: &Record, part: u32) -> RecordId {
    let at = u64::try_from(old.at.unix_ms()).unwrap_or_default();
    let bits = (old.id.as_u128() ^ old.by.as_u128().rotate_left(64))
        .wrapping_add(u128::from(old.version))
        .wrapping_add(u128::from(part) << 40);
    let [_, _, _, _, _, _, random @ ..] = bits.to_be_bytes();
    RecordId::new(IdSeed {
        unix_ms: at,
        random,
    })
}

impl State {
    /// The outbox under a new device id, with these before it, and the writes that make it so.
    fn under_a_new_id(
        &self,
        meta: &mut Meta,
        device: DeviceId,
        first: Vec<&AckedEntry>,
    ) -> Result<(Map<Mid, OutboxEntry>, Vec<Write>), EngineError> {
        meta.former.push(meta.device);
        meta.device = device;
        meta.next_mid = Mid(1);
        let mut plain: Vec<Write> = self
            .outbox
            .keys()
            .copied()
            .map(Write::DeleteOutbox)
            .collect();
        // In the author's order: what puts another right is sent where that one stood.
        let entries: Vec<&OutboxEntry> = self.outbox.values().collect();
        let entries = sorted_by_key(entries, |entry| (entry.place(), entry.mutation.mid));
        let mut outbox = Map::new();
        let first = first
            .into_iter()
            .map(|entry| OutboxEntry::waiting(entry.mutation.clone(), None));
        for entry in first.chain(entries.into_iter().cloned()) {
            let mid = meta.next_mid;
            meta.next_mid = mid.next();
            // Under its new number the server has not judged it yet; it answers with what it knows of the id.
            let entry = entry.numbered(mid);
            plain.push(Write::PutOutbox(mid, encode(&entry)?));
            outbox.insert(mid, entry);
        }
        // Under their ids the server may know any of them.
        meta.offered = Some(Mid(meta.next_mid.0.saturating_sub(1)));
        Ok((outbox, plain))
    }

    /// What the server had confirmed, in the order in which it was made: under one device id after the other.
    fn acked_in_order(&self) -> Vec<&AckedEntry> {
        let life = |device: DeviceId| {
            let former = self.meta.former.iter().position(|known| *known == device);
            former.unwrap_or(self.meta.former.len())
        };
        let acked: Vec<&AckedEntry> = self.acked.values().collect();
        sorted_by_key(acked, |entry| (life(entry.device), entry.mutation.mid))
    }

    /// The highest number under which the server has answered this device.
    pub(super) fn confirmed(&self) -> u64 {
        let acked = self
            .acked
            .values()
            .filter(|entry| entry.device == self.meta.device)
            .map(|entry| entry.mutation.mid.0);
        let quarantined = self
            .outbox
            .values()
            .filter(|entry| entry.reason().is_some())
            .map(|entry| entry.mutation.mid.0);
        acked.chain(quarantined).max().unwrap_or_default()
    }
}
