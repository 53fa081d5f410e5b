//! Hints between server processes, over LISTEN and NOTIFY.
//!
//! A writer notifies inside its transaction, so that exactly the commits are heard of. Every process listens on one
//! connection of its own. What is said while that connection is lost stays unheard: a hint only hurries a pull that
//! would come anyway.

use super::{Mouth, SERVING};
use crate::store::{Hint, StoreError, StoreResult};
use ruyuan_domain::Seq;
use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use std::time::Duration;
use tokio::{
    task::AbortHandle,
    time::{sleep, timeout},
};

/// Where hints are said.
pub(super) const CHANNEL: &str = "ruyuan_scopes";

/// After so long without a word the connection is made anew: one that was cut without a trace is silent too.
const SILENCE: Duration = Duration::from_secs(300);

/// Between two tries to get a lost connection back.
const RETRY: Duration = Duration::from_secs(2);

/// A hint as it is said: `process head scope`. Far below the 8000 bytes that a notification may have.
pub(super) fn say(own: &str, hint: &Hint) -> String {
    format!("{own} {} {}", hint.head.0, hint.scope)
}

/// A hint of another process; its own ones every process has told itself already.
fn heard(own: &str, said: &str) -> Option<Hint> {
    let (process, rest) = said.split_once(' ')?;
    let (head, scope) = rest.split_once(' ')?;
    (process != own).then_some(())?;
    Some(Hint {
        scope: scope.parse().ok()?,
        head: Seq(head.parse().ok()?),
    })
}

/// Listens from now on, and again whenever the connection is lost.
pub(super) async fn open(options: PgConnectOptions, mouth: Mouth) -> StoreResult<AbortHandle> {
    let mut listener = listen(&options).await?;
    let task = tokio::spawn(async move {
        loop {
            hear(&mut listener, &mouth).await;
            listener = loop {
                match listen(&options).await {
                    Ok(listener) => break listener,
                    Err(error) => {
                        tracing::warn!(%error, "hints of other processes are not heard");
                        sleep(RETRY).await;
                    }
                }
            };
        }
    });
    Ok(task.abort_handle())
}

/// A pool of its own each time: whatever became of the last connection, it is not waited for.
async fn listen(options: &PgConnectOptions) -> StoreResult<PgListener> {
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_lazy_with(options.clone());
    let mut listener = PgListener::connect_with(&pool).await?;
    // The one connection that a process always has also says that somebody serves this database (`Target::postgres`).
    let let_in: bool = sqlx::query_scalar("SELECT pg_try_advisory_lock_shared($1)")
        .bind(SERVING)
        .fetch_one(&mut listener)
        .await?;
    if !let_in {
        return Err(StoreError::InUse);
    }
    listener.listen(CHANNEL).await?;
    Ok(listener)
}

/// Passes on what it hears until the connection is lost or silent for long.
async fn hear(listener: &mut PgListener, mouth: &Mouth) {
    // The listener would reconnect by itself, but only from some of the ways in which a connection ends.
    while let Ok(Ok(Some(said))) = timeout(SILENCE, listener.try_recv()).await {
        if let Some(hint) = heard(&mouth.own, said.payload()) {
            // Nobody listens: nobody needs it.
            let _ = mouth.hints.send(hint);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ruyuan_domain::ScopeId;

    #[test]
    fn a_hint_is_heard_as_it_was_said_and_ones_own_is_not() {
        let hint = Hint {
            scope: ScopeId::park("330802-01"),
            head: Seq(7),
        };
        let said = say("one", &hint);
        assert_eq!(heard("other", &said), Some(hint));
        assert_eq!(heard("one", &said), None);
        for broken in ["", "one", "one 7", "one x park:1", "one 7 nowhere"] {
            assert_eq!(heard("other", broken), None, "{broken:?}");
        }
    }
}
