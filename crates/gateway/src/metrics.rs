//! The gateway's own measurements; requests are measured at the front door.

use httpkit::metrics::Metrics;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;

/// One word on a label.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct BucketLabels {
    pub(crate) bucket: &'static str,
}

/// Where a patient's link stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct StateLabels {
    pub(crate) state: &'static str,
}

/// What came of a try.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct OutcomeLabels {
    pub(crate) outcome: &'static str,
}

/// Counters and gauges.
#[derive(Clone, Default)]
pub(crate) struct GatewayMetrics {
    /// Messages entered, retries of the product apart.
    pub(crate) entered: Counter,
    pub(crate) repeated: Counter,
    pub(crate) messages: Family<BucketLabels, Gauge>,
    pub(crate) tries: Family<OutcomeLabels, Counter>,
    /// Posts to webhooks, by what came of them.
    pub(crate) posts: Family<OutcomeLabels, Counter>,
    pub(crate) sending: Gauge,
    /// 1 while the platform is left alone.
    pub(crate) resting: Gauge,
    pub(crate) looks: Counter,
    /// 1 while this node listens to the platform's events.
    pub(crate) listening: Gauge,
    pub(crate) streams: Gauge,
    pub(crate) deliveries_owed: Gauge,
    pub(crate) worker_failures: Counter,
    /// Patients by where their link stands.
    pub(crate) links: Family<StateLabels, Gauge>,
    /// Renewals of links' tokens, by what came of them.
    pub(crate) refreshes: Family<OutcomeLabels, Counter>,
    /// Renewals after which a link was at risk.
    pub(crate) at_risk: Counter,
}

impl GatewayMetrics {
    pub(crate) fn new(metrics: &Metrics) -> Self {
        let new = Self::default();
        metrics.register(|registry| {
            let mut counter = |name, help, counter: &Counter| {
                registry.register(name, help, counter.clone());
            };
            counter(
                "baton_gateway_entered",
                "Messages entered, retries apart",
                &new.entered,
            );
            counter(
                "baton_gateway_repeated",
                "Messages that were entered again",
                &new.repeated,
            );
            counter(
                "baton_gateway_looks",
                "Times the platform was asked where a message stands",
                &new.looks,
            );
            counter(
                "baton_worker_failures",
                "Worker rounds that failed",
                &new.worker_failures,
            );
            counter(
                "baton_gateway_links_at_risk",
                "Renewals after which a link was at risk of needing a new authorisation",
                &new.at_risk,
            );
            let mut gauge =
                |name, help, gauge: &Gauge| registry.register(name, help, gauge.clone());
            gauge(
                "baton_gateway_sending",
                "Messages on their way to the platform",
                &new.sending,
            );
            gauge(
                "baton_gateway_resting",
                "1 while the platform is left alone because it failed",
                &new.resting,
            );
            gauge(
                "baton_gateway_listening",
                "1 while this node listens to the platform's events",
                &new.listening,
            );
            gauge("baton_live_streams", "Event streams open", &new.streams);
            gauge(
                "baton_gateway_deliveries_owed",
                "Deliveries to webhooks that are owed",
                &new.deliveries_owed,
            );
            registry.register(
                "baton_gateway_messages",
                "Messages by where they stand",
                new.messages.clone(),
            );
            registry.register(
                "baton_gateway_tries",
                "Tries to send, by what came of them",
                new.tries.clone(),
            );
            registry.register(
                "baton_gateway_links",
                "Patients by where their link to a PKB record stands",
                new.links.clone(),
            );
            registry.register(
                "baton_gateway_refreshes",
                "Renewals of links' tokens, by what came of them",
                new.refreshes.clone(),
            );
            registry.register(
                "baton_gateway_webhook_posts",
                "Posts to webhooks, by what came of them",
                new.posts.clone(),
            );
        });
        new
    }
}
