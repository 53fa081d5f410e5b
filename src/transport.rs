//! HTTP to the server. Nothing else in the client speaks to it.

use leptos::leptos_dom::helpers::window;
use ruyuan_domain::{
    DeviceId, RecordId,
    blob::BlobStanding,
    device::{DeviceView, DevicesPage, WipeRequest},
    json::Members,
    left::LeftWork,
    roster::{AssignRequest, BatchView, BatchesView, HandOverRequest, ImportView, PeopleView},
    wire::{
        DraftEnd, DraftHead, DraftList, DraftView, KeepDraftRequest, Problem, PullRequest,
        PullResponse, PushRequest, PushResponse, SessionView, SetupRequest, SignInRequest,
    },
};
use ruyuan_sync::transport::{BlobPart, ChunkAddress, Transport, TransportError};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::value::RawValue;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Headers, RequestInit, Response};

/// How long an answer may take, in milliseconds, before it counts as none.
const PATIENCE_MS: u32 = 60_000;

/// Half-filled forms.
const DRAFTS: &str = "/api/sync/drafts";

/// What people who left could not finish.
const LEFT_WORK: &str = "/api/left-work";

/// A file as it is.
const OCTETS: (&str, &str) = ("content-type", "application/octet-stream");

/// The server this page came from.
#[derive(Clone, Copy, Debug, Default)]
pub struct HttpTransport;

impl Transport for HttpTransport {
    async fn push(&self, request: &PushRequest) -> Result<PushResponse, TransportError> {
        send("/api/sync/push", request).await
    }

    async fn pull(&self, request: &PullRequest) -> Result<PullResponse, TransportError> {
        send("/api/sync/pull", request).await
    }

    async fn chunk(&self, address: &ChunkAddress) -> Result<Vec<u8>, TransportError> {
        let ChunkAddress {
            epoch,
            scope,
            seq,
            hash,
        } = address;
        let path = format!("/api/sync/snapshots/{epoch}/{scope}/{}/{hash}", seq.0);
        exchange("GET", &path, None).await
    }

