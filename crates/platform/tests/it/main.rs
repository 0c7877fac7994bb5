//! The platform from its front door: both APIs over HTTP, on a real database, with a clock that stands still.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "helpers of tests may stop the test, and say where it was"
)]

mod access;
mod actors;
mod admin;
mod browser;
mod claims;
mod clinic;
mod codes;
mod faults;
mod fetching;
mod inbox;
mod leftovers;
mod life;
mod logs;
mod malformed;
mod network;
mod no_leak;
mod nodes;
mod operators;
mod permissions;
mod registering;
mod retries;
mod sample;
mod signing_in;
mod slow_senders;
mod socket;
mod sse;
mod streams;
mod widgets;
mod world;
