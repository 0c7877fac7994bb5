//! A stream that breaks off at one node goes on at another: nothing is left out, nothing comes twice.

use super::nodes::{Cluster, NODES};
use crate::world::message::{self, small};
use futures_util::future::join_all;
use reqwest::Response;
use sdk::sse::{Event, Parser};
use serde_json::Value;
use std::collections::BTreeSet;
use std::time::Duration;
use wire::paths::partner::EVENTS;

const LIMIT: Duration = Duration::from_secs(60);
const SENDERS: u64 = 6;
const EACH: u64 = 25;
/// So many events are read before the stream breaks off.
const READ: usize = 7;

/// An open stream.
struct Stream {
    response: Response,
    parser: Parser,
    ready: Vec<Event>,
}

impl Stream {
    fn of(response: Response) -> Self {
        assert_eq!(response.status(), 200);
        Self {
            response,
            parser: Parser::new(),
            ready: Vec::new(),
        }
    }

    /// The next event of this name: its number, and what it says.
    async fn next(&mut self, name: &str) -> (u64, Value) {
        loop {
            while !self.ready.is_empty() {
                let event = self.ready.remove(0);
                if event.name == name {
                    // The first event of a practice's stream has its number inside.
                    let number = event.id.map_or(0, |id| id.parse().unwrap());
                    return (number, serde_json::from_str(&event.data).unwrap());
                }
            }
            let piece = tokio::time::timeout(LIMIT, self.response.chunk()).await;
            let piece = piece.expect("no event came").unwrap();
            let piece = piece.expect("the stream ended");
            self.parser.feed(&piece, &mut self.ready).unwrap();
        }
    }
}

/// What was read, over all breaks.
#[derive(Default)]
struct Read {
    last: u64,
    ids: Vec<String>,
}

impl Read {
    fn take(&mut self, (number, id): (u64, &Value)) {
        assert!(number > self.last, "{number} after {}", self.last);
        self.last = number;
        self.ids.push(id.as_str().unwrap().to_owned());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
#[ignore = "needs PostgreSQL and an S3 server: scripts/test cluster"]
async fn streams_that_move_from_node_to_node_have_no_gap_and_no_repeat() {
    let cluster = Cluster::start().await;
    let desk = cluster.desk().await;
    let (integrator, _) = cluster.client("Kestrel Lane Pharmacy").await;
    let token = cluster.token(&desk, &integrator).await;
    let nodes = cluster.urls().map(|url| integrator.at(&url));
    let desks = cluster.urls().map(|url| desk.at(&url));
    let all = usize::try_from(SENDERS * EACH).unwrap();

    // Before anything is sent, so that the first place is known.
    let hello = Stream::of(desks[0].fetch("/stream", &[]).await)
        .next("hello")
        .await;
    let begin = hello.1["lastEventId"].to_string();

    let sending = join_all((0..SENDERS).map(|sender| {
        let (nodes, token) = (&nodes, &token);
        async move {
            let mut ids = Vec::new();
            for n in 0..EACH {
                let message = small(&format!("marker-{sender}-{n}"));
                let node = &nodes[usize::try_from(sender + n).unwrap() % NODES];
                ids.push(node.sent(token, &message).await);
            }
            ids
        }
    }));
    let sender_side = async {
        let mut read = Read::default();
        let mut place = begin.clone();
        for round in 0.. {
            let node = &nodes[round % NODES];
            let request = node
                .call(reqwest::Method::GET, EVENTS)
                .header("Last-Event-ID", &place);
            let mut stream = Stream::of(request.send().await.unwrap());
            for _ in 0..READ {
                let (number, event) = stream.next("status").await;
                read.take((number, &event["messageId"]));
                if read.ids.len() == all {
                    return read.ids;
                }
            }
            place = read.last.to_string();
        }
        unreachable!("a range without an end");
    };
    let practice_side = async {
        let mut read = Read::default();
        let mut place = begin.clone();
        for round in 1.. {
            let desk = &desks[round % NODES];
            let stream = desk.fetch("/stream", &[("Last-Event-ID", &place)]).await;
            let mut stream = Stream::of(stream);
            for _ in 0..READ {
                let (number, event) = stream.next("message").await;
                read.take((number, &event["message"]["messageId"]));
                if read.ids.len() == all {
                    return read.ids;
                }
            }
            place = read.last.to_string();
        }
        unreachable!("a range without an end");
    };
    let (sent, to_sender, to_practice) = tokio::join!(sending, sender_side, practice_side);
    let sent: BTreeSet<_> = sent.into_iter().flatten().collect();
    assert_eq!(sent.len(), all);
    for told in [to_sender, to_practice] {
        assert_eq!(told.len(), all);
        let told: BTreeSet<_> = told.into_iter().collect();
        assert!(told == sent, "told of others than were sent");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL and an S3 server: scripts/test cluster"]
async fn what_one_node_accepts_is_told_at_once_at_another() {
    let cluster = Cluster::start().await;
    let desk = cluster.desk().await;
    let (integrator, _) = cluster.client("Kestrel Lane Pharmacy").await;
    let token = cluster.token(&desk, &integrator).await;
    let listening = desk.at(&cluster.url(1));
    let mut stream = Stream::of(listening.fetch("/stream", &[]).await);
    stream.next("hello").await;
    let sender = integrator.at(&cluster.url(2));
    let mut slowest = Duration::ZERO;
    for round in 0..20 {
        let message = small(&format!("marker-{round}"));
        sender.sent(&token, &message).await;
        let begun = tokio::time::Instant::now();
        let (_, event) = stream.next("message").await;
        slowest = slowest.max(begun.elapsed());
        assert_eq!(event["message"]["messageId"], message::id(&message));
    }
    println!("told at another node within {slowest:?} of the 200");
    // Polling alone would take longer, some of the twenty times.
    assert!(slowest < Duration::from_secs(1), "{slowest:?}");
}
