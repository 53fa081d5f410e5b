//! Server-sent events: hints that there is something to pull.

use crate::{app::AppState, auth::SignedIn, problem::ApiError, schemas};
use axum::{
    extract::State,
    response::{
        Sse,
        sse::{Event, KeepAlive},
    },
};
use futures::{Stream, stream};
use serde::Serialize;
use std::{convert::Infallible, time::Duration};
use tokio::time::{Instant, timeout_at};

/// A stream ends after this and is opened again: then it follows the grants of that time.
const LIFETIME: Duration = Duration::from_secs(10 * 60);

/// Between two signs of life. Proxies end what is silent for a minute.
const SIGN_OF_LIFE: Duration = Duration::from_secs(25);

/// A scope has come further.
#[derive(Serialize)]
struct News<'a> {
    scope: &'a str,
    head: u64,
}

/// Tells of commits in the scopes that the person may see, as they happen.
///
/// Each event is a hint to pull, nothing more: one that is missed does no harm.
#[utoipa::path(
    get, path = "/api/sync/events", operation_id = "follow_changes", tag = "sync",
    security(("session" = [])),
    responses(
        (status = 200, description = "Events `{scope, head}`.", content_type = "text/event-stream"),
        (status = 401, description = "Not signed in.", body = schemas::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn follow_changes(
    SignedIn(access): SignedIn,
    State(state): State<AppState>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    let hints = state.store.hints();
    let stopping = state.stopping.subscribe();
    let end = Instant::now() + LIFETIME;
    let events = stream::unfold((hints, stopping), move |(mut hints, mut stopping)| {
        let scopes = access.scopes.clone();
        async move {
            loop {
                let hint = tokio::select! {
                    // Who has fallen behind, or outlived its time, opens another one, and pulls when it does.
                    hint = timeout_at(end, hints.recv()) => hint.ok()?.ok()?,
                    _ = stopping.wait_for(|stop| *stop) => return None,
                };
                if !scopes.contains(&hint.scope) {
                    continue;
                }
                let news = News {
                    scope: hint.scope.as_str(),
                    head: hint.head.0,
                };
                let event = Event::default().json_data(news).ok()?;
                return Some((Ok(event), (hints, stopping)));
            }
        }
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(SIGN_OF_LIFE)))
}
