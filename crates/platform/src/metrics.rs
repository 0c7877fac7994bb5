//! The platform's own measurements; requests are measured at the front door.

use httpkit::metrics::Metrics;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;

/// A message's status on a label.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct StatusLabels {
    pub(crate) status: String,
    pub(crate) sub_status: String,
}

/// Counters and gauges.
#[derive(Clone, Default)]
pub(crate) struct PlatformMetrics {
    pub(crate) accepted: Counter,
    pub(crate) repeated: Counter,
    pub(crate) streams: Gauge,
    pub(crate) messages: Family<StatusLabels, Gauge>,
    pub(crate) damaged_blobs: Counter,
    pub(crate) worker_failures: Counter,
    pub(crate) set_aside: Counter,
}

impl PlatformMetrics {
    pub(crate) fn new(metrics: &Metrics) -> Self {
        let new = Self::default();
        metrics.register(|registry| {
            registry.register(
                "baton_messages_accepted",
                "Messages accepted, retries apart",
                new.accepted.clone(),
            );
            registry.register(
                "baton_messages_repeated",
                "Safe retries answered again",
                new.repeated.clone(),
            );
            registry.register(
                "baton_live_streams",
                "Event streams open",
                new.streams.clone(),
            );
            registry.register("baton_messages", "Messages by status", new.messages.clone());
            registry.register(
                "baton_damaged_blobs",
                "Blobs whose bytes lost their hash",
                new.damaged_blobs.clone(),
            );
            registry.register(
                "baton_worker_failures",
                "Worker rounds that failed",
                new.worker_failures.clone(),
            );
            registry.register(
                "baton_messages_set_aside",
                "Times that a message could not be read and was put off",
                new.set_aside.clone(),
            );
        });
        new
    }
}
