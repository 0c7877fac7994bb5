//! The platform's storage in one SQLite file, and the gateway's in another.
//!
//! One thread writes: it takes what has queued, runs each call inside its own savepoint, commits once
//! and only then answers ([`writer`]). Reads go straight to read-only connections ([`reader`]). SQL
//! stands in this crate alone, each statement as a named constant whose plan a test looks at ([`sql`]).

pub mod backup;
mod conn;
mod database;
mod error;
mod gateway;
mod health;
mod migrate;
mod open;
mod platform;
mod reader;
mod row;
mod sql;
mod writer;

pub use open::{open, open_gateway, open_gateway_temporary, open_temporary};
