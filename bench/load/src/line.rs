//! One device's line to the server: a connection that stays open, as a browser keeps it.

use anyhow::{Context, Result, bail};
use flate2::read::GzDecoder;
use http_body_util::{BodyExt, Full};
use hyper::{
    Request, StatusCode,
    body::Bytes,
    client::conn::http1::{self, SendRequest},
    header,
    http::request::Builder,
};
use hyper_util::rt::TokioIo;
use std::{io::Read, net::SocketAddr};
use tokio::net::TcpStream;

/// The server and the session that all devices share: one person may have many.
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    /// The `Cookie` header.
    pub cookie: String,
}

/// An open connection.
pub struct Line<'a> {
    server: &'a Server,
    sender: SendRequest<Full<Bytes>>,
}

/// What came, unpacked.
pub struct Answer {
    /// The body.
    pub body: Vec<u8>,
    /// Bytes of the body on the wire.
    pub travelled: usize,
}

impl<'a> Line<'a> {
    /// Connects.
    pub async fn open(server: &'a Server) -> Result<Self> {
        let stream = TcpStream::connect(server.address)
            .await
            .context("no connection")?;
        stream.set_nodelay(true)?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(async move {
            // Its end is seen by who waits for an answer.
            let _ = connection.await;
        });
        Ok(Self { server, sender })
    }

    /// Posts JSON and takes the whole answer.
    pub async fn post(&mut self, path: &str, body: impl Into<Bytes>) -> Result<Answer> {
        let request = Request::post(path).header(header::CONTENT_TYPE, "application/json");
        self.send(path, request, body.into()).await
    }

    /// Gets a file and takes the whole answer.
    pub async fn get(&mut self, path: &str) -> Result<Answer> {
        self.send(path, Request::get(path), Bytes::new()).await
    }

    async fn send(&mut self, path: &str, request: Builder, body: Bytes) -> Result<Answer> {
        self.sender.ready().await?;
        let request = request
            .header(header::HOST, self.server.address.to_string())
            .header(header::COOKIE, &self.server.cookie)
            .header(header::ACCEPT_ENCODING, "gzip")
            .body(Full::new(body))?;
        let response = self.sender.send_request(request).await?;
        let status = response.status();
        let packed = response
            .headers()
            .get(header::CONTENT_ENCODING)
            .is_some_and(|encoding| encoding == "gzip");
        let bytes = response.into_body().collect().await?.to_bytes();
        let travelled = bytes.len();
        let body = if packed {
            let mut plain = Vec::new();
            GzDecoder::new(bytes.as_ref()).read_to_end(&mut plain)?;
            plain
        } else {
            bytes.to_vec()
        };
        if status != StatusCode::OK {
            bail!("{path}: {status} {}", String::from_utf8_lossy(&body));
        }
        Ok(Answer { body, travelled })
    }
}
