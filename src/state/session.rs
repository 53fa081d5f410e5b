//! Who is signed in on this device. Known without the network: the server confirms when it can be reached.

use crate::{
    storage::{forget, keep, kept},
    transport::HttpTransport,
};
use leptos::prelude::*;
use ruyuan_domain::{
    ScopeId,
    wire::{SessionView, SignInRequest},
};
use ruyuan_sync::transport::TransportError;

const KEY: &str = "ruyuan.session";
/// Set when this device was wiped as ordered: who signs in next is told.
const WIPED: &str = "ruyuan.wiped";
/// Set at each sign-in, until the local log is opened: only then is one that was wiped used again.
const ANEW: &str = "ruyuan.signed-in-anew";
/// Set when someone signed out without a network: the server's session is ended at the next chance.
const SIGN_OUT_PENDING: &str = "ruyuan.sign-out-pending";

/// The person signed in on this device, if any.
#[derive(Clone, Copy, Debug)]
pub struct Session {
    view: RwSignal<Option<SessionView>>,
}

/// Puts the session into context.
pub fn provide_session() -> Session {
    let session = Session {
        view: RwSignal::new(kept(KEY)),
    };
    provide_context(session);
    session
}

/// The session in context.
#[track_caller]
pub fn use_session() -> Session {
    expect_context()
}

impl Session {
    /// The person, reactive.
    pub fn view(self) -> Option<SessionView> {
        self.view.get()
    }

    /// The person, now.
    pub fn view_untracked(self) -> Option<SessionView> {
        self.view.get_untracked()
    }

    /// Takes what the server says of the person.
    pub fn take(self, view: SessionView) {
        if self
            .view
            .with_untracked(|known| known.as_ref() == Some(&view))
        {
            return;
        }
        keep(KEY, &view);
        self.view.set(Some(view));
    }

    /// Signs in.
    ///
    /// # Errors
    /// As [`HttpTransport::create_session`].
    pub async fn sign_in(self, user_name: String, password: String) -> Result<(), TransportError> {
        let view = HttpTransport
            .create_session(&SignInRequest {
                user_name,
                password,
            })
            .await?;
        forget(SIGN_OUT_PENDING);
        forget(WIPED);
        keep(ANEW, &true);
        self.take(view);
        Ok(())
    }

    /// Signs out after this device was wiped as ordered.
    pub async fn wiped(self) {
        keep(WIPED, &true);
        self.sign_out().await;
    }

    /// Signs out on this device at once, and on the server as soon as it can be reached. What is unsent stays.
    pub async fn sign_out(self) {
        keep(SIGN_OUT_PENDING, &true);
        forget(KEY);
        let _ = self.view.try_set(None);
        end_pending_session().await;
    }
}

/// Where a person may write what several see: counties and parks, the widest first.
pub fn shared_scopes(session: Session) -> Vec<ScopeId> {
    let view = session.view_untracked();
    let mut scopes = view.map(|view| view.writable).unwrap_or_default();
    scopes.retain(|scope| scope.park_code().is_some() || scope.county_code().is_some());
    scopes
}

/// Whether this device was wiped since somebody last signed in on it.
pub fn was_wiped() -> bool {
    kept::<bool>(WIPED).is_some()
}

/// Whether somebody has signed in since the local log was last opened; asked once.
pub fn signed_in_anew() -> bool {
    let anew = kept::<bool>(ANEW).is_some();
    forget(ANEW);
    anew
}

/// Ends the server's session of someone who signed out without a network.
pub async fn end_pending_session() {
    if kept::<bool>(SIGN_OUT_PENDING).is_none() {
        return;
    }
    if let Ok(()) | Err(TransportError::SignedOut) = HttpTransport.delete_session().await {
        forget(SIGN_OUT_PENDING);
    }
}
