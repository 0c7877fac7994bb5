//! Throw-away PostgreSQL servers and S3 servers for tests and the bench: on loopback, in temporary folders,
//! gone with the value that stands for them, and with the test's process however that ends.
//!
//! Everything here blocks, and everything is bounded in time.

mod error;
mod folder;
mod port;
mod postgres;
mod process;
mod programs;
mod s3;

pub use error::{Error, Result};
pub use postgres::{Postgres, Settings, url_of};
pub use s3::S3;
