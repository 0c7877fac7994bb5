//! Where accepted messages stand: asked at a polite pace, or at once when the platform tells of a change.
//!
//! `look` asks about one message, `poll` asks when it is time, `push` listens to the platform's events.

mod look;
mod poll;
mod push;

pub(crate) use look::look;
pub(crate) use poll::poll;
pub(crate) use push::listen;
