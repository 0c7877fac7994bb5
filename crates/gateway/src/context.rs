//! What every use case is handed first.

use crate::StartError;
use crate::app::topics::Topics;
use crate::app::wrong_codes::WrongCodes;
use crate::config::GatewayConfig;
use crate::metrics::GatewayMetrics;
use crate::outbox::Gate;
use crate::pages::launch::ToolbarKeys;
use crate::pkb::Pkb;
use crate::vault::Vault;
use crate::webhooks;
use httpkit::lifecycle::Shutdown;
use httpkit::live::Streams;
use httpkit::metrics::Metrics;
use httpkit::page::{Pages, Site};
use httpkit::problem::Refusal;
use intake::Budget;
use jiff::Timestamp;
use model::{Clock, Entropy};
use rust_embed::RustEmbed;
use sdk::PartnerClient;
use std::sync::Arc;
use store::StoreError;
use store::gateway::GatewayStore;

#[derive(RustEmbed)]
#[folder = "src/templates/"]
struct Templates;

const SITE: Site = Site {
    name: "Baton gateway",
    home: "/console",
    strapline: "From a supplier’s product to the messaging platform. Not an NHS service.",
};

/// The gateway's surroundings.
pub(crate) struct Context {
    pub(crate) store: GatewayStore,
    pub(crate) vault: Vault,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) config: GatewayConfig,
    pub(crate) shutdown: Shutdown,
    pub(crate) metrics: GatewayMetrics,
    /// Calls the platform.
    pub(crate) platform: PartnerClient,
    /// Whether the platform may be called now.
    pub(crate) gate: Gate,
    /// Calls PKB, where patients link their record; `None` where that is not set up.
    pub(crate) pkb: Option<Pkb>,
    /// Posts to endpoints, at public addresses only unless others are allowed.
    pub(crate) webhook_client: reqwest::Client,
    pub(crate) pages: Pages,
    pub(crate) bodies: Budget,
    /// The event streams that are open.
    pub(crate) streams: Streams,
    /// The platform's topics, as far as they are known.
    pub(crate) topics: Topics,
    /// Keys of toolbars, as the platform told them lately.
    pub(crate) toolbars: ToolbarKeys,
    /// Wrong access codes of the last minute, by user.
    pub(crate) wrong_codes: WrongCodes,
}

/// Shared by all handlers.
pub(crate) type Ctx = Arc<Context>;

impl Context {
    pub(crate) fn new(
        config: GatewayConfig,
        store: GatewayStore,
        vault: Vault,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        shutdown: Shutdown,
        metrics: &Metrics,
    ) -> Result<Self, StartError> {
        // Streams end themselves; every other call has its own limit.
        let http = httpkit::outbound::client(None)?;
        let platform =
            PartnerClient::new(http, &config.platform_url, config.platform_key.reveal())?;
        let webhook_client = webhooks::client(config.allow_private_webhooks)?;
        let pkb = match &config.pkb {
            Some(pkb) => Some(Pkb::new(pkb, &*entropy)?),
            None => None,
        };
        let own = GatewayMetrics::new(metrics);
        let streams = Streams::new(
            config.max_streams,
            own.streams.clone(),
            shutdown.clone(),
            Arc::clone(&entropy),
        );
        Ok(Self {
            store,
            vault,
            clock,
            entropy,
            shutdown,
            streams,
            platform,
            gate: Gate::new(&config.pace, own.resting.clone()),
            pkb,
            webhook_client,
            metrics: own,
            pages: Pages::new(SITE).with_templates::<Templates>(),
            bodies: Budget::new(config.large_bodies, metrics),
            topics: Topics::default(),
            toolbars: ToolbarKeys::default(),
            wrong_codes: WrongCodes::default(),
            config,
        })
    }

    /// The present moment in whole milliseconds, as it is stored.
    pub(crate) fn now(&self) -> Timestamp {
        let millis = self.clock.now().as_millisecond();
        Timestamp::from_millisecond(millis).unwrap_or(Timestamp::MAX)
    }

    /// A random number.
    pub(crate) fn chance(&self) -> u64 {
        u64::from_le_bytes(model::entropy::bytes(&*self.entropy))
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
