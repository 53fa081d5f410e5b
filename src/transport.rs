//! HTTP to the server. Nothing else in the client speaks to it.

use gloo::net::http::{Request, RequestBuilder, Response};
use ruyuan_domain::wire::{
    Problem, PullRequest, PullResponse, PushRequest, PushResponse, SessionView, SetupRequest,
    SignInRequest,
};
use ruyuan_sync::transport::{Transport, TransportError};
use serde::{Serialize, de::DeserializeOwned};

/// How long an answer may take, in milliseconds, before it counts as none.
const PATIENCE_MS: u32 = 60_000;

/// The server this page came from.
#[derive(Clone, Copy, Debug, Default)]
pub struct HttpTransport;

impl Transport for HttpTransport {
    async fn push(&self, request: &PushRequest) -> Result<PushResponse, TransportError> {
        send(Request::post("/api/sync/push"), Some(request)).await
    }

    async fn pull(&self, request: &PullRequest) -> Result<PullResponse, TransportError> {
        send(Request::post("/api/sync/pull"), Some(request)).await
    }
}

impl HttpTransport {
    /// Signs in.
    ///
    /// # Errors
    /// [`TransportError::SignedOut`] for a wrong name or password.
    pub async fn create_session(
        &self,
        request: &SignInRequest,
    ) -> Result<SessionView, TransportError> {
        send(Request::post("/api/session"), Some(request)).await
    }

    /// Who is signed in, with today's scopes.
    ///
    /// # Errors
    /// [`TransportError::SignedOut`] when nobody is.
    pub async fn show_session(&self) -> Result<SessionView, TransportError> {
        send(Request::get("/api/session"), None::<&()>).await
    }

    /// Signs out.
    ///
    /// # Errors
    /// No answer; the session lives on.
    pub async fn delete_session(&self) -> Result<(), TransportError> {
        fetch(Request::delete("/api/session"), None::<&()>)
            .await
            .map(drop)
    }

    /// Makes the administrator with the token of the first start's link.
    ///
    /// # Errors
    /// [`TransportError::Refused`] for a used or unknown token, or a password too weak.
    pub async fn create_administrator(
        &self,
        request: &SetupRequest,
    ) -> Result<SessionView, TransportError> {
        send(Request::post("/api/setup"), Some(request)).await
    }
}

async fn send<T: DeserializeOwned>(
    builder: RequestBuilder,
    body: Option<&impl Serialize>,
) -> Result<T, TransportError> {
    let response = fetch(builder, body).await?;
    // An answer cut short on a bad line is no answer; one that is whole and not JSON is none of ours.
    let body = response
        .binary()
        .await
        .map_err(|_| TransportError::Offline)?;
    serde_json::from_slice(&body).map_err(|error| TransportError::Garbled(error.to_string()))
}

async fn fetch(
    builder: RequestBuilder,
    body: Option<&impl Serialize>,
) -> Result<Response, TransportError> {
    let builder = builder.abort_signal(patience().as_ref());
    let garbled = |error: gloo::net::Error| TransportError::Garbled(error.to_string());
    let request = match body {
        Some(body) => {
            let text = serde_json::to_string(body)
                .map_err(|error| TransportError::Garbled(error.to_string()))?;
            builder
                .header("content-type", "application/json")
                .body(text)
                .map_err(garbled)?
        }
        None => builder.build().map_err(garbled)?,
    };
    let response = request.send().await.map_err(|_| TransportError::Offline)?;
    if response.ok() {
        return Ok(response);
    }
    let status = response.status();
    let problem: Option<Problem> = response
        .binary()
        .await
        .ok()
        .and_then(|body| serde_json::from_slice(&body).ok());
    Err(match (status, problem) {
        (401, _) => TransportError::SignedOut,
        (429 | 503, _) => TransportError::Busy,
        (_, Some(problem)) if problem.retry => TransportError::Busy,
        (_, Some(problem)) => TransportError::Refused(Box::new(problem)),
        // A proxy's own page, a hotel's sign-in page: the server was not reached.
        (502 | 504, None) => TransportError::Offline,
        (status, None) => TransportError::Garbled(format!("status {status}")),
    })
}

/// Ends a request that has waited too long. Phones of before 2022 have no such signal: there the network's own
/// patience counts.
fn patience() -> Option<web_sys::AbortSignal> {
    let class = js_sys::Reflect::get(&js_sys::global(), &"AbortSignal".into()).ok()?;
    let known = js_sys::Reflect::has(&class, &"timeout".into()).ok()?;
    known.then(|| web_sys::AbortSignal::timeout_with_u32(PATIENCE_MS))
}
