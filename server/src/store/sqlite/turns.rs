//! Turns at writing, and the commit that several of them share.
//!
//! SQLite has one writer, and every commit waits for the disk. So one task owns the connection that writes and gives
//! it to whoever asked first. As long as somebody waits, the transaction stays open for the next turn, and all turns
//! of it are committed at once; nobody is told that theirs is kept before that commit is on disk. Who is alone waits
//! for nobody.
//!
//! Each turn stands in a savepoint: one that is given up, because it failed or because its request went away, is
//! undone alone. It may see what turns before it wrote, never what they did not keep; if the commit fails, all of
//! them have failed.

use crate::store::{StoreError, StoreResult};
use sqlx::{Connection, SqliteConnection};
use std::{
    ops::{Deref, DerefMut},
    sync::Arc,
    time::Duration,
};
use tokio::{
    sync::{Mutex, OwnedMutexGuard, mpsc, oneshot},
    task::JoinHandle,
    time::{Instant, timeout},
};

/// Turns that share a commit at most. Beyond this a flush is cheap for each, and the first has waited long enough.
const MOST: usize = 32;

/// How long a transaction stays open for others. A turn that takes longer is the last of it.
const OPEN: Duration = Duration::from_millis(50);

/// How long one waits for its turn before it is told to come again. Longer than any fair queue: who is refused comes
/// again and makes the queue no shorter.
const PATIENCE: Duration = Duration::from_secs(30);

/// Begins a transaction and its first turn. The write lock is taken now: a transaction that reads first and upgrades
/// later can fail in the middle.
const BEGIN: &str = "BEGIN IMMEDIATE; SAVEPOINT turn";

/// Keeps a turn and begins the next.
const KEEP: &str = "RELEASE SAVEPOINT turn; SAVEPOINT turn";

/// Undoes a turn; the savepoint stays, for the next one.
const UNDO: &str = "ROLLBACK TO SAVEPOINT turn";

type Ask = oneshot::Sender<StoreResult<Turn>>;

/// Who waits to hear that the common commit is on disk.
type Done = oneshot::Sender<StoreResult<()>>;

/// Where one asks for a turn.
pub struct Turns {
    asks: Mutex<Option<mpsc::UnboundedSender<Ask>>>,
    task: Mutex<Option<JoinHandle<()>>>,
}

/// A turn: nobody else writes. Dropped without a commit, nothing of it stays.
pub struct Turn {
    line: OwnedMutexGuard<SqliteConnection>,
    end: oneshot::Sender<Done>,
}

impl Turns {
    /// Over a connection that nobody else has.
    pub fn new(line: SqliteConnection) -> Self {
        let (asks, asked) = mpsc::unbounded_channel();
        let task = tokio::spawn(give(Arc::new(Mutex::new(line)), asked));
        Self {
            asks: Mutex::new(Some(asks)),
            task: Mutex::new(Some(task)),
        }
    }

    /// Waits for a turn.
    pub async fn next(&self) -> StoreResult<Turn> {
        let (ask, turn) = oneshot::channel();
        let asks = self.asks.lock().await.clone();
        // Nobody gives turns any more: the server stops, and the next one answers.
        let asked = asks.is_some_and(|asks| asks.send(ask).is_ok());
        if !asked {
            return Err(StoreError::Busy);
        }
        match timeout(PATIENCE, turn).await {
            Ok(Ok(turn)) => turn,
            Ok(Err(_)) | Err(_) => Err(StoreError::Busy),
        }
    }

    /// Lets those who asked have their turn, gives no more, and lets go of the file.
    pub async fn close(&self) {
        drop(self.asks.lock().await.take());
        if let Some(task) = self.task.lock().await.take() {
            // It ends by itself; if it could not, there is nothing left to close.
            let _ = task.await;
        }
    }
}

impl Turn {
    /// Keeps what was written, and waits until it is on disk.
    pub async fn commit(self) -> StoreResult<()> {
        let (done, on_disk) = oneshot::channel();
        let Self { line, end } = self;
        drop(line);
        end.send(done).map_err(|_| StoreError::Busy)?;
        on_disk.await.unwrap_or(Err(StoreError::Busy))
    }
}

impl Deref for Turn {
    type Target = SqliteConnection;

    fn deref(&self) -> &SqliteConnection {
        &self.line
    }
}

impl DerefMut for Turn {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        &mut self.line
    }
}

/// Gives turns until nobody can ask any more.
async fn give(line: Arc<Mutex<SqliteConnection>>, mut asked: mpsc::UnboundedReceiver<Ask>) {
    while let Some(first) = asked.recv().await {
        if let Err(error) = run(&line, BEGIN).await {
            // Another process has the file. Everybody here would wait for it in vain, one after the other.
            while let Ok(ask) = asked.try_recv() {
                let _ = ask.send(Err(error.clone()));
            }
            let _ = first.send(Err(error));
            continue;
        }
        let mut kept = Vec::new();
        let ended = match share(&line, first, &mut asked, &mut kept).await {
            Ok(()) => run(&line, "COMMIT").await,
            Err(error) => Err(error),
        };
        if ended.is_err() {
            // Some failures have undone the transaction already, and then there is none.
            let _ = run(&line, "ROLLBACK").await;
        }
        for done in kept {
            // Who went away learns of it when it comes again.
            let _ = done.send(ended.clone());
        }
    }
    if let Ok(line) = Arc::try_unwrap(line) {
        // A file that cannot be closed well is mended when it is opened.
        let _ = line.into_inner().close().await;
    }
}

