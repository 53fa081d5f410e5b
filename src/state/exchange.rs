//! What a round of sync says to the server. Its code is in the second file (see [`crate::screens`]): the first screen
//! shows what the local log holds without it.
// The macro declares the second file's function twice, as one that is imported and one that is exported.
#![allow(unsafe_code)]

use super::{
    session::Session,
    store::{BrowserEngine, Store},
};
use crate::transport::HttpTransport;
use futures::future::LocalBoxFuture;
use ruyuan_domain::{
    RecordId,
    blob::BlobStanding,
    wire::{DraftHead, DraftView, KeepDraftRequest},
};
use ruyuan_sync::{
    engine::EngineError,
    transport::{ChunkAddress, Transport, TransportError},
};
use std::rc::Rc;
use wasm_split_helpers::{SplitLoaderError, wasm_split};

/// Sends what waits and takes what is new. Without the second file there was no network either.
pub async fn exchange(
    engine: Rc<BrowserEngine>,
    store: Store,
    session: Session,
) -> Result<(), EngineError> {
    match begin(engine, store, session).await {
        Ok(exchange) => exchange.await,
        Err(_) => Err(EngineError::Transport(TransportError::Offline)),
    }
}

#[wasm_split(rest, fallible, preload(
    /// Fetches the second file, unless it is there.
    fetch_rest
))]
pub(super) fn begin(
    engine: Rc<BrowserEngine>,
    store: Store,
    session: Session,
) -> Result<LocalBoxFuture<'static, Result<(), EngineError>>, SplitLoaderError> {
    Ok(Box::pin(async move {
        let report = engine.sync(&Counting { store, session }).await;
        report.map(drop)
    }))
}

/// The server, and before each round's first message a look at today's scopes: a person moved to another park
/// learns of it here.
struct Counting {
    store: Store,
    session: super::session::Session,
}

impl Transport for Counting {
    async fn push(
        &self,
        request: &ruyuan_domain::wire::PushRequest,
    ) -> Result<ruyuan_domain::wire::PushResponse, TransportError> {
        HttpTransport.push(request).await
    }

    async fn pull(
        &self,
        request: &ruyuan_domain::wire::PullRequest,
    ) -> Result<ruyuan_domain::wire::PullResponse, TransportError> {
        let response = HttpTransport.pull(request).await?;
        let named = |scope| request.cursors.contains_key(scope);
        let new_scope = response.scopes.iter().any(|page| !named(&page.scope));
        if (new_scope || !response.revoked.is_empty())
            && let Ok(view) = HttpTransport.show_session().await
        {
            self.session.take(view);
        }
        Ok(response)
    }

    async fn chunk(&self, address: &ChunkAddress) -> Result<Vec<u8>, TransportError> {
        HttpTransport.chunk(address).await
    }

    async fn keep_draft(
        &self,
        id: RecordId,
        request: &KeepDraftRequest,
    ) -> Result<DraftView, TransportError> {
        HttpTransport.keep_draft(id, request).await
    }

    async fn drafts(&self) -> Result<Vec<DraftHead>, TransportError> {
        HttpTransport.drafts().await
    }

    async fn draft(&self, id: RecordId) -> Result<DraftView, TransportError> {
        HttpTransport.draft(id).await
    }

    async fn begin_blob(&self, id: RecordId) -> Result<BlobStanding, TransportError> {
        HttpTransport.begin_blob(id).await
    }

    async fn put_blob_chunk(
        &self,
        id: RecordId,
        n: u32,
        chunk: Vec<u8>,
    ) -> Result<(), TransportError> {
        let put = HttpTransport.put_blob_chunk(id, n, chunk).await;
        // Whoever looks at the progress sees it.
        self.store.changed();
        put
    }

    async fn complete_blob(&self, id: RecordId) -> Result<(), TransportError> {
        HttpTransport.complete_blob(id).await
    }
}
