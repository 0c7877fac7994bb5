//! Reads server-sent events, with patience that ends.

use axum::body::BodyDataStream;
use axum::response::Response;
use futures_util::StreamExt as _;
use serde_json::Value;
use std::time::Duration;

/// Long enough for a slow machine, short enough for a test.
const PATIENCE: Duration = Duration::from_secs(10);

/// One event.
#[derive(Debug)]
pub(crate) struct Event {
    pub(crate) id: Option<u64>,
    pub(crate) name: String,
    pub(crate) data: Value,
}

/// An open stream.
pub(crate) struct Stream {
    body: BodyDataStream,
    text: String,
}

impl Stream {
    pub(crate) fn of(response: Response) -> Self {
        assert_eq!(response.status().as_u16(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert_eq!(response.headers()["cache-control"], "no-store");
        Self {
            body: response.into_body().into_data_stream(),
            text: String::new(),
        }
    }

    /// The next event; `None` when the stream ends.
    pub(crate) async fn next(&mut self) -> Option<Event> {
        let reading = async {
            loop {
                if let Some(end) = self.text.find("\n\n") {
                    let event = read(&self.text[..end]);
                    self.text.drain(..end + 2);
                    if event.is_some() {
                        return event;
                    }
                    continue;
                }
                let piece = self.body.next().await?.unwrap();
                self.text.push_str(std::str::from_utf8(&piece).unwrap());
            }
        };
        tokio::time::timeout(PATIENCE, reading)
            .await
            .expect("an event came in time")
    }

    /// The next event, which must have that name.
    pub(crate) async fn expect(&mut self, name: &str) -> Event {
        let event = self.next().await.expect("the stream goes on");
        assert_eq!(event.name, name, "{event:?}");
        event
    }

    /// Asserts that nothing comes for a while.
    pub(crate) async fn assert_quiet(&mut self) {
        let quiet = tokio::time::timeout(Duration::from_millis(200), self.next()).await;
        assert!(quiet.is_err(), "{quiet:?}");
    }
}

fn read(block: &str) -> Option<Event> {
    let field = |name: &str| {
        let mut lines = block
            .lines()
            .filter_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        lines.next()
    };
    let data = field("data")?;
    Some(Event {
        id: field("id").map(|id| id.parse().unwrap()),
        name: field("event").unwrap().to_owned(),
        data: serde_json::from_str(data).unwrap(),
    })
}
