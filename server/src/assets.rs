//! The built client, read into memory at start and served as it was compressed at build time.

use crate::{problem::ApiError, secret};
use axum::{
    body::{Body, Bytes},
    extract::Request,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};
use std::{
    collections::HashMap,
    fs, io,
    path::{Path, PathBuf},
};

const INDEX: &str = "/index.html";

/// Files below this path carry their content's hash in their name or folder.
const HASHED: &str = "/r/";

/// Why the client cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum AssetsError {
    /// There is no folder, or nothing to start the client with.
    #[error("no built client in {}", .0.display())]
    Missing(PathBuf),
    /// A file cannot be read.
    #[error("cannot read {}: {error}", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
}

struct Asset {
    plain: Bytes,
    brotli: Option<Bytes>,
    media_type: HeaderValue,
    tag: String,
}

/// Every file of the client by its path.
pub struct Assets {
    files: HashMap<String, Asset>,
    policy: HeaderValue,
}

impl Assets {
    /// Reads a folder with its subfolders. `x.br` is how `x` is sent to who takes brotli.
    ///
    /// # Errors
    /// No folder, no `index.html` in it, or a file that cannot be read.
    pub fn load(folder: &Path) -> Result<Self, AssetsError> {
        if !folder.join("index.html").is_file() {
            return Err(AssetsError::Missing(folder.to_owned()));
        }
        let mut bytes = HashMap::new();
        read_folder(folder, "", &mut bytes)?;
        Ok(Self::from_files(bytes))
    }

    /// From files by path (`/index.html`).
    pub fn from_files(mut bytes: HashMap<String, Vec<u8>>) -> Self {
        let policy = policy(bytes.get(INDEX).map(Vec::as_slice).unwrap_or_default());
        let paths: Vec<String> = bytes
            .keys()
            .filter(|path| !path.ends_with(".br"))
            .cloned()
            .collect();
        let mut files = HashMap::new();
        for path in paths {
            let brotli = bytes.remove(&format!("{path}.br")).map(Bytes::from);
            let plain = Bytes::from(bytes.remove(&path).unwrap_or_default());
            let tag = secret::hex(&plain).chars().take(32).collect();
            files.insert(
                path.clone(),
                Asset {
                    plain,
                    brotli,
                    media_type: media_type(&path),
                    tag,
                },
            );
        }
        Self { files, policy }
    }

    /// The policy of every answer: nothing but this server's own files, and no inline script but the loader.
    pub fn content_security_policy(&self) -> HeaderValue {
        self.policy.clone()
    }

    /// The file at a path; the client's own routes all begin at its index.
    fn find(&self, path: &str) -> Option<(&str, &Asset)> {
        let last = path.rsplit('/').next().unwrap_or_default();
        let asked = if path == "/" { INDEX } else { path };
        let found = self.files.get_key_value(asked);
        let route = !last.contains('.') && !path.starts_with(HASHED);
        found
            .or_else(|| route.then(|| self.files.get_key_value(INDEX)).flatten())
            .map(|(path, asset)| (path.as_str(), asset))
    }
}

fn read_folder(
    folder: &Path,
    prefix: &str,
    into: &mut HashMap<String, Vec<u8>>,
) -> Result<(), AssetsError> {
    let unreadable = |path: &Path, error| AssetsError::Unreadable {
        path: path.to_owned(),
        error,
    };
    for entry in fs::read_dir(folder).map_err(|error| unreadable(folder, error))? {
        let path = entry.map_err(|error| unreadable(folder, error))?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
            continue;
        };
        let key = format!("{prefix}/{name}");
        if path.is_dir() {
            read_folder(&path, &key, into)?;
        } else {
            into.insert(
                key,
                fs::read(&path).map_err(|error| unreadable(&path, error))?,
            );
        }
    }
    Ok(())
}

