//! Serving from its front door: real sockets, and clients that do not behave.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "helpers of tests may stop the test, and say where it was"
)]

mod bodies;
mod connections;
mod http2;
mod server;
