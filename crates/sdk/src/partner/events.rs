//! The client system's own messages as they change: a stream, instead of asking again and again.

use crate::Error;
use crate::sse::{Event, EventStream, Received};
use wire::partner::{StatusEvent, event};

/// What a stream of events told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// A message changed its status.
    Status {
        /// Where the stream stands after this: for the next connection.
        place: Option<String>,
        /// What changed.
        event: StatusEvent,
    },
    /// Earlier events may be missing, or this one cannot be read: ask for the status of every message that is not at its end.
    Gap {
        /// Where the stream stands after this.
        place: Option<String>,
    },
    /// Something else with a place, of a platform newer than this client.
    Other {
        /// Where the stream stands after this.
        place: Option<String>,
    },
    /// A heartbeat.
    Alive,
}

/// An open stream of [`Told`]. Dropping it closes the connection.
pub struct StatusEvents(EventStream);

impl StatusEvents {
    pub(super) fn new(stream: EventStream) -> Self {
        Self(stream)
    }

    /// Waits for what comes next; `None` at the stream's end. A platform that is well says something every 15
    /// seconds; the caller decides how long is too long. Nothing is lost when the waiting is given up.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn next(&mut self) -> Result<Option<Told>, Error> {
        match self.0.next().await? {
            None => Ok(None),
            Some(Received::Alive) => Ok(Some(Told::Alive)),
            Some(Received::Event(event)) => Ok(Some(told(event))),
        }
    }
}

fn told(event: Event) -> Told {
    let Event {
        name,
        data,
        id: place,
    } = event;
    match name.as_str() {
        event::STATUS => match serde_json::from_str(&data) {
            Ok(event) => Told::Status { place, event },
            // Something changed, and nobody can say what. An error would come again with the same event.
            Err(_) => Told::Gap { place },
        },
        event::GAP => Told::Gap { place },
        _ => Told::Other { place },
    }
}
