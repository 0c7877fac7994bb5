//! A small HTTP/1.1 client for what the load generator does not do: answers that are read, and streams.

use anyhow::{Context as _, Result, bail};
use memchr::memmem;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Headers of a request: name and value.
pub(crate) type Headers<'a> = &'a [(&'a str, &'a str)];

/// One connection, kept alive.
pub(crate) struct Connection {
    stream: TcpStream,
    read: Vec<u8>,
    address: SocketAddr,
}

/// An answer, read whole.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// Its JSON, if the status is what it should be.
    pub(crate) fn json<T: DeserializeOwned>(&self, status: u16) -> Result<T> {
        self.expect(status)?;
        // The library's own words could quote what was answered.
        serde_json::from_slice(&self.body)
            .ok()
            .context("the answer is not the JSON expected")
    }

    /// Fails unless the status is what it should be.
    pub(crate) fn expect(&self, status: u16) -> Result<()> {
        if self.status == status {
            return Ok(());
        }
        let title = serde_json::from_slice::<serde_json::Value>(&self.body).unwrap_or_default();
        let kind = title.get("type").and_then(|kind| kind.as_str());
        bail!("answered {} {}", self.status, kind.unwrap_or_default())
    }
}

/// The bytes of a request with a JSON body.
pub(crate) fn request(
    method: &str,
    path: &str,
    address: SocketAddr,
    headers: Headers<'_>,
    body: &[u8],
) -> Vec<u8> {
    let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\n");
    for (name, value) in headers {
        head.extend([name, ": ", value, "\r\n"]);
    }
    if method != "GET" {
        let length = body.len();
        let length = length.to_string();
        head.extend([
            "Content-Type: application/json\r\nContent-Length: ",
            &length,
            "\r\n",
        ]);
    }
    head.push_str("\r\n");
    let mut bytes = head.into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

impl Connection {
    /// Connects.
    pub(crate) async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            read: Vec::with_capacity(16 * 1024),
            address,
        })
    }

    /// `GET`.
    pub(crate) async fn get(&mut self, path: &str, headers: Headers<'_>) -> Result<Answer> {
        let bytes = request("GET", path, self.address, headers, b"");
        self.exchange(&bytes).await
    }

    /// `POST` of JSON.
    pub(crate) async fn post(
        &mut self,
        path: &str,
        headers: Headers<'_>,
        body: &impl Serialize,
    ) -> Result<Answer> {
        let body = serde_json::to_vec(body)
            .ok()
            .context("the request is no JSON")?;
        let bytes = request("POST", path, self.address, headers, &body);
        self.exchange(&bytes).await
    }

    /// Sends the bytes of a request and reads the answer.
    pub(crate) async fn exchange(&mut self, bytes: &[u8]) -> Result<Answer> {
        self.stream.write_all(bytes).await?;
        let head = self.head().await?;
        let end = head.length + head.content.context("an answer without a length")?;
        while self.read.len() < end {
            self.more().await?;
        }
        let body = self.read.get(head.length..end).unwrap_or_default().to_vec();
        self.read.drain(..end);
        Ok(Answer {
            status: head.status,
            body,
        })
    }

    /// Sends a request and reads the head of its answer only; the rest is read piece by piece.
    pub(crate) async fn begin(&mut self, path: &str, headers: Headers<'_>) -> Result<u16> {
        let bytes = request("GET", path, self.address, headers, b"");
        self.stream.write_all(&bytes).await?;
        let head = self.head().await?;
        self.read.drain(..head.length);
        Ok(head.status)
    }

    /// What has been read and not been used, after waiting for more.
    pub(crate) async fn piece(&mut self) -> Result<Vec<u8>> {
        if self.read.is_empty() {
            self.more().await?;
        }
        Ok(std::mem::take(&mut self.read))
    }

    async fn more(&mut self) -> Result<()> {
        if self.stream.read_buf(&mut self.read).await? == 0 {
            bail!("the connection ended");
        }
        Ok(())
    }

    async fn head(&mut self) -> Result<Head> {
        loop {
            if let Some(end) = memmem::find(&self.read, b"\r\n\r\n") {
                let head = self.read.get(..end).unwrap_or_default();
                return Head::read(head, end + 4);
            }
            self.more().await?;
        }
    }
}

struct Head {
    status: u16,
    /// Bytes of the head itself.
    length: usize,
    /// Bytes of the body; `None` when it comes in chunks.
    content: Option<usize>,
}

impl Head {
    fn read(head: &[u8], length: usize) -> Result<Self> {
        let text = std::str::from_utf8(head)
            .ok()
            .context("the answer is not HTTP")?;
        let mut lines = text.split("\r\n");
        let first = lines.next().unwrap_or_default();
        let status = first
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok());
        let status = status.context("the answer is not HTTP")?;
        let chunked = text
            .to_ascii_lowercase()
            .contains("transfer-encoding: chunked");
        let content = lines.find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length")
                .then(|| value.trim().parse().ok())?
        });
        Ok(Self {
            status,
            length,
            content: if chunked {
                None
            } else {
                Some(content.unwrap_or(0))
            },
        })
    }
}
