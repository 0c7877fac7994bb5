//! The platform at an address of its own, and requests written by hand.

use crate::world::World;
use httpkit::serve::{Bound, Limits};
use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use wire::paths::partner;

/// Longer than anything here should take.
pub(crate) const LONG: Duration = Duration::from_secs(30);

/// Serves the world with these limits.
pub(crate) async fn listening(world: &World, limits: Limits) -> SocketAddr {
    let bound = Bound::to("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let address = bound.address();
    let (router, shutdown) = (world.router.clone(), world.shutdown.clone());
    tokio::spawn(bound.serve_within(limits, router, shutdown));
    address
}

/// Waits until something holds.
pub(crate) async fn until<F: Future<Output = bool>>(what: &str, holds: impl Fn() -> F) {
    let waiting = async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(LONG, waiting).await.expect(what);
}

/// One connection of a partner.
pub(crate) struct Sender {
    pub(crate) socket: TcpStream,
    key: String,
}

impl Sender {
    pub(crate) async fn new(address: SocketAddr, key: &str) -> Self {
        Self {
            socket: TcpStream::connect(address).await.unwrap(),
            key: key.to_owned(),
        }
    }

    /// The head of a message of so many bytes.
    pub(crate) async fn head(&mut self, length: usize) {
        let head = format!(
            "POST {} HTTP/1.1\r\nHost: platform\r\nApiKey: {}\r\nContent-Type: application/json\r\n\
             Content-Length: {length}\r\n\r\n",
            partner::MESSAGES,
            self.key,
        );
        self.send(head.as_bytes()).await;
    }

    pub(crate) async fn send(&mut self, bytes: &[u8]) {
        self.socket.write_all(bytes).await.unwrap();
    }

    /// One answer with a length: its status and all of its text.
    pub(crate) async fn answer(&mut self) -> (u16, String) {
        let reading = async {
            let mut text = String::new();
            let mut piece = [0; 4096];
            loop {
                let got = self.socket.read(&mut piece).await.unwrap_or(0);
                text.push_str(std::str::from_utf8(&piece[..got]).unwrap_or_default());
                let whole = text.split_once("\r\n\r\n").is_some_and(|(head, body)| {
                    let length = head
                        .lines()
                        .find_map(|line| line.strip_prefix("content-length: "));
                    length.is_some_and(|length| length.parse() == Ok(body.len()))
                });
                if whole || got == 0 {
                    return text;
                }
            }
        };
        let text = tokio::time::timeout(LONG, reading)
            .await
            .expect("an answer");
        let status = text.get(9..12).and_then(|status| status.parse().ok());
        (status.unwrap_or(0), text)
    }

    /// Sends a whole message.
    pub(crate) async fn message(&mut self, message: &serde_json::Value) -> (u16, String) {
        let text = message.to_string();
        self.head(text.len()).await;
        self.send(text.as_bytes()).await;
        self.answer().await
    }
}
