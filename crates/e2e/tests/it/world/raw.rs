//! Requests that a proper client would not send: bytes over a socket.

use super::partner::Integrator;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt as _};
use tokio::net::TcpStream;
use wire::paths::partner::INSTANT;

const LIMIT: Duration = Duration::from_secs(60);

/// Posts to the instant endpoint.
pub(crate) struct Raw {
    address: String,
    head: String,
}

impl Raw {
    pub(crate) fn new(integrator: &Integrator, token: &str) -> Self {
        let address = integrator.base.strip_prefix("http://").unwrap().to_owned();
        let head = format!(
            "POST {INSTANT} HTTP/1.1\r\nHost: {address}\r\nApiKey: {}\r\nAccessToken: {token}\r\n\
             Content-Type: application/json\r\n",
            integrator.key
        );
        Self { address, head }
    }

    /// Says that so many bytes will come, sends none; the answer.
    pub(crate) async fn declare(&self, length: usize) -> String {
        let mut stream = TcpStream::connect(&self.address).await.unwrap();
        let head = format!("{}Content-Length: {length}\r\n\r\n", self.head);
        stream.write_all(head.as_bytes()).await.unwrap();
        read(&mut stream).await
    }

    /// Says that so many bytes will come and sends the first of them; the rest never comes, and the
    /// connection is cut with the answer's value. A server that hangs up early is no fault.
    pub(crate) async fn begin(&self, length: usize, first: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(&self.address).await.unwrap();
        let head = format!("{}Content-Length: {length}\r\n\r\n", self.head);
        stream.write_all(head.as_bytes()).await.unwrap();
        drop(stream.write_all(first).await);
        stream
    }

    /// Sends a body in chunks, without saying how long it will be, until an answer comes or `most` bytes
    /// are sent; the answer, and how many were sent.
    pub(crate) async fn send_chunks(&self, most: usize) -> (String, usize) {
        let stream = TcpStream::connect(&self.address).await.unwrap();
        let (mut from, mut to) = stream.into_split();
        let head = format!("{}Transfer-Encoding: chunked\r\n\r\n", self.head);
        to.write_all(head.as_bytes()).await.unwrap();
        let answer = tokio::spawn(async move { read(&mut from).await });
        let start = b"{\"attachments\":[{\"content\":\"";
        let mut sent = start.len();
        to.write_all(format!("{sent:x}\r\n").as_bytes())
            .await
            .unwrap();
        to.write_all(start).await.unwrap();
        let piece = vec![b'A'; 64 * 1024];
        let size = format!("\r\n{:x}\r\n", piece.len());
        while sent < most && !answer.is_finished() {
            // The server may hang up once it has answered.
            let written = to.write_all(size.as_bytes()).await.is_ok();
            if !written || to.write_all(&piece).await.is_err() {
                break;
            }
            sent += piece.len();
        }
        (answer.await.unwrap(), sent)
    }
}

/// Head and body of an answer: until its end, or until as much came as it announced.
async fn read(stream: &mut (impl AsyncReadExt + Unpin)) -> String {
    let whole = async {
        let mut bytes = Vec::new();
        let mut piece = [0; 4096];
        while !is_whole(&bytes) {
            match stream.read(&mut piece).await {
                Ok(0) | Err(_) => break,
                Ok(count) => bytes.extend_from_slice(&piece[..count]),
            }
        }
        String::from_utf8(bytes).unwrap()
    };
    tokio::time::timeout(LIMIT, whole).await.unwrap()
}

fn is_whole(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes).to_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length:"));
    length.is_some_and(|length| body.len() >= length.trim().parse().unwrap())
}