/// The turns of one transaction. An error means that the transaction as a whole cannot be kept.
async fn share(
    line: &Arc<Mutex<SqliteConnection>>,
    first: Ask,
    asked: &mut mpsc::UnboundedReceiver<Ask>,
    kept: &mut Vec<Done>,
) -> StoreResult<()> {
    let until = Instant::now() + OPEN;
    let mut ask = first;
    loop {
        let (end, ended) = oneshot::channel();
        let turn = Turn {
            line: Arc::clone(line).lock_owned().await,
            end,
        };
        // To who did not wait, the turn comes back as one that is given up.
        let _ = ask.send(Ok(turn));
        let keeps = match ended.await {
            Ok(done) => {
                kept.push(done);
                true
            }
            Err(_) => {
                run(line, UNDO).await?;
                false
            }
        };
        if kept.len() >= MOST || Instant::now() >= until {
            return Ok(());
        }
        let Ok(next) = asked.try_recv() else {
            return Ok(());
        };
        ask = next;
        if keeps {
            run(line, KEEP).await?;
        }
    }
}

async fn run(line: &Mutex<SqliteConnection>, statements: &'static str) -> StoreResult<()> {
    let mut line = line.lock().await;
    sqlx::query(statements).execute(&mut *line).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};
    use std::future::Future;
    use tokio::task::yield_now;

    struct Bench {
        turns: Arc<Turns>,
        reader: SqliteConnection,
        _folder: tempfile::TempDir,
    }

    async fn bench() -> Bench {
        let folder = tempfile::TempDir::new().unwrap();
        let options = SqliteConnectOptions::new()
            .filename(folder.path().join("test.sqlite3"))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal);
        let mut line = SqliteConnection::connect_with(&options).await.unwrap();
        sqlx::query("CREATE TABLE said (word TEXT)")
            .execute(&mut line)
            .await
            .unwrap();
        Bench {
            turns: Arc::new(Turns::new(line)),
            reader: SqliteConnection::connect_with(&options).await.unwrap(),
            _folder: folder,
        }
    }

    impl Bench {
        /// Asks now, so that the order of asking is the order of the calls.
        async fn ask(&self) -> impl Future<Output = Turn> + use<> {
            let turns = Arc::clone(&self.turns);
            let asked = tokio::spawn(async move { turns.next().await.unwrap() });
            for _ in 0..20 {
                yield_now().await;
            }
            async { asked.await.unwrap() }
        }

        async fn words(&mut self) -> Vec<String> {
            sqlx::query_scalar("SELECT word FROM said ORDER BY word")
                .fetch_all(&mut self.reader)
                .await
                .unwrap()
        }
    }

    async fn say(turn: &mut Turn, statement: &'static str) {
        sqlx::query(statement).execute(&mut **turn).await.unwrap();
    }

    const FIRST: &str = "INSERT INTO said VALUES ('first')";
    const SECOND: &str = "INSERT INTO said VALUES ('second')";
    const THIRD: &str = "INSERT INTO said VALUES ('third')";

    #[tokio::test]
    async fn who_waits_shares_the_commit_and_who_gives_up_is_undone_alone() {
        let mut bench = bench().await;
        let mut first = bench.ask().await.await;
        let second = bench.ask().await;
        let third = bench.ask().await;
        say(&mut first, FIRST).await;
        let first = tokio::spawn(first.commit());
        let mut second = second.await;
        say(&mut second, SECOND).await;
        assert!(!first.is_finished(), "nothing is on disk yet");
        assert!(bench.words().await.is_empty());
        drop(second);
        let mut third = third.await;
        say(&mut third, THIRD).await;
        third.commit().await.unwrap();
        first.await.unwrap().unwrap();
        assert_eq!(bench.words().await, ["first", "third"]);
    }

    #[tokio::test]
    async fn a_transaction_that_is_lost_fails_every_turn_of_it_and_no_later_one() {
        let mut bench = bench().await;
        let mut first = bench.ask().await.await;
        let second = bench.ask().await;
        let third = bench.ask().await;
        say(&mut first, FIRST).await;
        let first = tokio::spawn(first.commit());
        let mut second = second.await;
        // As SQLite itself does when the disk is full.
        say(&mut second, "ROLLBACK").await;
        second.commit().await.unwrap_err();
        first.await.unwrap().unwrap_err();
        drop(third);
        let mut later = bench.ask().await.await;
        say(&mut later, THIRD).await;
        later.commit().await.unwrap();
        assert_eq!(bench.words().await, ["third"]);
    }

    #[tokio::test]
    async fn after_the_close_there_are_no_turns_and_those_asked_for_before_were_given() {
        let bench = bench().await;
        let mut first = bench.ask().await.await;
        let second = bench.ask().await;
        let turns = Arc::clone(&bench.turns);
        let closed = tokio::spawn(async move { turns.close().await });
        yield_now().await;
        say(&mut first, FIRST).await;
        let first = tokio::spawn(first.commit());
        second.await.commit().await.unwrap();
        first.await.unwrap().unwrap();
        closed.await.unwrap();
        assert!(matches!(bench.turns.next().await, Err(StoreError::Busy)));
    }
}
