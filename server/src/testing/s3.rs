//! An S3 for tests: one bucket in memory, on a port of this machine, that speaks as much of the protocol as
//! `object_store` does, is as strict as a real one, and has troubles when told to.

use axum::{
    Router,
    body::{Bytes, to_bytes},
    extract::{Request, State},
    http::{Method, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use ruyuan_sync::attachment::Hasher;
use std::{
    collections::BTreeMap,
    net::{SocketAddr, TcpListener},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
};
use tokio::{runtime, sync::oneshot};

/// Its bucket.
pub const BUCKET: &str = "photos";

/// Keys on one page of a listing: few, so that every listing has several.
const PAGE: usize = 2;

/// A real one takes no smaller part of an upload but the last.
const SMALLEST_PART: usize = 5 * 1024 * 1024;

/// What is the matter with a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// It lets nobody in.
    Forbidden,
    /// It fails.
    Failing,
    /// Something else stands in its place and has a page for everything.
    Garbage,
}

/// A running S3. It ends when it is dropped.
#[derive(Debug)]
pub struct FakeS3 {
    address: SocketAddr,
    bucket: Arc<Mutex<Bucket>>,
    _stop: oneshot::Sender<()>,
}

#[derive(Debug, Default)]
struct Bucket {
    objects: BTreeMap<String, Bytes>,
    uploads: BTreeMap<String, Upload>,
    begun: usize,
    trouble: Option<Trouble>,
}

/// An object on its way in parts.
#[derive(Debug)]
struct Upload {
    key: String,
    parts: BTreeMap<usize, Bytes>,
}

impl FakeS3 {
    /// Starts one with an empty bucket.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let bucket = Arc::new(Mutex::new(Bucket::default()));
        let (stop, stopped) = oneshot::channel::<()>();
        let router = Router::new()
            .fallback(answer)
            .with_state(Arc::clone(&bucket));
        // A thread of its own: a test that waits for a program has no runtime.
        thread::spawn(move || {
            let mut builder = runtime::Builder::new_current_thread();
            let runtime = builder.enable_all().build().unwrap();
            runtime.block_on(async move {
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                let serving = async { axum::serve(listener, router).await };
                tokio::select! {
                    _ = serving => {}
                    _ = stopped => {}
                }
            });
        });
        Self {
            address,
            bucket,
            _stop: stop,
        }
    }

    /// What a server's environment says of it.
    pub fn environment(&self) -> Vec<(String, String)> {
        let said = [
            ("AWS_ENDPOINT", format!("http://{}", self.address)),
            ("AWS_ALLOW_HTTP", "true".to_owned()),
            ("AWS_ACCESS_KEY_ID", "nobody".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "nothing".to_owned()),
        ];
        said.map(|(name, value)| (name.to_owned(), value)).into()
    }

    /// Has a trouble from now on, or none any more.
    pub fn has(&self, trouble: Option<Trouble>) {
        self.locked().trouble = trouble;
    }

    /// The names of its objects.
    pub fn keys(&self) -> Vec<String> {
        self.locked().objects.keys().cloned().collect()
    }

    /// An object's bytes.
    pub fn object(&self, key: &str) -> Option<Vec<u8>> {
        self.locked().objects.get(key).map(|bytes| bytes.to_vec())
    }

    /// Puts an object there.
    pub fn put(&self, key: &str, bytes: Vec<u8>) {
        self.locked().objects.insert(key.to_owned(), bytes.into());
    }

    /// Removes everything.
    pub fn empty(&self) {
        self.locked().objects.clear();
    }

    /// How many uploads in parts were begun, and how many of them are neither completed nor aborted.
    pub fn uploads(&self) -> (usize, usize) {
        let bucket = self.locked();
        (bucket.begun, bucket.uploads.len())
    }

    fn locked(&self) -> MutexGuard<'_, Bucket> {
        self.bucket.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn answer(State(bucket): State<Arc<Mutex<Bucket>>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let mut bucket = bucket.lock().unwrap_or_else(PoisonError::into_inner);
    bucket.answer(&parts, body)
}

impl Bucket {
    fn answer(&mut self, parts: &Parts, body: Bytes) -> Response {
        match self.trouble {
            None => {}
            Some(Trouble::Forbidden) => return refused(StatusCode::FORBIDDEN, "AccessDenied"),
            Some(Trouble::Failing) => {
                return refused(StatusCode::INTERNAL_SERVER_ERROR, "InternalError");
            }
            Some(Trouble::Garbage) => {
                let page = "<html><body>Welcome. Please sign in.</body></html>";
                return ([(header::CONTENT_TYPE, "text/html")], page).into_response();
            }
        }
        let signed = parts.headers.get(header::AUTHORIZATION);
        let signed = signed.and_then(|value| value.to_str().ok());
        if !signed.is_some_and(|value| value.starts_with("AWS4-HMAC-SHA256 Credential=nobody/")) {
            return refused(StatusCode::FORBIDDEN, "AccessDenied");
        }
        let path = parts.uri.path().trim_start_matches('/');
        let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
        if bucket != BUCKET {
            return refused(StatusCode::NOT_FOUND, "NoSuchBucket");
        }
        let query = parts.uri.query().unwrap_or_default();
        let query: BTreeMap<String, String> = form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect();
        let asked = |name: &str| query.get(name).map(String::as_str);
        match (&parts.method, key, asked("uploadId")) {
            (&Method::GET, "", _) => {
                let prefix = asked("prefix").unwrap_or_default();
                self.list(prefix, asked("continuation-token").unwrap_or_default())
            }
            (&Method::POST, "", _) if asked("delete").is_some() => {
                match parts.headers.contains_key("content-md5") {
                    true => self.delete(&String::from_utf8_lossy(&body)),
                    false => refused(StatusCode::BAD_REQUEST, "InvalidRequest"),
                }
            }
            (&Method::PUT, _, Some(id)) => {
                let n = asked("partNumber").and_then(|n| n.parse().ok());
                match (self.uploads.get_mut(id), n) {
                    (Some(upload), Some(n)) if upload.key == key => {
                        let tag = tag(&body);
                        upload.parts.insert(n, body);
                        [(header::ETAG, tag)].into_response()
                    }
                    _ => refused(StatusCode::NOT_FOUND, "NoSuchUpload"),
                }
            }
            (&Method::PUT, _, None) => {
                let tag = tag(&body);
                self.objects.insert(key.to_owned(), body);
                [(header::ETAG, tag)].into_response()
            }
            (&Method::POST, _, None) if asked("uploads").is_some() => {
                self.begun += 1;
                let id = format!("upload-{}", self.begun);
                let upload = Upload {
                    key: key.to_owned(),
                    parts: BTreeMap::new(),
                };
                self.uploads.insert(id.clone(), upload);
                xml(&format!(
                    "<InitiateMultipartUploadResult><Bucket>{BUCKET}</Bucket><Key>{key}</Key>\
                     <UploadId>{id}</UploadId></InitiateMultipartUploadResult>"
                ))
            }
            (&Method::POST, _, Some(id)) => self.complete(id, &String::from_utf8_lossy(&body)),
            (&Method::DELETE, _, Some(id)) => match self.uploads.remove(id) {
                Some(_) => StatusCode::NO_CONTENT.into_response(),
                None => refused(StatusCode::NOT_FOUND, "NoSuchUpload"),
            },
            (&Method::DELETE, _, None) => {
                self.objects.remove(key);
                StatusCode::NO_CONTENT.into_response()
            }
            (&Method::GET | &Method::HEAD, _, _) => self.give(key, parts),
            _ => refused(StatusCode::NOT_IMPLEMENTED, "NotImplemented"),
        }
    }

    fn list(&self, prefix: &str, after: &str) -> Response {
        let mut found = self.objects.iter();
        let mut more = false;
        let mut listed = String::new();
        let mut last = "";
        let mut count = 0;
        for (key, bytes) in found.by_ref() {
            if !key.starts_with(prefix) || key.as_str() <= after {
                continue;
            }
            if count == PAGE {
                more = true;
                break;
            }
            (count, last) = (count + 1, key);
            listed.push_str(&format!(
                "<Contents><Key>{key}</Key><LastModified>2026-11-23T01:00:00.000Z</LastModified>\
                 <ETag>{}</ETag><Size>{}</Size></Contents>",
                tag(bytes).replace('"', "&quot;"),
                bytes.len()
            ));
        }
        let next = match more {
            true => format!("<NextContinuationToken>{last}</NextContinuationToken>"),
            false => String::new(),
        };
        xml(&format!(
            "<ListBucketResult><Name>{BUCKET}</Name><KeyCount>{count}</KeyCount>\
             <IsTruncated>{more}</IsTruncated>{listed}{next}</ListBucketResult>"
        ))
    }

    fn delete(&mut self, body: &str) -> Response {
        let mut gone = String::new();
        for key in body.split("<Key>").skip(1) {
            let key = key.split("</Key>").next().unwrap_or_default();
            // What is not there is gone too.
            self.objects.remove(key);
            gone.push_str(&format!("<Deleted><Key>{key}</Key></Deleted>"));
        }
        xml(&format!("<DeleteResult>{gone}</DeleteResult>"))
    }

    fn complete(&mut self, id: &str, body: &str) -> Response {
        let Some(upload) = self.uploads.get(id) else {
            return refused(StatusCode::NOT_FOUND, "NoSuchUpload");
        };
        let said = body.replace("&quot;", "\"");
        let within = |part: &str, name: &str| -> String {
            let (_, rest) = part.split_once(&format!("<{name}>")).unwrap_or_default();
            rest.split('<').next().unwrap_or_default().to_owned()
        };
        let named: Vec<(usize, String)> = said
            .split("<Part>")
            .skip(1)
            .map(|part| {
                let n = within(part, "PartNumber").parse().unwrap_or_default();
                (n, within(part, "ETag"))
            })
            .collect();
        let mut whole = Vec::new();
        for (at, (n, named_tag)) in named.iter().enumerate() {
            let Some(part) = upload.parts.get(n).filter(|part| tag(part) == *named_tag) else {
                return refused(StatusCode::BAD_REQUEST, "InvalidPart");
            };
            if part.len() < SMALLEST_PART && at + 1 < named.len() {
                return refused(StatusCode::BAD_REQUEST, "EntityTooSmall");
            }
            whole.extend_from_slice(part);
        }
        if named.is_empty() {
            return refused(StatusCode::BAD_REQUEST, "MalformedXML");
        }
        let (key, whole) = (upload.key.clone(), Bytes::from(whole));
        let tag = tag(&whole).replace('"', "&quot;");
        self.uploads.remove(id);
        self.objects.insert(key.clone(), whole);
        xml(&format!(
            "<CompleteMultipartUploadResult><Bucket>{BUCKET}</Bucket><Key>{key}</Key>\
             <ETag>{tag}</ETag></CompleteMultipartUploadResult>"
        ))
    }

    fn give(&self, key: &str, parts: &Parts) -> Response {
        let Some(bytes) = self.objects.get(key) else {
            return refused(StatusCode::NOT_FOUND, "NoSuchKey");
        };
        let range = parts.headers.get(header::RANGE);
        let range = range.and_then(|value| value.to_str().ok());
        let range = range.and_then(|value| value.strip_prefix("bytes=")?.split_once('-'));
        let said = [
            (header::ETAG, tag(bytes)),
            (
                header::LAST_MODIFIED,
                "Mon, 23 Nov 2026 01:00:00 GMT".to_owned(),
            ),
        ];
        let Some((first, last)) = range else {
            let length = [(header::CONTENT_LENGTH, bytes.len())];
            return (
                said,
                length.map(|(name, n)| (name, n.to_string())),
                bytes.clone(),
            )
                .into_response();
        };
        let (Ok(first), Ok(last)) = (first.parse::<usize>(), last.parse::<usize>()) else {
            return refused(StatusCode::NOT_IMPLEMENTED, "NotImplemented");
        };
        let end = last.saturating_add(1).min(bytes.len());
        if first >= end {
            return refused(StatusCode::RANGE_NOT_SATISFIABLE, "InvalidRange");
        }
        let of = format!("bytes {first}-{}/{}", end - 1, bytes.len());
        let part = bytes.slice(first..end);
        let of = [(header::CONTENT_RANGE, of)];
        (StatusCode::PARTIAL_CONTENT, said, of, part).into_response()
    }
}

fn tag(bytes: &[u8]) -> String {
    let mut hash = Hasher::default();
    hash.take(bytes);
    format!("\"{}\"", hash.finish())
}

fn xml(text: &str) -> Response {
    let text = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{text}");
    ([(header::CONTENT_TYPE, "application/xml")], text).into_response()
}

fn refused(status: StatusCode, code: &str) -> Response {
    let text = format!("<Error><Code>{code}</Code><Message>as told</Message></Error>");
    (status, xml(&text)).into_response()
}
