//! A thousand messages and a million: what an operation takes then and now. Too large for every day; run it with
//! `cargo test --release -p store-sqlite --test it -- --ignored million --nocapture`.

use crate::open;
use bytes::Bytes;
use jiff::Timestamp;
use model::attachment::{Attachment, Kind};
use model::message::{Body, BodyType, ClaimMode, Envelope, Event, LEASE, Stage};
use model::organisation::{ClientSystem, Practice};
use model::{
    Actor, ClientMessageId, ClientSystemId, FileName, Hash, MessageRef, NhsNumber, OdsCode,
    SessionId, SpineUserId,
};
use std::future::Future;
use std::path::Path;
use std::time::{Duration, Instant};
use store::platform::{Accepted, Applied, AttachmentBytes, NewMessage, PlatformStore};
use tempfile::TempDir;
use tokio::task::JoinSet;
use uuid::Uuid;

const BY: Actor = Actor::System;
const PRACTICES: u64 = 1_000;
/// Practices whose lists are read.
const ASKED: u64 = 40;
const FEW: u64 = 1_000;
const MANY: u64 = 1_000_000;
/// Callers at once while the database is filled, and while its rate is measured.
const FILLERS: u64 = 256;
const CALLERS: u64 = 64;
/// How often each operation is timed.
const RUNS: u64 = 1_000;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_795_251_600 + seconds).unwrap()
}

fn client() -> ClientSystemId {
    ClientSystemId(Uuid::from_u128(1))
}

fn practice(n: u64) -> OdsCode {
    OdsCode::parse(&format!("A{n:05}")).unwrap()
}

/// Whose message the `n`th is: the first ones go to few practices, so that a page is full from the start.
fn recipient(n: u64) -> OdsCode {
    practice(n % if n < FEW { ASKED } else { PRACTICES })
}

fn reference(n: u64) -> MessageRef {
    MessageRef(Uuid::from_u128(u128::from(n) + 1))
}

/// Random to the database, as senders' ids are.
fn message_id(n: u64) -> ClientMessageId {
    let hash = Hash::of(&n.to_be_bytes());
    let bytes = hash.as_bytes().first_chunk().unwrap();
    ClientMessageId(Uuid::from_bytes(*bytes))
}

/// A tiny message: a few words and 2 KiB.
fn message(n: u64) -> NewMessage {
    let content = Bytes::from_static(&[b'x'; 2 * 1024]);
    let attachment = Attachment {
        kind: Kind::Pdf,
        file_name: FileName::parse("Letter.pdf").unwrap(),
        size: content.len() as u64,
        hash: Hash::of(&content),
    };
    NewMessage {
        envelope: Envelope {
            reference: reference(n),
            client: client(),
            message_id: message_id(n),
            approval: None,
            topic: model::topic::DISPENSE_EVENT.to_owned(),
            practice: recipient(n),
            subject: NhsNumber::parse("9547852140").unwrap(),
            accepted_at: at(0),
            expires_at: at(86_400),
            content_hash: Hash::of(&n.to_be_bytes()),
        },
        stage: Stage::new(None),
        body: Some(Body {
            kind: BodyType::Plain,
            content: "Please see the letter.".to_owned(),
        }),
        attachments: vec![(attachment, AttachmentBytes::Inline(content))],
        coded_data: Vec::new(),
    }
}

async fn begin(store: &PlatformStore) {
    let directory = &store.directory;
    let pharmacy = ClientSystem {
        id: client(),
        name: "Pharmacy".to_owned(),
        disabled: false,
        instant: true,
    };
    directory.add_client(&BY, &pharmacy, at(0)).await.unwrap();
    for n in 0..PRACTICES {
        let surgery = Practice {
            ods_code: practice(n),
            name: "The Surgery".to_owned(),
        };
        directory.put_practice(&BY, &surgery, at(0)).await.unwrap();
    }
}

/// Accepts the messages from `first` to before `end`, `callers` at once; how long that took.
async fn accept(store: &PlatformStore, first: u64, end: u64, callers: u64) -> Duration {
    let begun = Instant::now();
    let mut tasks = JoinSet::new();
    for caller in 0..callers {
        let store = store.clone();
        tasks.spawn(async move {
            let mut n = first + caller;
            while n < end {
                let accepted = store.messages.accept(&BY, &message(n)).await;
                assert_eq!(accepted.unwrap(), Accepted::New);
                n += callers;
            }
        });
    }
    tasks.join_all().await;
    begun.elapsed()
}

