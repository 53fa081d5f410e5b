//! The line between a phone and the server: it loses, repeats and delays, and holds a message back until after
//! later ones.

use crate::{broken::Broken, people::Person, server::Server, stored::pause};
use ruyuan_domain::{
    RecordId,
    blob::BlobStanding,
    wire::{
        DraftHead, DraftView, KeepDraftRequest, PullRequest, PullResponse, PushRequest,
        PushResponse,
    },
};
use ruyuan_sync::transport::{ChunkAddress, Transport, TransportError};
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

/// A push that the network still has, long after its phone gave up waiting.
pub struct Late {
    /// Whose.
    pub person: usize,
    /// What.
    pub request: PushRequest,
}

/// What all lines share.
pub struct Network {
    /// The server at its end.
    pub server: Server,
    /// Who speaks.
    pub people: Vec<Person>,
    /// Decides what happens to a message.
    pub rng: RefCell<fastrand::Rng>,
    /// Whether anything goes wrong at all.
    pub faulty: Cell<bool>,
    /// Whether no answer to a push comes back.
    pub unheard: Cell<bool>,
    /// Pushes that are still under way.
    pub late: RefCell<Vec<Late>>,
    /// A rule that is broken on purpose.
    pub broken: Option<Broken>,
}

/// One phone's line.
#[derive(Clone)]
pub struct Line {
    /// What all lines share.
    pub network: Rc<Network>,
    /// Whose phone it is.
    pub person: usize,
}

/// What the line does to one message.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Delivered,
    Lost,
    AnswerLost,
    Repeated,
    Late,
}

impl Line {
    fn person(&self) -> &Person {
        &self.network.people[self.person]
    }

    fn fate(&self) -> Fate {
        if !self.network.faulty.get() {
            return Fate::Delivered;
        }
        match self.network.rng.borrow_mut().u8(..100) {
            0..8 => Fate::Lost,
            8..16 => Fate::AnswerLost,
            16..24 => Fate::Repeated,
            24..28 => Fate::Late,
            _ => Fate::Delivered,
        }
    }

    /// On its way for a while, during which anything may happen.
    async fn travel(&self) {
        let awaits = match self.network.faulty.get() {
            true => self.network.rng.borrow_mut().u8(1..6),
            false => 1,
        };
        for _ in 0..awaits {
            pause().await;
        }
    }

    async fn carry<A>(
        &self,
        mut deliver: impl FnMut() -> Result<A, TransportError>,
    ) -> Result<A, TransportError> {
        let fate = self.fate();
        self.travel().await;
        if matches!(fate, Fate::Lost | Fate::Late) {
            return Err(TransportError::Offline);
        }
        let mut answer = deliver();
        if fate == Fate::Repeated {
            answer = deliver();
        }
        self.travel().await;
        if fate == Fate::AnswerLost {
            return Err(TransportError::Offline);
        }
        answer
    }
}

fn copied(request: &PushRequest) -> PushRequest {
    PushRequest {
        device: request.device,
        epoch: request.epoch,
        schema: request.schema,
        mutations: request.mutations.clone(),
    }
}

impl Transport for Line {
    async fn push(&self, request: &PushRequest) -> Result<PushResponse, TransportError> {
        let network = &self.network;
        if self.fate() == Fate::Late {
            network.late.borrow_mut().push(Late {
                person: self.person,
                request: copied(request),
            });
            self.travel().await;
            return Err(TransportError::Offline);
        }
        let answer = self
            .carry(|| match &network.broken {
                Some(broken) => broken.push(&network.server, self.person(), copied(request)),
                None => network.server.push(self.person(), copied(request)),
            })
            .await;
        match network.unheard.get() {
            true => Err(TransportError::Offline),
            false => answer,
        }
    }

    async fn pull(&self, request: &PullRequest) -> Result<PullResponse, TransportError> {
        let network = &self.network;
        self.carry(|| {
            let answer = network.server.pull(self.person(), request)?;
            Ok(match &network.broken {
                Some(broken) => broken.pull(answer),
                None => answer,
            })
        })
        .await
    }

    async fn chunk(&self, address: &ChunkAddress) -> Result<Vec<u8>, TransportError> {
        self.carry(|| self.network.server.chunk(self.person(), address))
            .await
    }

    async fn keep_draft(
        &self,
        id: RecordId,
        request: &KeepDraftRequest,
    ) -> Result<DraftView, TransportError> {
        let network = &self.network;
        self.carry(|| network.server.keep_draft(self.person(), id, request))
            .await
    }

    async fn drafts(&self) -> Result<Vec<DraftHead>, TransportError> {
        self.carry(|| self.network.server.drafts(self.person()))
            .await
    }

    async fn draft(&self, id: RecordId) -> Result<DraftView, TransportError> {
        self.carry(|| self.network.server.draft(self.person(), id))
            .await
    }

    async fn begin_blob(&self, id: RecordId) -> Result<BlobStanding, TransportError> {
        let network = &self.network;
        self.carry(|| {
            let standing = network.server.begin_blob(self.person(), id)?;
            let whole = network.broken == Some(Broken::BegunCalledWhole);
            Ok(BlobStanding {
                complete: standing.complete || whole,
                ..standing
            })
        })
        .await
    }

    async fn put_blob_chunk(
        &self,
        id: RecordId,
        n: u32,
        chunk: Vec<u8>,
    ) -> Result<(), TransportError> {
        let server = &self.network.server;
        self.carry(|| server.put_blob_chunk(self.person(), id, n, chunk.clone()))
            .await
    }

    async fn complete_blob(&self, id: RecordId) -> Result<(), TransportError> {
        self.carry(|| self.network.server.complete_blob(self.person(), id))
            .await
    }
}
