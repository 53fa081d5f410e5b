//! What every request can reach, and the loop that answers requests until the server is told to stop.

use crate::{
    apply::Base,
    assets::Assets,
    auth::{Places, password::Passwords, throttle::Throttle},
    blobs::{Blobs, sweep_daily},
    clock::Clock,
    forms::Forms,
    problem::ApiError,
    routes,
    snapshots::Snapshots,
    store::Store,
};
use axum::Router;
use std::{future::Future, io, ops::Deref, sync::Arc, time::Duration};
use tokio::{
    net::TcpListener,
    sync::{Semaphore, watch},
    task::JoinSet,
    time::timeout,
};

/// How long requests may take to finish after the server was told to stop.
const GRACE: Duration = Duration::from_secs(10);

/// What every request can reach.
#[derive(Clone)]
pub struct AppState(Arc<Parts>);

/// The parts of the state.
pub struct Parts {
    /// The database.
    pub store: Arc<dyn Store>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Published forms, parsed.
    pub forms: Forms,
    /// Counties and parks. Content is imported at start only, so they hold as long as the server runs.
    pub places: Places,
    /// Hashes passwords.
    pub passwords: Passwords,
    /// Slows down guessing.
    pub throttle: Throttle,
    /// Beginnings of large scopes.
    pub snapshots: Snapshots,
    /// The bytes of attachments.
    pub blobs: Blobs,
    /// Becomes true when the server is told to stop, for answers that would not end by themselves.
    pub stopping: watch::Sender<bool>,
    /// The built client.
    pub assets: Assets,
    /// One table at a time: it may take hundreds of megabytes while it is read.
    pub imports: Semaphore,
    /// One report at a time, for the same reason.
    pub reports: Arc<Semaphore>,
    /// Whether cookies travel over HTTPS only.
    pub secure_cookies: bool,
}

impl AppState {
    /// Over a database whose content is imported.
    ///
    /// # Errors
    /// The database failed, or the machine gave no random bytes.
    pub async fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        assets: Assets,
        snapshots: Snapshots,
        blobs: Blobs,
        secure_cookies: bool,
    ) -> Result<Self, ApiError> {
        let places = Places::load(store.begin_read().await?.as_mut()).await?;
        Ok(Self(Arc::new(Parts {
            store,
            clock,
            forms: Forms::default(),
            places,
            passwords: Passwords::default(),
            throttle: Throttle::default(),
            snapshots,
            blobs,
            stopping: watch::Sender::new(false),
            assets,
            imports: Semaphore::new(1),
            reports: Arc::new(Semaphore::new(1)),
            secure_cookies,
        })))
    }
}

impl AppState {
    /// What a push is applied to.
    pub fn base(&self) -> Base<'_> {
        Base {
            store: self.store.as_ref(),
            clock: self.clock.as_ref(),
            forms: &self.forms,
        }
    }
}

impl Deref for AppState {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// The whole server as one service.
pub fn router(state: AppState) -> Router {
    routes::router(state)
}

/// Answers requests on every listener until `stop` ends, then lets the running ones finish.
///
/// # Errors
/// A listener failed.
pub async fn serve(
    listeners: Vec<TcpListener>,
    state: AppState,
    stop: impl Future<Output = ()> + Send,
) -> io::Result<()> {
    let app = router(state.clone());
    let told = &state.stopping;
    let mut serving = JoinSet::new();
    for listener in listeners {
        let app = app.clone();
        let mut stopped = told.subscribe();
        serving.spawn(async move {
            let stopped = async move {
                // An error means the sender is gone, which is a stop as well.
                let _ = stopped.wait_for(|stop| *stop).await;
            };
            axum::serve(listener, app)
                .with_graceful_shutdown(stopped)
                .await
        });
    }
    tokio::select! {
        () = stop => {}
        // It never ends by itself.
        () = sweep_daily(&state.blobs, state.store.as_ref(), state.clock.as_ref()) => {}
        ended = serving.join_next() => {
            if let Some(Ok(Err(error))) = ended {
                return Err(error);
            }
        }
    }
    tracing::info!("stopping");
    told.send_replace(true);
    let all_done = async { while serving.join_next().await.is_some() {} };
    if timeout(GRACE, all_done).await.is_err() {
        tracing::warn!("some requests did not finish in time");
        serving.abort_all();
    }
    state.store.close().await;
    Ok(())
}