fn media_type(path: &str) -> HeaderValue {
    HeaderValue::from_static(match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml; charset=utf-8",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    })
}

/// The loader and the shell's first colours stand inline, and the build writes them: their hashes are taken from
/// the built file.
fn policy(index: &[u8]) -> HeaderValue {
    let index = String::from_utf8_lossy(index);
    let hashes = |tag: &str| -> String {
        let hash = |text: &&str| STANDARD.encode(Sha256::digest(text.as_bytes()));
        let inline = inline(&index, tag);
        inline
            .iter()
            .map(|text| format!(" 'sha256-{}'", hash(text)))
            .collect()
    };
    let (scripts, styles) = (hashes("script"), hashes("style"));
    let text = format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'{scripts}; style-src 'self'{styles}; \
         img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; manifest-src 'self'; \
         worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    );
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static("default-src 'none'"))
}

/// The text of each element of this tag without a `src`, exactly as a browser hashes it.
fn inline<'a>(html: &'a str, tag: &str) -> Vec<&'a str> {
    let (opening, closing) = (format!("<{tag}"), format!("</{tag}>"));
    let mut texts = Vec::new();
    let mut rest = html;
    while let Some((_, after)) = rest.split_once(opening.as_str()) {
        let Some((attributes, body)) = after.split_once('>') else {
            break;
        };
        let Some((text, after)) = body.split_once(closing.as_str()) else {
            break;
        };
        let linked = attributes
            .split_ascii_whitespace()
            .any(|attribute| attribute.starts_with("src="));
        if !linked {
            texts.push(text);
        }
        rest = after;
    }
    texts
}

/// Answers with a file of the client, or its index, or that there is nothing.
pub fn answer(assets: &Assets, request: &Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let mut response = ApiError::MethodNotAllowed.into_response();
        let allowed = HeaderValue::from_static("GET, HEAD");
        response.headers_mut().insert(header::ALLOW, allowed);
        return response;
    }
    let Some((path, asset)) = assets.find(request.uri().path()) else {
        return ApiError::NotFound.into_response();
    };
    let brotli = asset
        .brotli
        .as_ref()
        .filter(|_| takes_brotli(request.headers()));
    let tag = if brotli.is_some() {
        format!("\"{}-br\"", asset.tag)
    } else {
        format!("\"{}\"", asset.tag)
    };
    let lasting = if path.starts_with(HASHED) {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let mut headers = HeaderMap::from_iter([
        (header::CACHE_CONTROL, HeaderValue::from_static(lasting)),
        (header::VARY, HeaderValue::from_static("accept-encoding")),
    ]);
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    if is_known(request.headers(), &tag) {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    headers.insert(header::CONTENT_TYPE, asset.media_type.clone());
    if brotli.is_some() {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
    }
    (headers, Body::from(brotli.unwrap_or(&asset.plain).clone())).into_response()
}

fn takes_brotli(headers: &HeaderMap) -> bool {
    let accepted = headers
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        let refused = weight
            .trim()
            .strip_prefix("q=")
            .is_some_and(|q| q.trim_matches(['0', '.']).is_empty());
        name.trim().eq_ignore_ascii_case("br") && !refused
    })
}

fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let known = headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok());
    known.flat_map(|value| value.split(',')).any(|known| {
        let known = known.trim();
        known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_inline_scripts_are_hashed() {
        let html = r#"<script type="module">let a = 1;</script><script src="/x.js"></script><script>b</script>"#;
        assert_eq!(inline(html, "script"), ["let a = 1;", "b"]);
        let policy = policy(b"<script>alert(1)</script>");
        // The hash of `alert(1)`, computed outside.
        assert!(
            policy
                .to_str()
                .unwrap()
                .contains("'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='"),
            "{policy:?}"
        );
    }

    #[test]
    fn a_coding_with_weight_zero_is_refused() {
        for (accepted, takes) in [
            ("br", true),
            ("gzip, br;q=0.5", true),
            ("br;q=0", false),
            ("br; q=0.0", false),
            ("gzip", false),
        ] {
            let headers = HeaderMap::from_iter([(
                header::ACCEPT_ENCODING,
                HeaderValue::from_static(accepted),
            )]);
            assert_eq!(takes_brotli(&headers), takes, "{accepted}");
        }
    }
}
