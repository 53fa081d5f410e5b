//! A small HTTP client: one connection that stays open, JSON both ways.

use serde::Serialize;
use std::time::Duration;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufStream},
    net::TcpStream,
    time::timeout,
};

/// Longer than any answer may take here.
const PATIENCE: Duration = Duration::from_secs(60);

pub struct Client {
    port: u16,
    cookie: String,
    stream: Option<BufStream<TcpStream>>,
}

impl Client {
    pub fn new(port: u16, cookie: &str) -> Self {
        Self {
            port,
            cookie: cookie.to_owned(),
            stream: None,
        }
    }

    /// Posts and gives status and body.
    pub async fn post<T: Serialize + Sync>(&mut self, path: &str, body: &T) -> (u16, Vec<u8>) {
        let body = serde_json::to_vec(body).unwrap();
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: localhost\r\ncookie: {}\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n\r\n",
            self.cookie,
            body.len()
        );
        timeout(PATIENCE, self.exchange(head.as_bytes(), &body))
            .await
            .unwrap_or_else(|_| panic!("{path}: no answer within {PATIENCE:?}"))
    }

    async fn exchange(&mut self, head: &[u8], body: &[u8]) -> (u16, Vec<u8>) {
        if self.stream.is_none() {
            let stream = TcpStream::connect(("127.0.0.1", self.port)).await.unwrap();
            stream.set_nodelay(true).unwrap();
            self.stream = Some(BufStream::new(stream));
        }
        let stream = self.stream.as_mut().unwrap();
        stream.write_all(head).await.unwrap();
        stream.write_all(body).await.unwrap();
        stream.flush().await.unwrap();
        let mut line = String::new();
        stream.read_line(&mut line).await.unwrap();
        let status = line.split(' ').nth(1).unwrap().parse().unwrap();
        let mut length = None;
        loop {
            line.clear();
            stream.read_line(&mut line).await.unwrap();
            let Some((name, value)) = line.trim_end().split_once(':') else {
                break;
            };
            if name.eq_ignore_ascii_case("content-length") {
                length = Some(value.trim().parse().unwrap());
            }
        }
        let mut answer = vec![0; length.unwrap()];
        stream.read_exact(&mut answer).await.unwrap();
        (status, answer)
    }
}