    async fn keep_draft(
        &self,
        id: RecordId,
        request: &KeepDraftRequest,
    ) -> Result<DraftView, TransportError> {
        let KeepDraftRequest {
            version,
            scope,
            draft,
            ended,
        } = request;
        // Written and read by hand, as `read_draft`: a tenth of the code.
        let ended = match ended {
            None => "",
            Some(DraftEnd::Submitted) => r#","ended":"submitted""#,
            Some(DraftEnd::Deleted) => r#","ended":"deleted""#,
        };
        let scope = serde_json::to_string(scope.as_str())
            .map_err(|error| TransportError::Garbled(error.to_string()))?;
        let body = format!(r#"{{"version":{version},"scope":{scope},"draft":{draft}{ended}}}"#);
        let path = format!("{DRAFTS}/{id}");
        read_draft(&exchange("PUT", &path, Some(body.into_bytes())).await?)
    }

    async fn drafts(&self) -> Result<Vec<DraftHead>, TransportError> {
        let list: DraftList = read(&exchange("GET", DRAFTS, None).await?)?;
        Ok(list.drafts)
    }

    async fn draft(&self, id: RecordId) -> Result<DraftView, TransportError> {
        read_draft(&exchange("GET", &format!("{DRAFTS}/{id}"), None).await?)
    }

    async fn begin_blob(&self, id: RecordId) -> Result<BlobStanding, TransportError> {
        let body = format!(r#"{{"id":"{id}"}}"#).into_bytes();
        read(&exchange("POST", "/api/sync/blobs", Some(body)).await?)
    }

    async fn put_blob_chunk(
        &self,
        id: RecordId,
        n: u32,
        chunk: Vec<u8>,
    ) -> Result<(), TransportError> {
        let path = format!("/api/sync/blobs/{id}/{n}");
        let headers = [("content-type", "application/octet-stream")];
        exchange_with("PUT", &path, Some(chunk), &headers)
            .await
            .map(drop)
    }

    async fn complete_blob(&self, id: RecordId) -> Result<(), TransportError> {
        let path = format!("/api/sync/blobs/{id}/complete");
        exchange("POST", &path, None).await.map(drop)
    }

    async fn blob_part(&self, part: &BlobPart) -> Result<Vec<u8>, TransportError> {
        let path = format!("/api/sync/blobs/{}", part.id);
        let range = format!("bytes={}-{}", part.from, part.to.saturating_sub(1));
        let tag = format!("\"{}\"", part.sha256);
        let headers = [("range", range.as_str()), ("if-range", tag.as_str())];
        let piece = exchange_with("GET", &path, None, &headers).await?;
        // The whole where a piece was asked for is of something else.
        match piece.len() as u64 == part.to - part.from {
            true => Ok(piece),
            false => Err(TransportError::Garbled(
                "not the piece asked for".to_owned(),
            )),
        }
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
        send("/api/session", request).await
    }

    /// Who is signed in, with today's scopes.
    ///
    /// # Errors
    /// [`TransportError::SignedOut`] when nobody is.
    pub async fn show_session(&self) -> Result<SessionView, TransportError> {
        read(&exchange("GET", "/api/session", None).await?)
    }

    /// Signs out.
    ///
    /// # Errors
    /// No answer; the session lives on.
    pub async fn delete_session(&self) -> Result<(), TransportError> {
        exchange("DELETE", "/api/session", None).await.map(drop)
    }

    /// Makes the administrator with the token of the first start's link.
    ///
    /// # Errors
    /// [`TransportError::Refused`] for a used or unknown token, or a password too weak.
    pub async fn create_administrator(
        &self,
        request: &SetupRequest,
    ) -> Result<SessionView, TransportError> {
        send("/api/setup", request).await
    }
}

/// A table of firms on its way, and what is asked of it.
pub struct Table {
    /// The file.
    pub bytes: Vec<u8>,
    /// Whether it says what firms have pledged, and not which firms there are.
    pub pledges: bool,
    /// Code of the park of rows that name none.
    pub park: String,
    /// What columns hold, by their names.
    pub columns: Vec<(String, String)>,
    /// Whether it is taken in.
    pub apply: bool,
}

impl Table {
    fn query(&self) -> String {
        let encoded = |text: &str| String::from(js_sys::encode_uri_component(text));
        let what = if self.pledges { "pledges" } else { "firms" };
        let park = encoded(&self.park);
        let mut query = format!("what={what}&apply={}&park={park}", self.apply);
        for (name, field) in &self.columns {
            query.push_str("&column=");
            query.push_str(&encoded(&format!("{name}={field}")));
        }
        query
    }
}

impl HttpTransport {
    /// Looks a table over, or takes it in.
    ///
    /// # Errors
    /// [`TransportError::Refused`] for what is no table of firms, with a sentence.
    pub async fn import_firms(&self, table: Table) -> Result<ImportView, TransportError> {
        let path = format!("/api/roster/imports?{}", table.query());
        read(&exchange_with("POST", &path, Some(table.bytes), &[OCTETS]).await?)
    }

    /// The table again, with what becomes of each row: a workbook.
    ///
    /// # Errors
    /// As [`Self::import_firms`].
    pub async fn report_import(&self, table: Table) -> Result<Vec<u8>, TransportError> {
        let path = format!("/api/roster/reports?{}", table.query());
        exchange_with("POST", &path, Some(table.bytes), &[OCTETS]).await
    }

    /// Who works in the parks that this person manages.
    ///
    /// # Errors
    /// [`TransportError::Refused`] for who manages nothing.
    pub async fn list_people(&self) -> Result<PeopleView, TransportError> {
        read(&exchange("GET", "/api/roster/people", None).await?)
    }

    /// Gives firms to people.
    ///
    /// # Errors
    /// As [`Self::list_people`], and for a request that names nobody or nothing.
    pub async fn assign(&self, request: &AssignRequest) -> Result<BatchView, TransportError> {
        send("/api/roster/assignments", request).await
    }

    /// Hands everything that one person looks after over to another.
    ///
    /// # Errors
    /// As [`Self::assign`].
    pub async fn hand_over(&self, request: &HandOverRequest) -> Result<BatchView, TransportError> {
        send("/api/roster/handovers", request).await
    }

    /// A report, as `visits.xlsx?from=2026-11-23&to=2026-11-29`.
    ///
    /// # Errors
    /// [`TransportError::Refused`] for days that are none, with a sentence.
    pub async fn report(&self, asked: &str) -> Result<Vec<u8>, TransportError> {
        exchange("GET", &format!("/api/reports/{asked}"), None).await
    }

    /// This person's batches.
    ///
    /// # Errors
    /// The server was not reached.
    pub async fn list_batches(&self) -> Result<BatchesView, TransportError> {
        read(&exchange("GET", "/api/roster/batches", None).await?)
    }

    /// Takes a batch back.
    ///
    /// # Errors
    /// [`TransportError::Refused`] for another person's.
    pub async fn undo_batch(&self, id: DeviceId) -> Result<BatchView, TransportError> {
        let path = format!("/api/roster/batches/{id}/undo");
        read(&exchange("POST", &path, Some(Vec::new())).await?)
    }
}

impl HttpTransport {
    /// How devices stand, after the first `skip`.
    ///
    /// # Errors
    /// [`TransportError::Refused`] for who is no administrator.
    pub async fn list_devices(&self, skip: usize) -> Result<DevicesPage, TransportError> {
        read(&exchange("GET", &format!("/api/admin/devices?skip={skip}"), None).await?)
    }

    /// How one device stands.
    ///
    /// # Errors
    /// As [`Self::list_devices`].
    pub async fn show_device(&self, id: DeviceId) -> Result<DeviceView, TransportError> {
        read(&exchange("GET", &format!("/api/admin/devices/{id}"), None).await?)
    }

    /// Orders a device wiped for this reason; without one, takes the order back.
    ///
    /// # Errors
    /// As [`Self::list_devices`], and for a device that is wiped already.
    pub async fn wipe(
        &self,
        id: DeviceId,
        reason: Option<String>,
    ) -> Result<DeviceView, TransportError> {
        let path = format!("/api/admin/devices/{id}/wipe");
        match reason {
            Some(reason) => send(&path, &WipeRequest { reason }).await,
            None => read(&exchange("DELETE", &path, None).await?),
        }
    }
}

impl HttpTransport {
    /// What people who left could not finish, where this one manages.
    ///
    /// # Errors
    /// [`TransportError::Refused`] for who manages nothing.
    pub async fn list_left_work(&self) -> Result<LeftWork, TransportError> {
        read(&exchange("GET", LEFT_WORK, None).await?)
    }

    /// It is not to be listed any more: nobody wants it, or, of a half-filled form, somebody has it.
    ///
    /// # Errors
    /// As [`Self::list_left_work`], and for what is not listed.
    pub async fn drop_left_work(&self, id: &str) -> Result<(), TransportError> {
        let path = format!("{LEFT_WORK}/{id}");
        exchange("DELETE", &path, None).await.map(drop)
    }
}

async fn send<T: DeserializeOwned>(path: &str, body: &impl Serialize) -> Result<T, TransportError> {
    let body =
        serde_json::to_vec(body).map_err(|error| TransportError::Garbled(error.to_string()))?;
    read(&exchange("POST", path, Some(body)).await?)
}

/// A [`DraftView`].
fn read_draft(body: &[u8]) -> Result<DraftView, TransportError> {
    let members: Members<'_> = read(body)?;
    let parts = members
        .required("version")
        .zip(members.required("scope"))
        .zip(members.required("draft"));
    let Some(((version, scope), draft)) = parts else {
        return Err(TransportError::Garbled("no version of a form".to_owned()));
    };
    let draft: &RawValue = draft;
    Ok(DraftView {
        version,
        scope,
        draft: draft.to_owned(),
        ended: members.required("ended"),
    })
}

/// An answer that is whole and not JSON is none of ours.
fn read<'de, T: Deserialize<'de>>(body: &'de [u8]) -> Result<T, TransportError> {
    serde_json::from_slice(body).map_err(|error| TransportError::Garbled(error.to_string()))
}

/// Sends a request and takes the whole answer, whatever the messages are: compiled once for all of them.
async fn exchange(
    method: &str,
    path: &str,
    body: Option<Vec<u8>>,
) -> Result<Vec<u8>, TransportError> {
    exchange_with(method, path, body, &[("content-type", "application/json")]).await
}

async fn exchange_with(
    method: &str,
    path: &str,
    body: Option<Vec<u8>>,
    headers: &[(&str, &str)],
) -> Result<Vec<u8>, TransportError> {
    let (status, body) = fetch(method, path, body, headers)
        .await
        // Cut short on a bad line, or never begun: no answer either way.
        .map_err(|_| TransportError::Offline)?;
    if (200..300).contains(&status) {
        return Ok(body);
    }
    let problem: Option<Problem> = serde_json::from_slice(&body).ok();
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

async fn fetch(
    method: &str,
    path: &str,
    body: Option<Vec<u8>>,
    named: &[(&str, &str)],
) -> Result<(u16, Vec<u8>), JsValue> {
    let request = RequestInit::new();
    request.set_method(method);
    request.set_signal(patience().as_ref());
    let headers = Headers::new()?;
    for (name, value) in named {
        headers.set(name, value)?;
    }
    request.set_headers(&headers);
    if let Some(body) = body {
        request.set_body(&js_sys::Uint8Array::from(body.as_slice()));
    }
    let response = JsFuture::from(window().fetch_with_str_and_init(path, &request)).await?;
    let response: Response = response.dyn_into()?;
    let body = JsFuture::from(response.array_buffer()?).await?;
    Ok((response.status(), js_sys::Uint8Array::new(&body).to_vec()))
}

/// Ends a request that has waited too long. Phones of before 2022 have no such signal: there the network's own
/// patience counts.
fn patience() -> Option<web_sys::AbortSignal> {
    let class = js_sys::Reflect::get(&js_sys::global(), &"AbortSignal".into()).ok()?;
    let known = js_sys::Reflect::has(&class, &"timeout".into()).ok()?;
    known.then(|| web_sys::AbortSignal::timeout_with_u32(PATIENCE_MS))
}
