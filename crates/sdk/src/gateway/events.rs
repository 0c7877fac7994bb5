//! What happens at the gateway, as it happens.

use super::GatewayClient;
use crate::Error;
use crate::http::send;
use crate::sse::{EventStream, Received};
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use serde::de::DeserializeOwned;
use std::time::Duration;
use wire::gateway::Event;
use wire::gateway::events::{EVENT_TYPES, GAP, Gap, HELLO, Hello};
use wire::paths::gateway as paths;

/// A stream lives until somebody ends it; this only takes away the client's own limit.
const STREAM_TIMEOUT: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// What a stream of events told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// The first word of every connection: events after this place follow.
    Hello(u64),
    /// Something happened.
    Event {
        /// Where the stream stands after this: for the next connection.
        id: Option<String>,
        /// What.
        event: Box<Event>,
    },
    /// Earlier events may be missing: list your messages once.
    Gap,
    /// A heartbeat, or something of a gateway newer than this client.
    Alive,
}

/// An open stream of [`Heard`]. Dropping it closes the connection.
pub struct GatewayEvents(EventStream);

impl GatewayClient {
    /// Opens the stream of events, after the last one you have worked through.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/gateway.in")); } use doc::{gateway, run};
    /// # run(async { let (http, url) = gateway().await;
    /// # let gateway = sdk::GatewayClient::new(http, &url, "bgk_…")?;
    /// use sdk::gateway::Heard;
    ///
    /// // Keep `last` where it survives a restart, and nothing is missed.
    /// let mut last: Option<String> = None;
    /// let mut events = gateway.events(last.as_deref()).await?;
    /// while let Some(heard) = events.next().await? {
    ///     if let Heard::Event { id, event } = heard {
    ///         println!("{} {:?}", event.kind, event.data.message_id);
    ///         last = id;
    ///     }
    /// }
    /// # assert_eq!(last.as_deref(), Some("43"));
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    /// [`Error`].
    pub async fn events(&self, last_event_id: Option<&str>) -> Result<GatewayEvents, Error> {
        let mut request = self
            .get(paths::EVENTS)
            .header(ACCEPT, "text/event-stream")
            .timeout(STREAM_TIMEOUT);
        if let Some(id) = last_event_id {
            request = request.header("Last-Event-ID", id);
        }
        let response = send(request).await?;
        let kind = response.headers().get(CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if kind.starts_with("text/event-stream") {
            Ok(GatewayEvents(EventStream::new(response)))
        } else {
            Err(Error::Unintelligible("no event stream".to_owned()))
        }
    }
}

impl GatewayEvents {
    /// Waits for what comes next; `None` at the stream's end. A gateway that is well says something every 15
    /// seconds; the caller decides how long is too long. Nothing is lost when the waiting is given up.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn next(&mut self) -> Result<Option<Heard>, Error> {
        let event = match self.0.next().await? {
            None => return Ok(None),
            Some(Received::Alive) => return Ok(Some(Heard::Alive)),
            Some(Received::Event(event)) => event,
        };
        let heard = match event.name.as_str() {
            HELLO => Heard::Hello(read::<Hello>(&event.data)?.last_event_id),
            GAP => read::<Gap>(&event.data).map(|_| Heard::Gap)?,
            kind if EVENT_TYPES.contains(&kind) => Heard::Event {
                event: read(&event.data)?,
                id: event.id,
            },
            _ => Heard::Alive,
        };
        Ok(Some(heard))
    }
}

fn read<T: DeserializeOwned>(data: &str) -> Result<T, Error> {
    serde_json::from_str(data).map_err(|error| Error::json(&error))
}
