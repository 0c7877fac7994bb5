//! Real load on a messaging platform, closed or open loop, and honest histograms of its answers.
//!
//! A [`Plan`] says where to ([`Target`]), what ([`Requests`]), how ([`Mode`]) and how long ([`Length`]);
//! [`run`] does it and gives an [`Outcome`]. A [`Watch`] shows how far it is, and ends it early.
//! [`Messages`] makes bodies that the platform takes, without building JSON for each.
//!
//! The generator shares its machine with the server as a rule, so it spends little: a task for each
//! connection, HTTP/1.1 kept alive, bodies patched in place or passed on without a copy.

mod body;
mod drive;
mod ids;
mod line;
mod message;
mod outcome;
mod plan;
mod request;
mod schedule;
mod sources;
mod target;
mod watch;

pub use body::Body;
pub use ids::Ids;
pub use message::{Kind, Messages, Recipe, Shape};
pub use outcome::{Fault, Outcome};
pub use plan::{Length, Mode, Plan};
pub use request::{Request, Requests};
pub use sources::{Credentials, HeaderError, Reads, Sends, headers};
pub use target::{Target, TargetError};
pub use watch::{Seen, Watch};

pub use hdrhistogram::Histogram;
pub use hyper::{HeaderMap, Method, Uri};

use std::io;
use std::time::Duration;

/// How long [`reach`] tries.
const REACHED_WITHIN: Duration = Duration::from_secs(10);

/// Why there was no run at all.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// Not one connection could be made.
    #[error("nothing answers at {address}")]
    Unreachable {
        /// Scheme, host and port.
        address: String,
        /// What the first connection failed with.
        source: io::Error,
    },
    /// The machine gave no thread to run it on.
    #[error("no thread could be had for it")]
    NoThread(#[source] io::Error),
}

/// Makes one connection and drops it: whether a server is there, and its certificate good.
///
/// # Errors
/// When no connection can be made; the source says why.
pub async fn reach(target: &Target) -> Result<(), RunError> {
    let made = tokio::time::timeout(REACHED_WITHIN, line::Dial::dial(target));
    let late = |_| Err(io::ErrorKind::TimedOut.into());
    let made = made.await.unwrap_or_else(late);
    made.map(drop).map_err(|source| RunError::Unreachable {
        address: target.address().to_owned(),
        source,
    })
}

/// Runs a plan to its end, or until its [`Watch`] stops it, on the caller's Tokio runtime (with time and I/O).
///
/// All connections are made before the clock starts.
///
/// # Errors
/// When not one connection can be made.
pub async fn run(plan: Plan, watch: &Watch) -> Result<Outcome, RunError> {
    drive::run(plan, watch).await
}

/// The same on one thread of its own, which spends less than two that share the work and leaves more to the server.
///
/// # Errors
/// When not one connection can be made, or no thread can be had.
pub async fn run_apart(plan: Plan, watch: &Watch) -> Result<Outcome, RunError> {
    let watch = watch.clone();
    let apart = tokio::task::spawn_blocking(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(RunError::NoThread)?;
        runtime.block_on(run(plan, &watch))
    });
    apart
        .await
        .unwrap_or_else(|ended| Err(RunError::NoThread(ended.into())))
}
