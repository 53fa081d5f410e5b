//! From the command line to a server that listens. Whatever stops a start is one line that says what to do.

use crate::{
    app::{self, AppState},
    assets::{Assets, AssetsError},
    backup::folder::{self, FolderLock},
    blobs::{Blobs, BlobsError},
    clock::{Clock, DAY_MS, SystemClock},
    config::ServeOptions,
    content::{self, ContentError},
    demo,
    problem::ApiError,
    secret::{self, NoRandomness, Token},
    snapshots::{MIN_ROWS, Snapshots},
    store::{
        Store, StoreError,
        postgres::{Address, NotAnAddress, PostgresStore},
        sqlite::SqliteStore,
    },
};
use std::{
    fmt, fs,
    future::Future,
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    path::{Path, PathBuf},
    sync::Arc,
};
use tokio::net::TcpListener;

/// Name of the database file in the data folder.
pub(crate) const DATABASE: &str = "ruyuan.sqlite3";

/// Name of the folder of snapshots in the data folder. It can be removed at any time.
pub(crate) const SNAPSHOTS: &str = "snapshots";

/// Name of the folder of attachments in the data folder.
pub(crate) const BLOBS: &str = "blobs";

/// Why the server did not start. Each says in one line what happened and what to do.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Someone else listens there.
    #[error("port {0} is in use; stop what listens there or choose another with --port")]
    PortInUse(u16),
    /// Listening failed otherwise.
    #[error("cannot listen on {address}: {error}; choose another --host or --port")]
    CannotListen {
        /// Where.
        address: SocketAddr,
        /// Why.
        error: io::Error,
    },
    /// The data folder or the database file cannot be written.
    #[error("cannot write to the data folder {}: {why}; make it writable or choose another with --data", folder.display())]
    DataFolder {
        /// Which.
        folder: PathBuf,
        /// Why.
        why: String,
    },
    /// A newer version of the server has changed the database.
    #[error(
        "the database {} was written by a newer version of ruyuan-server (migration {migration}); \
         start that version, or choose another folder with --data", file.display()
    )]
    NewerDatabase {
        /// Which.
        file: PathBuf,
        /// The first migration unknown here.
        migration: i64,
    },
    /// Another process writes to the database.
    #[error("the database {} is locked by another process; stop it and start again", .0.display())]
    LockedDatabase(PathBuf),
    /// A restore has the data.
    #[error("a backup is being restored into {0}; start when that is done")]
    UnderRestore(String),
    /// A restore was cut off.
    #[error(
        "a restore into {} was cut off half-way; run it again with --replace: what stood there is kept in its \
         folder before-restore-…", .0.display()
    )]
    HalfRestored(PathBuf),
    /// The database cannot be used.
    #[error("cannot use the database {}: {why}; restore a backup, or choose another folder with --data", file.display())]
    Database {
        /// Which.
        file: PathBuf,
        /// Why.
        why: String,
    },
    /// The address of the database cannot be read. It is not repeated: it may hold a password.
    #[error("--database is {0}; write it as postgres://user@host/name")]
    DatabaseAddress(#[from] NotAnAddress),
    /// PostgreSQL cannot be used.
    #[error(
        "cannot use the database {address}: {why}; see that it runs and lets this user in, or correct --database"
    )]
    Postgres {
        /// Where.
        address: Address,
        /// Why.
        why: String,
    },
    /// A newer version of the server has changed the database in PostgreSQL.
    #[error(
        "the database {address} was written by a newer version of ruyuan-server (migration {migration}); \
         start that version, or choose another database with --database"
    )]
    NewerPostgres {
        /// Where.
        address: Address,
        /// The first migration unknown here.
        migration: i64,
    },
    /// There is no client to serve.
    #[error("{0}; build the client first (cargo xtask run does) or name its folder with --dist")]
    Assets(#[from] AssetsError),
    /// The content is wrong.
    #[error("{0}; correct the content, or name its folder with --content")]
    Content(ContentError),
    /// Attachments cannot be kept.
    #[error(transparent)]
    Blobs(#[from] BlobsError),
    /// The operating system gives no random bytes.
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
    /// Anything else.
    #[error("the server failed: {0}")]
    Other(String),
}

/// Starts the server and answers requests until it is told to stop.
///
/// # Errors
/// Anything that keeps it from starting.
pub async fn serve(options: ServeOptions) -> Result<(), StartError> {
    let clock = Arc::new(SystemClock);
    let assets = Assets::load(&options.dist)?;
    let items = content::read(&options.content).map_err(StartError::Content)?;
    // The port is taken before the database is touched: a second start by mistake must not change anything.
    let listeners = listen(options.host, options.port).await?;
    let port = listeners
        .first()
        .and_then(|first| first.local_addr().ok())
        .map_or(options.port, |at| at.port());
    let home = Home::of(&options.data, options.database.as_deref())?;
    let _lock = home.hold()?;
    let store = home.open(clock.as_ref()).await?;
    let import = async || content::import(store.as_ref(), clock.as_ref(), &items).await;
    let busy = |error: &ContentError| matches!(error, ContentError::Store(StoreError::Busy));
    let written = home
        .patiently(import, busy)
        .await
        .map_err(|error| match error {
            ContentError::Store(error) => home.failed(error),
            other => StartError::Content(other),
        })?;
    tracing::info!(written, items = items.len(), "content imported");
    let failed = |error: ApiError| home.unusable(error.to_string());
    let snapshots = Snapshots::new(options.data.join(SNAPSHOTS), MIN_ROWS);
    let in_data = || options.data.join(BLOBS).display().to_string();
    let place = options.blobs.unwrap_or_else(in_data);
    let blobs = Blobs::at(&place)?;
    if let Err(error) = blobs.answers().await {
        return Err(BlobsError::Silent(place, error.to_string()).into());
    }
    let secure = options.secure_cookies;
    let state = AppState::new(store, clock, assets, snapshots, blobs, secure)
        .await
        .map_err(&failed)?;
    if options.demo {
        let busy = |error: &ApiError| matches!(error, ApiError::Store(StoreError::Busy));
        home.patiently(async || demo::load(&state).await, busy)
            .await
            .map_err(&failed)?;
        println!("{}", demo::table());
    } else if let Some(link) = setup_link(&state, port).await.map_err(&failed)? {
        println!("no accounts yet; make the administrator within 24 hours at\n  {link}");
    }
    let other = |error: io::Error| StartError::Other(error.to_string());
    let stop = stop().map_err(other)?;
    println!("listening on http://localhost:{port}");
    app::serve(listeners, state, stop).await.map_err(other)
}

/// Where the data lives.
pub(crate) enum Home {
    /// A SQLite file in a folder of this machine.
    Folder(PathBuf),
    /// PostgreSQL, wherever it runs.
    Postgres(Address),
}

impl Home {
    pub(crate) fn of(data: &Path, database: Option<&str>) -> Result<Self, StartError> {
        Ok(match database {
            None => Self::Folder(data.to_owned()),
            Some(url) => Self::Postgres(url.parse::<Address>()?),
        })
    }

    /// Keeps a restore out of the folder while the server runs. In PostgreSQL the store does that itself.
    pub(crate) fn hold(&self) -> Result<Option<FolderLock>, StartError> {
        let Self::Folder(folder) = self else {
            return Ok(None);
        };
        fs::create_dir_all(folder).map_err(|error| StartError::DataFolder {
            folder: folder.clone(),
            why: error.to_string(),
        })?;
        let lock =
            FolderLock::shared(folder).map_err(|_| StartError::UnderRestore(self.to_string()))?;
        if folder::is_half_restored(folder) {
            return Err(StartError::HalfRestored(folder.clone()));
        }
        Ok(Some(lock))
    }

    pub(crate) async fn open(&self, clock: &dyn Clock) -> Result<Arc<dyn Store>, StartError> {
        let seed = secret::id_seed(clock)?;
        match self {
            Self::Folder(folder) => {
                let store = SqliteStore::open(&folder.join(DATABASE), seed).await;
                Ok(Arc::new(store.map_err(|error| self.failed(error))?))
            }
            Self::Postgres(address) => {
                let store = PostgresStore::open(address, seed).await;
                Ok(Arc::new(store.map_err(|error| self.failed(error))?))
            }
        }
    }

    /// Does it again while it is busy, where other servers may be at the same; alone on a file, busy means that
    /// somebody else has it, and that is said at once.
    async fn patiently<T, E>(
        &self,
        work: impl AsyncFn() -> Result<T, E>,
        busy: impl Fn(&E) -> bool,
    ) -> Result<T, E> {
        let more = match self {
            Self::Folder(_) => 0,
            Self::Postgres(_) => 5,
        };
        for _ in 0..more {
            match work().await {
                Err(error) if busy(&error) => {}
                done => return done,
            }
        }
        work().await
    }

    pub(crate) fn failed(&self, error: StoreError) -> StartError {
        match (self, error) {
            (Self::Folder(folder), StoreError::Newer(migration)) => StartError::NewerDatabase {
                file: folder.join(DATABASE),
                migration,
            },
            (Self::Folder(folder), StoreError::Busy) => {
                StartError::LockedDatabase(folder.join(DATABASE))
            }
            (Self::Folder(folder), StoreError::Unwritable(why)) => StartError::DataFolder {
                folder: folder.clone(),
                why,
            },
            (Self::Postgres(address), StoreError::Newer(migration)) => StartError::NewerPostgres {
                address: address.clone(),
                migration,
            },
            (Self::Postgres(_), StoreError::InUse) => StartError::UnderRestore(self.to_string()),
            (Self::Postgres(_), StoreError::Unwritable(why)) => self.unusable(why),
            (_, other) => self.unusable(other.to_string()),
        }
    }

    fn unusable(&self, why: String) -> StartError {
        match self {
            Self::Folder(folder) => StartError::Database {
                file: folder.join(DATABASE),
                why,
            },
            Self::Postgres(address) => StartError::Postgres {
                address: address.clone(),
                why,
            },
        }
    }
}

impl fmt::Display for Home {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(folder) => folder.display().fmt(formatter),
            Self::Postgres(address) => address.fmt(formatter),
        }
    }
}

