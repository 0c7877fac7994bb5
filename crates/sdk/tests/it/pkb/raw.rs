//! A server of bytes: it reads one request of each connection, writes what it was told to, and hangs up or not.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What is done with a connection.
#[derive(Clone, Copy)]
pub(crate) enum Deed {
    /// Write these bytes without reading, and hang up.
    Greet(&'static [u8]),
    /// Read and write nothing; keep the connection.
    Ignore,
    /// Read a whole request and hang up.
    HangUp,
    /// Read a whole request and write nothing; keep the connection.
    Silent,
    /// Read a whole request, write these bytes and hang up.
    Write(&'static [u8]),
    /// Read a whole request, write a head and this many bytes of body without an end in sight.
    Flood(usize),
    /// Read whole requests, answer each with these bytes; hang up when the second one comes.
    HangUpOnTheSecond(&'static [u8]),
}

pub(crate) struct Raw {
    pub(crate) address: String,
    requests: Arc<AtomicUsize>,
    connections: Arc<AtomicUsize>,
}

impl Raw {
    pub(crate) async fn that(deed: Deed) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let raw = Self {
            address: listener.local_addr().unwrap().to_string(),
            requests: Arc::default(),
            connections: Arc::default(),
        };
        let (requests, connections) = (Arc::clone(&raw.requests), Arc::clone(&raw.connections));
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                connections.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(serve(stream, deed, Arc::clone(&requests)));
            }
        });
        raw
    }

    /// How many whole requests came, and on how many connections.
    pub(crate) fn seen(&self) -> (usize, usize) {
        (
            self.requests.load(Ordering::SeqCst),
            self.connections.load(Ordering::SeqCst),
        )
    }
}

async fn serve(mut stream: TcpStream, deed: Deed, requests: Arc<AtomicUsize>) {
    match deed {
        Deed::Greet(bytes) => {
            drop(stream.write_all(bytes).await);
            return;
        }
        Deed::Ignore => {
            tokio::time::sleep(Duration::from_secs(60)).await;
            return;
        }
        _ => {}
    }
    while request(&mut stream).await {
        let count = requests.fetch_add(1, Ordering::SeqCst);
        match deed {
            Deed::Write(bytes) => return drop(stream.write_all(bytes).await),
            Deed::Silent => tokio::time::sleep(Duration::from_secs(60)).await,
            Deed::HangUpOnTheSecond(bytes) if count == 0 => {
                stream.write_all(bytes).await.unwrap();
            }
            Deed::Flood(bytes) => {
                let head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n";
                drop(stream.write_all(head).await);
                return drop(stream.write_all(&vec![b' '; bytes]).await);
            }
            _ => return,
        }
    }
}

/// A server that hears of one connection, and leaves it to the test.
pub(crate) async fn one() -> (String, JoinHandle<TcpStream>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let accepted = tokio::spawn(async move { listener.accept().await.unwrap().0 });
    (url, accepted)
}

/// Reads one request with its body; whether there was one.
async fn request(stream: &mut TcpStream) -> bool {
    let (mut read, mut buffer) = (Vec::new(), [0; 4096]);
    loop {
        let count = stream.read(&mut buffer).await.unwrap_or_default();
        if count == 0 {
            return false;
        }
        read.extend_from_slice(&buffer[..count]);
        let text = String::from_utf8_lossy(&read);
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head
            .lines()
            .filter_map(|line| line.split_once(':'))
            .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
            .map_or(0, |(_, value)| value.trim().parse().unwrap());
        if body.len() >= length {
            return true;
        }
    }
}
