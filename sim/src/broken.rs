//! Rules broken on purpose. A simulator that does not notice them would notice nothing.

mod disputes;

use crate::{people::Person, server::Server};
use ruyuan_domain::{
    DeviceId, Mid, Mutation, MutationId, RecordId,
    consts::field,
    wire::{MutationResult, MutationStatus, PullResponse, PushRequest, PushResponse},
};
use ruyuan_server::store::Store;
use ruyuan_sync::transport::TransportError;
use serde_json::value::{RawValue, to_raw_value};
use std::cell::Cell;

/// A broken rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Broken {
    /// Merge: whoever comes last wins, and nobody is asked.
    LastWriterWins,
    /// Ack: what was received is called applied before it is.
    AckedUnapplied,
    /// Ack: what was quarantined is called applied.
    QuarantineHidden,
    /// Merge: what comes a second time is taken for a new mutation.
    ForgetsIds(Cell<u128>),
    /// Merge: of two values that met, the one that does not stand is kept nowhere.
    LoserDropped,
    /// Merge: the two values of a conflict change places, and each is said to be the other's.
    SidesSwapped,
    /// Merge: a later conflict closes the earlier ones of its field, whoever's they are.
    OthersSuperseded,
    /// Ack: what comes under a number that is taken is called taken, without a look at its id.
    ForkUnseen,
    /// Feed: a page's last row is left out, and nothing says so.
    RowSkipped,
    /// Feed: what left a scope is not told, and nothing says so.
    ExitsHidden,
    /// Feed: a scope that is no longer granted is not said to be.
    RevocationHidden,
    /// Lost phones: the order to wipe one is given and not handed on.
    OrderUnheard,
    /// Lost phones: one that was ordered wiped says that it is, and keeps everything.
    WipeKeeps,
    /// Store: a commit does not ask whether another tab was first.
    CarelessCommit,
    /// Attachments: one that was begun is called whole.
    BegunCalledWhole,
}

impl Broken {
    /// Every one, by name.
    pub fn all() -> Vec<(&'static str, Self)> {
        vec![
            ("last-writer-wins", Self::LastWriterWins),
            ("acked-unapplied", Self::AckedUnapplied),
            ("quarantine-hidden", Self::QuarantineHidden),
            ("forgets-ids", Self::ForgetsIds(Cell::new(1 << 100))),
            ("loser-dropped", Self::LoserDropped),
            ("sides-swapped", Self::SidesSwapped),
            ("others-superseded", Self::OthersSuperseded),
            ("fork-unseen", Self::ForkUnseen),
            ("row-skipped", Self::RowSkipped),
            ("exits-hidden", Self::ExitsHidden),
            ("revocation-hidden", Self::RevocationHidden),
            ("order-unheard", Self::OrderUnheard),
            ("wipe-keeps", Self::WipeKeeps),
            ("careless-commit", Self::CarelessCommit),
            ("begun-called-whole", Self::BegunCalledWhole),
        ]
    }

    /// A push under the broken rule.
    pub fn push(
        &self,
        server: &Server,
        person: &Person,
        mut request: PushRequest,
    ) -> Result<PushResponse, TransportError> {
        match self {
            Self::LastWriterWins => {
                for raw in &mut request.mutations {
                    let written = edited(raw, |mutation| {
                        let row = row(server, mutation.record);
                        for (name, change) in mutation.fields.iter_mut() {
                            if name != field::SCOPE {
                                change.old =
                                    row.as_ref().and_then(|row| row.fields.get(name).cloned());
                            }
                        }
                    });
                    *raw = written;
                }
                server.push(person, request)
            }
            Self::ForgetsIds(counter) => {
                let mids: Vec<Mid> = request
                    .mutations
                    .iter()
                    .filter_map(|raw| Some(read(raw)?.mid))
                    .collect();
                request.device = DeviceId::from_u128(counter.get());
                for (index, raw) in request.mutations.iter_mut().enumerate() {
                    counter.set(counter.get() + 1);
                    *raw = edited(raw, |mutation| {
                        mutation.id = MutationId::from_u128(counter.get());
                        mutation.mid = Mid(index as u64 + 1);
                    });
                }
                let mut answer = server.push(person, request)?;
                answer.last_mid = mids.last().copied().unwrap_or_default();
                for result in &mut answer.results {
                    result.mid = mids[result.mid.0 as usize - 1];
                }
                Ok(answer)
            }
            Self::AckedUnapplied => {
                let mut mids = request
                    .mutations
                    .iter()
                    .map(|raw| read(raw).map(|it| it.mid));
                let dropped = mids.next_back().flatten();
                request.mutations.pop();
                let mut answer = server.push(person, request)?;
                if let Some(mid) = dropped {
                    answer.last_mid = answer.last_mid.max(mid);
                    answer.results.push(applied(mid));
                }
                Ok(answer)
            }
            Self::QuarantineHidden => {
                let mut answer = server.push(person, request)?;
                for result in &mut answer.results {
                    if result.status == MutationStatus::Quarantined {
                        result.status = MutationStatus::Applied;
                        result.reason = None;
                    }
                    if result.original == Some(MutationStatus::Quarantined) {
                        result.original = Some(MutationStatus::Applied);
                    }
                }
                Ok(answer)
            }
            Self::LoserDropped => disputes::push(server, person, request, disputes::dropped),
            Self::SidesSwapped => disputes::push(server, person, request, disputes::swapped),
            Self::OthersSuperseded => disputes::push(server, person, request, disputes::superseded),
            Self::ForkUnseen => {
                let mids: Vec<Mid> = request
                    .mutations
                    .iter()
                    .filter_map(|raw| Some(read(raw)?.mid))
                    .collect();
                let mut answer = server.push(person, request)?;
                if std::mem::take(&mut answer.forked) {
                    let taken = mids.into_iter().filter(|mid| *mid <= answer.last_mid);
                    answer.results = taken.map(applied).collect();
                }
                Ok(answer)
            }
            Self::OrderUnheard => {
                let answer = server.push(person, request)?;
                Ok(PushResponse {
                    wipe: false,
                    ..answer
                })
            }
            _ => server.push(person, request),
        }
    }

    /// A pull's answer under the broken rule.
    pub fn pull(&self, mut answer: PullResponse) -> PullResponse {
        match self {
            Self::RowSkipped => {
                for page in &mut answer.scopes {
                    if page.rows.len() > 1 {
                        page.rows.pop();
                    }
                    page.digest = None;
                }
            }
            Self::ExitsHidden => {
                for page in &mut answer.scopes {
                    page.exits.clear();
                    page.digest = None;
                }
            }
            Self::RevocationHidden => answer.revoked.clear(),
            Self::OrderUnheard => answer.wipe = false,
            _ => {}
        }
        answer
    }
}

fn applied(mid: Mid) -> MutationResult {
    MutationResult {
        mid,
        status: MutationStatus::Applied,
        original: None,
        reason: None,
        scope: None,
        seq: None,
    }
}

fn row(server: &Server, id: RecordId) -> Option<ruyuan_domain::Record> {
    let read = server.ask(async { server.store.begin_read().await?.record(id).await });
    read.ok().flatten()
}

fn read(raw: &RawValue) -> Option<Mutation> {
    serde_json::from_str(raw.get()).ok()
}

fn edited(raw: &RawValue, edit: impl FnOnce(&mut Mutation)) -> Box<RawValue> {
    let Some(mut mutation) = read(raw) else {
        return raw.to_owned();
    };
    edit(&mut mutation);
    to_raw_value(&mutation).unwrap_or_else(|_| raw.to_owned())
}