/// Without accounts, a link that makes the first one; the link of an earlier start is void.
async fn setup_link(state: &AppState, port: u16) -> Result<Option<String>, ApiError> {
    if state.store.any_account().await? {
        return Ok(None);
    }
    let token = Token::draw()?;
    state
        .store
        .replace_setup_link(&token.hash(), state.clock.unix_ms() + DAY_MS)
        .await?;
    // After the # it never reaches a log, here or in a proxy.
    Ok(Some(format!(
        "http://localhost:{port}/setup#token={}",
        token.text()
    )))
}

/// Listens on the address, and beside 127.0.0.1 on ::1, because `localhost` may be either.
async fn listen(host: IpAddr, port: u16) -> Result<Vec<TcpListener>, StartError> {
    let address = SocketAddr::new(host, port);
    let first = TcpListener::bind(address)
        .await
        .map_err(|error| match error.kind() {
            io::ErrorKind::AddrInUse => StartError::PortInUse(port),
            _ => StartError::CannotListen { address, error },
        })?;
    let bound = first.local_addr().map_or(port, |at| at.port());
    let mut listeners = vec![first];
    if host == IpAddr::V4(Ipv4Addr::LOCALHOST) {
        let beside = SocketAddr::new(IpAddr::V6(Ipv6Addr::LOCALHOST), bound);
        match TcpListener::bind(beside).await {
            Ok(second) => listeners.push(second),
            // A browser might reach that other program where we say `localhost`.
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                return Err(StartError::PortInUse(bound));
            }
            // A machine without IPv6 is served all the same.
            Err(_) => {}
        }
    }
    Ok(listeners)
}

/// Ends when the operating system or a person asks the server to stop.
///
/// It listens for that from the moment it is called, so that a stop right after the start is a clean one.
#[cfg(unix)]
fn stop() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Ends when a person asks the server to stop.
#[cfg(not(unix))]
fn stop() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}
