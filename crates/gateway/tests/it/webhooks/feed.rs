//! The product's stream of events.

use super::desk::Desk;
use axum::body::BodyDataStream;
use axum::response::Response;
use futures_util::StreamExt as _;
use jiff::SignedDuration;
use model::Clock as _;
use serde_json::{Value, json};
use std::time::Duration;

/// An open stream.
struct Stream {
    body: BodyDataStream,
    text: String,
}

/// One event: its id, name and data.
type Event = (String, String, Value);

impl Stream {
    fn of(response: Response) -> Self {
        assert_eq!(response.status().as_u16(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert_eq!(response.headers()["cache-control"], "no-store");
        Self {
            body: response.into_body().into_data_stream(),
            text: String::new(),
        }
    }

    async fn open(desk: &Desk, after: Option<&str>) -> Self {
        Self::of(
            desk.open_after("GET", "/v1/events", Value::Null, after)
                .await,
        )
    }

    /// The next event; `None` when the stream ends.
    async fn next(&mut self) -> Option<Event> {
        let reading = async {
            loop {
                while let Some(end) = self.text.find("\n\n") {
                    let block: String = self.text.drain(..end + 2).collect();
                    let field = |name: &str| {
                        let mut lines = block.lines();
                        lines
                            .find_map(|line| line.strip_prefix(name))
                            .map(str::to_owned)
                    };
                    if let Some(data) = field("data: ") {
                        let data = serde_json::from_str(&data).unwrap();
                        return Some((field("id: ").unwrap(), field("event: ").unwrap(), data));
                    }
                }
                let piece = self.body.next().await?.unwrap();
                self.text.push_str(std::str::from_utf8(&piece).unwrap());
            }
        };
        let read = tokio::time::timeout(Duration::from_secs(10), reading).await;
        read.expect("an event came in time")
    }
}

#[tokio::test]
async fn a_stream_greets_tells_and_goes_on_where_it_broke_off() {
    let desk = Desk::new().await;
    let mut stream = Stream::open(&desk, None).await;
    let (_, name, greeting) = stream.next().await.unwrap();
    assert_eq!(
        (name.as_str(), greeting),
        ("hello", json!({"lastEventId": 0}))
    );
    desk.happen("dr-okafor").await;
    let (first, name, data) = stream.next().await.unwrap();
    assert_eq!(name, "user.forgotten");
    assert_eq!(data["type"], "user.forgotten");
    assert_eq!(data["data"], json!({"userId": "dr-okafor"}));
    drop(stream);
    desk.happen("dr-chen").await;
    desk.happen("dr-llewellyn").await;

    let mut stream = Stream::open(&desk, Some(&first)).await;
    assert_eq!(stream.next().await.unwrap().1, "hello");
    for user in ["dr-chen", "dr-llewellyn"] {
        assert_eq!(stream.next().await.unwrap().2["data"]["userId"], user);
    }
}

#[tokio::test]
async fn a_place_of_another_database_is_a_gap() {
    let desk = Desk::new().await;
    desk.happen("dr-okafor").await;
    let mut stream = Stream::open(&desk, Some("999999")).await;
    let (place, name, greeting) = stream.next().await.unwrap();
    assert_eq!(name, "hello");
    assert_eq!(greeting["lastEventId"].to_string(), place);
    let (gap, name, _) = stream.next().await.unwrap();
    assert_eq!((gap, name.as_str()), (place.clone(), "gap"));
    // From there on, there is none.
    let mut stream = Stream::open(&desk, Some(&place)).await;
    assert_eq!(stream.next().await.unwrap().1, "hello");
    desk.happen("dr-chen").await;
    assert_eq!(stream.next().await.unwrap().1, "user.forgotten");
}

#[tokio::test]
async fn tests_of_endpoints_are_not_told_to_streams() {
    let desk = Desk::new().await;
    let mut stream = Stream::open(&desk, None).await;
    stream.next().await.unwrap();
    let told = desk.add("https://hooks.example.org/").await;
    desk.test(&told).await;
    desk.happen("dr-okafor").await;
    assert_eq!(stream.next().await.unwrap().1, "user.forgotten");
}

#[tokio::test]
async fn a_stream_ends_with_its_key_and_with_its_node() {
    let mut desk = Desk::new().await;
    let mut stream = Stream::open(&desk, None).await;
    stream.next().await.unwrap();
    let ends_at = desk.clock.now() + SignedDuration::from_secs(60);
    let access = &desk.store.access;
    assert!(access.end_key(&desk.key_id, ends_at).await.unwrap());
    desk.happen("dr-okafor").await;
    assert_eq!(stream.next().await.unwrap().1, "user.forgotten");
    desk.wait(SignedDuration::from_secs(61));
    desk.happen("dr-chen").await;
    assert!(stream.next().await.is_none());

    let other = Desk::new().await;
    let mut stream = Stream::open(&other, None).await;
    stream.next().await.unwrap();
    desk.stop().await;
    let mut other = other;
    other.stop().await;
    assert!(stream.next().await.is_none());
}

#[tokio::test]
async fn a_key_may_have_sixteen_streams() {
    let desk = Desk::new().await;
    let mut open = Vec::new();
    for _ in 0..16 {
        open.push(Stream::open(&desk, None).await);
    }
    let refused = desk.open("GET", "/v1/events", Value::Null).await;
    assert_eq!(refused.status().as_u16(), 429);
    assert!(refused.headers().contains_key("retry-after"));
    open.pop();
    Stream::open(&desk, None).await;
}
