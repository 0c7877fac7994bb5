//! Senders that stop, drip or come in crowds hold up nobody who behaves, and leave nothing behind.

use crate::sample::{base64, id, pdf_of, standard, with_id};
use crate::socket::{LONG, Sender, listening, until};
use crate::world::World;
use axum::body::Body;
use axum::http::Method;
use httpkit::pace::Pace;
use httpkit::serve::Limits;
use platform::LargeBodies;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

const MIB: usize = 1024 * 1024;

/// A message with a file of so many bytes.
fn with_file(n: u32, size: usize) -> Value {
    let mut message = with_id(standard(), &id(n));
    message["attachments"][0]["content"] = base64(&pdf_of(size)).into();
    message
}

/// A message with ten files so small that none becomes a blob, and yet a large body.
fn with_small_files(n: u32) -> Value {
    let mut message = with_id(standard(), &id(n));
    let file = |n: u32| {
        let content = base64(&pdf_of(10_000));
        json!({ "mimeType": "application/pdf", "fileName": format!("{n}.pdf"), "content": content })
    };
    message["attachments"] = (0..10).map(file).collect();
    message
}

fn short(silence: u64, grace: u64) -> Limits {
    Limits {
        pace: Pace {
            silence: Duration::from_millis(silence),
            grace: Duration::from_millis(grace),
            bytes_per_second: 1_000_000,
        },
        ..Limits::default()
    }
}

fn large_bodies(at_once: usize) -> LargeBodies {
    LargeBodies {
        at_once,
        wait: Duration::from_millis(300),
        wait_again: Duration::from_secs(5),
        pause: Duration::from_millis(100),
        turn: Duration::from_millis(200),
    }
}

async fn measured(world: &World, line: &str) -> bool {
    let path = wire::paths::operator::METRICS;
    let asked = crate::world::request(Method::GET, path, &[], Body::empty());
    let text = world.call(asked).await.text();
    text.lines().any(|found| found == line)
}

