//! What every use case is handed first.

use crate::app::reclaim::Doubt;
use crate::config::PlatformConfig;
use crate::metrics::PlatformMetrics;
use httpkit::lifecycle::Shutdown;
use httpkit::live::Streams;
use httpkit::page::{Pages, Site};
use httpkit::problem::Refusal;
use intake::{Begin, Budget};
use jiff::Timestamp;
use model::{Clock, Entropy};
use rust_embed::RustEmbed;
use std::sync::{Arc, Mutex};
use store::StoreError;
use store::platform::PlatformStore;
use tokio::sync::Semaphore;

#[derive(RustEmbed)]
#[folder = "src/templates/"]
struct Templates;

const SITE: Site = Site {
    name: "Baton messaging platform",
    home: "/",
    strapline: "From a supplier’s system to the patient’s record. Not an NHS service.",
};

/// The platform's own pages.
pub(crate) fn pages() -> Pages {
    Pages::new(SITE).with_templates::<Templates>()
}

/// The platform's surroundings.
pub(crate) struct Context {
    pub(crate) store: PlatformStore,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) config: PlatformConfig,
    pub(crate) shutdown: Shutdown,
    pub(crate) metrics: PlatformMetrics,
    pub(crate) streams: Streams,
    pub(crate) pages: Pages,
    pub(crate) bodies: Budget,
    /// Begins the blob of a large attachment.
    pub(crate) begin_blob: Begin,
    /// Room for messages that are being stored, whether their senders still wait or not.
    pub(crate) storing: Arc<Semaphore>,
    /// Blobs of messages that failed: see [`crate::app::reclaim::later`].
    pub(crate) doubtful: Mutex<Vec<Doubt>>,
}

/// So many messages at most are being stored: as many as may queue at a database's writer. Beyond that
/// their senders wait, and with them what they hold in memory.
pub(crate) const STORING: usize = 1024;

/// Shared by all handlers.
pub(crate) type Ctx = Arc<Context>;

impl Context {
    /// The present moment in whole milliseconds, as it is stored.
    pub(crate) fn now(&self) -> Timestamp {
        let millis = self.clock.now().as_millisecond();
        Timestamp::from_millisecond(millis).unwrap_or(Timestamp::MAX)
    }
}

/// A failure of storage as its caller hears of it.
pub(crate) fn storage(error: StoreError) -> Refusal {
    match error {
        StoreError::Unavailable { .. } => Refusal::unavailable(&error),
        StoreError::Inconsistent { .. }
        | StoreError::UnknownSchema { .. }
        | StoreError::OldSchema { .. }
        | StoreError::Fault { .. } => Refusal::internal(&error),
    }
}
