//! Posts that get no answer, and what is told of them.

use super::*;
use crate::webhooks::address::guard::{self, Names};
use async_trait::async_trait;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use store::gateway::{Happened, Happening};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;

/// Every name is this machine's.
struct Here;

#[async_trait]
impl Names for Here {
    async fn look_up(&self, _: &str) -> io::Result<Vec<IpAddr>> {
        Ok(vec![Ipv4Addr::LOCALHOST.into()])
    }
}

async fn sent(url: &str, allow_private: bool) -> Answer {
    let entry = Entry {
        place: 7,
        happened: Happened {
            at: Timestamp::UNIX_EPOCH,
            by: "gateway".to_owned(),
            what: Happening::Forgotten(model::UserId::parse("dr-okafor").unwrap()),
        },
    };
    let client = guard::client(Arc::new(Here), allow_private).unwrap();
    let post = Post::new(&entry, &[], Timestamp::UNIX_EPOCH).unwrap();
    post.send(&client, url.parse().unwrap()).await.answer
}

async fn listener() -> (TcpListener, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, port)
}

#[tokio::test]
async fn a_name_that_stands_for_this_machine_is_not_posted_to() {
    let (listener, port) = listener().await;
    let url = format!("http://hooks.example.org:{port}/");
    assert_eq!(sent(&url, false).await, Silence::RefusedAddress.into());
    let knocked = tokio::time::timeout(std::time::Duration::from_millis(100), listener.accept());
    assert!(knocked.await.is_err());
}

#[tokio::test]
async fn why_there_was_no_answer_is_told_in_a_word() {
    let (closed, port) = listener().await;
    drop(closed);
    let url = format!("http://hooks.example.org:{port}/");
    assert_eq!(sent(&url, true).await, Silence::Unreachable.into());

    let (listener, port) = listener().await;
    let speaking = tokio::spawn(async move {
        let mut callers = Vec::new();
        while let Ok((mut caller, _)) = listener.accept().await {
            caller.write_all(b"this is no handshake\r\n").await.unwrap();
            callers.push(caller);
        }
    });
    let url = format!("https://hooks.example.org:{port}/");
    assert_eq!(sent(&url, true).await, Silence::Tls.into());
    let url = format!("http://hooks.example.org:{port}/");
    assert_eq!(sent(&url, true).await, Silence::Unreachable.into());
    speaking.abort();
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_has_fifteen_seconds() {
    let (listener, port) = listener().await;
    let url = format!("http://hooks.example.org:{port}/");
    let begun = tokio::time::Instant::now();
    let (answer, held) = tokio::join!(sent(&url, true), listener.accept());
    assert_eq!(answer, Silence::TimedOut.into());
    assert_eq!(begun.elapsed().as_secs(), 15);
    drop(held);
}