/// The median time of `run`, in microseconds.
async fn p50<F: Future<Output = ()>>(runs: u64, mut run: impl FnMut(u64) -> F) -> f64 {
    let mut times = Vec::new();
    for n in 0..runs {
        let begun = Instant::now();
        run(n).await;
        times.push(begun.elapsed());
    }
    times.sort_unstable();
    times.get(times.len() / 2).unwrap().as_secs_f64() * 1e6
}

/// Spreads `n` over `0..count`.
fn spread(n: u64, count: u64) -> u64 {
    (n * 7_919 + 13) % count
}

/// What each operation takes with `count` messages there, and how many more there are afterwards.
async fn measure(store: &PlatformStore, count: u64) -> (Vec<(&'static str, f64)>, u64) {
    let someone = SpineUserId::parse("555000000101").unwrap();
    let mut rows = Vec::new();
    let messages = &store.messages;
    let status = p50(RUNS, |n| async move {
        let id = message_id(spread(n, count));
        assert!(messages.find(client(), id).await.unwrap().is_some());
    });
    rows.push(("status, µs", status.await));
    let someone = &someone;
    let first = p50(RUNS, |n| async move {
        let practice = practice(n % ASKED);
        let page = messages.waiting(&practice, someone, None, 10).await;
        assert_eq!(page.unwrap().len(), 10);
    });
    rows.push(("next 10, µs", first.await));
    let later = p50(RUNS, |n| async move {
        let (practice, after) = (practice(n % ASKED), Some(reference(count / 2)));
        let page = messages.waiting(&practice, someone, after, 10).await;
        assert_eq!(page.unwrap().len(), 10);
    });
    rows.push(("10 from the middle, µs", later.await));
    let claim = Event::Claim {
        holder: SessionId(Uuid::from_u128(7)),
        mode: ClaimMode::Review,
        lease: LEASE,
    };
    let claim = &claim;
    let claimed = p50(300, |n| async move {
        let applied = messages.apply(&BY, reference(count / 2 + n), claim, at(1));
        assert!(matches!(applied.await.unwrap(), Applied::Changed(_)));
    });
    rows.push(("claim, committed, µs", claimed.await));
    let due = p50(RUNS, |_| async move {
        let settled = messages.settle_due(at(-1), 50).await.unwrap();
        assert_eq!((settled.changed, settled.more), (0, false));
    });
    rows.push(("settle, nothing due, µs", due.await));
    let alone = p50(300, |n| async move {
        let accepted = messages.accept(&BY, &message(count + n)).await;
        assert_eq!(accepted.unwrap(), Accepted::New);
    });
    rows.push(("accept, one caller, µs", alone.await));
    let took = accept(store, count + 300, count + 60_300, CALLERS).await;
    rows.push((
        "accept, 64 callers, µs a message",
        took.as_secs_f64() * 1e6 / 60_000.0,
    ));
    (rows, 60_300)
}

fn size(folder: &Path) -> f64 {
    let mut bytes = 0;
    for name in ["platform.sqlite", "platform.sqlite-wal"] {
        bytes += std::fs::metadata(folder.join(name)).map_or(0, |file| file.len());
    }
    #[expect(clippy::cast_precision_loss, reason = "it is printed")]
    let bytes = bytes as f64;
    bytes
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes minutes and 6 GB; run it in release"]
async fn a_million_messages_cost_what_a_thousand_cost() {
    let folder = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let store = open(folder.path());
    begin(&store).await;
    accept(&store, 0, FEW, FILLERS).await;
    let (few, more) = measure(&store, FEW).await;
    let from = FEW + more;
    let took = accept(&store, from, MANY, FILLERS).await.as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "it is printed")]
    let (added, total) = ((MANY - from) as f64, MANY as f64);
    println!(
        "filled: {added} messages in {took:.0} s, {:.0} a second",
        added / took
    );
    println!(
        "size: {:.0} bytes a message of 2 KiB",
        size(folder.path()) / total
    );
    let begun = Instant::now();
    drop(store);
    println!("closed in {:.1} ms", begun.elapsed().as_secs_f64() * 1e3);
    let begun = Instant::now();
    let store = open(folder.path());
    println!("opened in {:.1} ms", begun.elapsed().as_secs_f64() * 1e3);
    let (many, _) = measure(&store, MANY).await;
    println!("{:34} {FEW:>10} {MANY:>10} {:>6}", "", "ratio");
    for ((name, few), (_, many)) in few.iter().zip(&many) {
        println!("{name:34} {few:10.1} {many:10.1} {:6.2}", many / few);
    }
    // With few, every page is in the connection's own cache; with many, some come from the system's, for a
    // microsecond or two each. A scan would take seconds.
    for ((name, few), (_, many)) in few.iter().zip(&many).take(3) {
        assert!(many / few < 1.5 || *many < 100.0, "{name}");
    }
}
