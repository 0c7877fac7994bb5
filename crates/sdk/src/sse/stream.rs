//! Events over an open HTTP answer.

use super::{Event, Parser};
use crate::Error;
use reqwest::Response;
use std::collections::VecDeque;

/// What came from a stream.
pub enum Received {
    /// An event.
    Event(Event),
    /// Bytes that completed no event: a heartbeat, or part of something.
    Alive,
}

/// An open `text/event-stream`.
pub struct EventStream {
    response: Response,
    parser: Parser,
    ready: VecDeque<Event>,
}

impl EventStream {
    /// Takes an answer whose content type has been checked.
    pub(crate) fn new(response: Response) -> Self {
        Self {
            response,
            parser: Parser::new(),
            ready: VecDeque::new(),
        }
    }

    /// Waits for what comes next; `None` at the stream's end. The caller decides how long is too long.
    /// Nothing is lost when the waiting is given up.
    ///
    /// # Errors
    /// [`Error::Unreachable`] when the connection breaks, [`Error::Unintelligible`] when an event is
    /// over the limit.
    pub async fn next(&mut self) -> Result<Option<Received>, Error> {
        if let Some(event) = self.ready.pop_front() {
            return Ok(Some(Received::Event(event)));
        }
        let piece = match self.response.chunk().await {
            Ok(Some(piece)) => piece,
            Ok(None) => return Ok(None),
            Err(error) => return Err(Error::transport(&error)),
        };
        let mut events = Vec::new();
        self.parser
            .feed(&piece, &mut events)
            .map_err(|too_long| Error::Unintelligible(too_long.to_string()))?;
        self.ready.extend(events);
        Ok(Some(
            self.ready
                .pop_front()
                .map_or(Received::Alive, Received::Event),
        ))
    }
}
