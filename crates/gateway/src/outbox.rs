//! Messages on their way: claimed in turn, sent, and settled by what the platform answers.
//!
//! `worker` claims and keeps several on their way at once, `attempt` is one try, `answer` says what an answer
//! means, `body` makes the platform's JSON while it is sent, `breaker` leaves a failing platform alone.

mod answer;
mod attempt;
mod body;
mod breaker;
mod gate;
mod worker;

pub(crate) use answer::{Heard, heard_of};
pub(crate) use attempt::GATEWAY;
pub(crate) use gate::Gate;
pub(crate) use worker::run;
