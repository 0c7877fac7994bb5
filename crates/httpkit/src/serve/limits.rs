//! What one server grants its clients.

use crate::pace::Pace;
use std::time::Duration;

/// Bounds of one server. The defaults suit every server of ours.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Open connections. When there are more, the longest idle one is closed for the newcomer; when
    /// none is idle, newcomers wait to be accepted.
    pub connections: usize,
    /// From a connection's first byte, or its opening, to the end of a request's head.
    pub head: Duration,
    /// How long a connection may stay open between requests. More than most clients keep one, so
    /// that it is rarely closed just as the next request is on its way.
    pub idle: Duration,
    /// How slowly bodies may be sent, and answers read.
    pub pace: Pace,
    /// How long open requests may take to finish once the end has begun.
    pub patience: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 1_024,
            head: Duration::from_secs(10),
            idle: Duration::from_secs(75),
            pace: Pace::default(),
            patience: Duration::from_secs(10),
        }
    }
}