/// So many senders that send half of a message and stop.
async fn halves(
    address: SocketAddr,
    key: &str,
    count: u32,
    message: impl Fn(u32) -> Value,
) -> Vec<Sender> {
    let mut senders = Vec::new();
    for n in 0..count {
        let text = message(1_000 + n).to_string();
        let mut sender = Sender::new(address, key).await;
        sender.head(text.len()).await;
        sender.send(&text.as_bytes()[..text.len() / 2]).await;
        senders.push(sender);
    }
    senders
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_hundred_that_send_half_and_stop_hold_up_nobody() {
    let world = World::reading(LargeBodies {
        pause: Duration::from_millis(100),
        ..LargeBodies::default()
    })
    .await;
    let partner = world.integrator("Pharmacy First").await;
    let address = listening(&world, short(4_000, 4_000)).await;
    // Each connection is two open files here, and each blob another: not more than most systems allow.
    let mut stopped = halves(address, &partner.key, 200, with_small_files).await;
    stopped.extend(halves(address, &partner.key, 100, |n| with_file(n, 100_000)).await);
    let begun = Instant::now();
    for n in 0..20 {
        let mut sender = Sender::new(address, &partner.key).await;
        let small = sender.message(&with_id(standard(), &id(n))).await;
        assert_eq!(small.0, 200, "{small:?}");
        let large = sender.message(&with_file(100 + n, 200_000)).await;
        assert_eq!(large.0, 200, "{large:?}");
    }
    let took = begun.elapsed();
    println!("40 messages beside 300 that stopped: {took:?}");
    assert!(took < Duration::from_secs(10), "{took:?}");
    assert_eq!(world.messages().await, 40);
    for sender in &mut stopped {
        let (status, text) = sender.answer().await;
        assert_eq!(status, 503, "{text}");
        assert!(text.contains("came too slowly"), "{text}");
    }
    let incoming = world.blob_folder().join("incoming");
    until("nothing is left of them", || async {
        std::fs::read_dir(&incoming).unwrap().count() == 0
    })
    .await;
    assert!(measured(&world, "baton_large_bodies 0").await);
    assert!(measured(&world, "baton_large_bodies_paused 0").await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_stopped_gives_its_place_to_another_and_may_go_on_later() {
    let world = World::reading(large_bodies(1)).await;
    let partner = world.integrator("Pharmacy First").await;
    let address = listening(&world, Limits::default()).await;
    let text = with_file(1, MIB).to_string();
    let (first, second) = text.as_bytes().split_at(text.len() / 2);
    let mut slow = Sender::new(address, &partner.key).await;
    slow.head(text.len()).await;
    slow.send(first).await;
    until("it paused", || {
        measured(&world, "baton_large_bodies_paused 1")
    })
    .await;
    let mut quick = Sender::new(address, &partner.key).await;
    assert_eq!(quick.message(&with_file(2, MIB)).await.0, 200);
    slow.send(second).await;
    let (status, text) = slow.answer().await;
    assert_eq!(status, 200, "{text}");
    assert_eq!(world.messages().await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn beyond_the_budget_the_answer_is_a_503_and_small_ones_pass() {
    let world = World::reading(LargeBodies {
        pause: LONG,
        turn: LONG,
        ..large_bodies(2)
    })
    .await;
    let partner = world.integrator("Pharmacy First").await;
    let address = listening(&world, Limits::default()).await;
    let holding = halves(address, &partner.key, 2, |n| with_file(n, MIB)).await;
    until("both places are taken", || {
        measured(&world, "baton_large_bodies 2")
    })
    .await;
    until("both have begun a file", || async {
        world.blob_files().len() == 2
    })
    .await;
    let mut sender = Sender::new(address, &partner.key).await;
    let (status, text) = sender.message(&with_file(1, 300_000)).await;
    assert_eq!(status, 503, "{text}");
    assert!(text.contains("\r\nretry-after: 5\r\n"), "{text}");
    assert!(text.contains("/problems/unavailable"), "{text}");
    // It was read to its end, so the connection may be used again.
    assert_eq!(sender.message(&with_id(standard(), &id(2))).await.0, 200);
    assert_eq!(world.blob_files().len(), 2, "nothing was begun");
    assert!(measured(&world, "baton_large_bodies_refused_total 1").await);
    drop(holding);
    until("the places are free", || {
        measured(&world, "baton_large_bodies 0")
    })
    .await;
    assert_eq!(sender.message(&with_file(1, 300_000)).await.0, 200);
    until("no half file is left", || async {
        world.blob_files().len() == 1
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_that_drips_is_ended_by_the_rate() {
    let world = World::reading(large_bodies(4)).await;
    let partner = world.integrator("Pharmacy First").await;
    let address = listening(&world, short(1_000, 1_000)).await;
    let text = with_file(1, MIB).to_string();
    let mut sender = Sender::new(address, &partner.key).await;
    sender.head(text.len()).await;
    let begun = Instant::now();
    let (reading, mut writing) = sender.socket.split();
    let dripping = async {
        for byte in text.as_bytes() {
            drop(tokio::io::AsyncWriteExt::write_all(&mut writing, &[*byte]).await);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::select! {
        () = dripping => panic!("it was read to its end"),
        readable = reading.readable() => readable.unwrap(),
    }
    assert!(begun.elapsed() < Duration::from_secs(10));
    let (status, text) = sender.answer().await;
    assert_eq!(status, 503, "{text}");
    assert!(text.contains("\r\nretry-after: "), "{text}");
    until("nothing is left of it", || async {
        world.blob_files().is_empty()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_that_are_refused_at_the_door_are_not_read_at_length() {
    let world = World::reading(large_bodies(1)).await;
    let address = listening(&world, Limits::default()).await;
    let mut strangers = halves(address, "bak_unknown_key", 20, |n| with_file(n, MIB)).await;
    // One is read on, so that its sender would get the answer; the others get it at once.
    let mut answered = 0;
    for stranger in &mut strangers {
        let answer = tokio::time::timeout(Duration::from_millis(500), stranger.answer()).await;
        if let Ok((status, text)) = answer {
            assert!(matches!(status, 0 | 401), "{text}");
            answered += 1;
        }
    }
    assert!(answered >= 18, "{answered}");
    let partner = world.integrator("Pharmacy First").await;
    let mut sender = Sender::new(address, &partner.key).await;
    assert_eq!(sender.message(&with_file(1, MIB)).await.0, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bad_message_that_stops_is_a_bad_message() {
    let world = World::new().await;
    let partner = world.integrator("Pharmacy First").await;
    let address = listening(&world, short(500, 500)).await;
    let mut sender = Sender::new(address, &partner.key).await;
    sender.head(100).await;
    sender.send(b"{,").await;
    let (status, text) = sender.answer().await;
    assert_eq!(status, 400, "{text}");
    assert!(text.contains("/problems/malformed-json"), "{text}");
    assert!(!text.contains("retry-after"), "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_toolbar_that_stops_is_told_to_come_back() {
    let world = World::new().await;
    let address = listening(&world, short(500, 500)).await;
    let mut toolbar = Sender::new(address, "").await;
    let head = format!(
        "POST {} HTTP/1.1\r\nHost: platform\r\nContent-Type: application/json\r\n\
         Content-Length: 100\r\n\r\n{{",
        wire::paths::practice::SESSIONS
    );
    toolbar.send(head.as_bytes()).await;
    let (status, text) = toolbar.answer().await;
    assert_eq!(status, 503, "{text}");
    assert!(text.contains("came too slowly"), "{text}");
}
