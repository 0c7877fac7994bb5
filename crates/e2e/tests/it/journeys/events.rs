//! The sender's stream of changes, instead of polling.

use crate::world::World;
use crate::world::message::small;
use crate::world::partner::standing;
use reqwest::Method;
use sdk::sse::{Event, Parser};
use serde_json::{Value, json};
use std::time::Duration;
use wire::paths::partner::EVENTS;

const LIMIT: Duration = Duration::from_secs(60);

/// An open stream.
struct Stream {
    response: reqwest::Response,
    parser: Parser,
    ready: Vec<Event>,
}

impl Stream {
    async fn open(world: &World, after: Option<&str>) -> Self {
        let mut request = world.integrator.call(Method::GET, EVENTS);
        if let Some(after) = after {
            request = request.header("Last-Event-ID", after);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        let kind = response.headers()["content-type"].to_str().unwrap();
        assert!(kind.starts_with("text/event-stream"), "{kind}");
        Self {
            response,
            parser: Parser::new(),
            ready: Vec::new(),
        }
    }

    /// The next change of a status: its event id, and what it says.
    async fn next(&mut self) -> (String, Value) {
        loop {
            while !self.ready.is_empty() {
                let event = self.ready.remove(0);
                if event.name == "status" {
                    return (
                        event.id.unwrap(),
                        serde_json::from_str(&event.data).unwrap(),
                    );
                }
            }
            let piece = tokio::time::timeout(LIMIT, self.response.chunk()).await;
            let piece = piece.expect("no event came").unwrap();
            let piece = piece.expect("the stream ended");
            self.parser.feed(&piece, &mut self.ready).unwrap();
        }
    }
}

#[tokio::test]
async fn the_sender_hears_of_each_change_and_misses_none_after_a_break() {
    let world = World::start().await;
    let token = world.token().await;
    let mut stream = Stream::open(&world, None).await;
    let id = world
        .integrator
        .sent(&token, &small("marker-of-the-stream"))
        .await;
    let mut told = Vec::new();
    for _ in 0..3 {
        told.push(stream.next().await);
    }
    let seen: Vec<_> = told.iter().map(|(_, event)| standing(event)).collect();
    assert_eq!(
        seen,
        [
            "PENDING / Awaiting instant import",
            "PENDING / Import in progress",
            "COMPLETED / Imported automatically",
        ]
    );
    assert!(
        told.iter()
            .all(|(_, event)| event["messageId"] == json!(id))
    );
    drop(stream);

    // While nobody listens, a second message goes its way.
    let second = world
        .integrator
        .sent(&token, &small("marker-while-away"))
        .await;
    world
        .integrator
        .until(&second, "COMPLETED / Imported automatically")
        .await;
    let (first_id, _) = &told[0];
    let mut stream = Stream::open(&world, Some(first_id)).await;
    for event in &told[1..] {
        assert_eq!(stream.next().await, *event);
    }
    let mut rest = Vec::new();
    for _ in 0..3 {
        let (_, event) = stream.next().await;
        assert_eq!(event["messageId"], json!(second));
        rest.push(standing(&event));
    }
    assert_eq!(rest, seen);
}
