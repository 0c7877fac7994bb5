//! The gateway: what a supplier runs beside its own product so that it need not write any of this.
//!
//! # Floor plan
//! * `api`: the product API · `console`: pages for operators · `pages`: where a practitioner comes in from the toolbar,
//!   and enters an access code · `widget`: what the toolbar shows of us · `patient`: the patient app's pages · `operator`: health and metrics.
//! * `app`: one use case a file; the crate `intake` reads and checks what comes. · `auth`: who is calling.
//! * `outbox`: messages on their way to the platform · `follow`: where accepted ones stand · `webhooks`: telling
//!   the product · `jobs`: the workers that do all this.
//! * `pkb`: patients' links to their PKB record, and their tokens.
//! * `vault`: what must be used again and must not lie in the clear. · `admin`: what an operator does.
//!
//! No SQL stands here, and nothing of terminals.

pub mod admin;
mod api;
mod app;
mod auth;
pub mod config;
mod console;
mod context;
mod follow;
mod jobs;
mod metrics;
mod operator;
mod outbox;
mod pages;
mod patient;
mod pkb;
pub mod vault;
mod webhooks;
pub mod widget;

pub use config::{GatewayConfig, OperatorHeader, Pace, PkbConfig};
pub use intake::LargeBodies;

use axum::Router;
use context::{Context, Ctx};
use httpkit::front::{self, Front};
use httpkit::lifecycle::Shutdown;
use httpkit::metrics::{HttpMetrics, Metrics};
use httpkit::problem::Refusal;
use model::{Clock, Entropy};
use std::sync::Arc;
use store::gateway::GatewayStore;
use vault::Vault;
use wire::problem::ProblemType;

/// One gateway node.
pub struct Gateway {
    ctx: Ctx,
    metrics: Metrics,
    front: Front,
}

/// Why a gateway does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The platform's address or its key cannot be used.
    #[error("the platform's address or API key cannot be used: it {0}")]
    Platform(#[from] sdk::BadAddress),
    /// PKB's address cannot be used, or calls there could not be prepared.
    #[error("calls of Patients Know Best (PKB) could not be prepared")]
    Pkb(#[from] sdk::pkb::Unusable),
    /// Calls to others could not be prepared.
    #[error("calls over TLS could not be prepared")]
    Tls(#[from] reqwest::Error),
}

impl Gateway {
    /// A node on a store that other nodes may share.
    ///
    /// # Errors
    /// [`StartError`].
    pub fn new(
        config: GatewayConfig,
        store: GatewayStore,
        vault: Vault,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        shutdown: Shutdown,
    ) -> Result<Self, StartError> {
        let metrics = Metrics::default();
        let front = Front {
            base_url: config.base_url.as_str().into(),
            clock: Arc::clone(&clock),
            entropy: Arc::clone(&entropy),
            metrics: HttpMetrics::new(&metrics),
        };
        let ctx = Context::new(config, store, vault, clock, entropy, shutdown, &metrics)?;
        Ok(Self {
            ctx: Arc::new(ctx),
            metrics,
            front,
        })
    }

    /// Every route that the product, practitioners and operators call. `furnish` may add routes and layers behind
    /// the same front door.
    pub fn router(&self, furnish: impl FnOnce(Router) -> Router) -> Router {
        let mut routes = api::routes()
            .merge(pages::routes())
            .merge(console::routes())
            .merge(patient::routes(&self.ctx));
        if self.ctx.config.operator_routes {
            routes = routes.merge(operator::routes(self.metrics.clone()));
        }
        let router = routes
            .with_state(Arc::clone(&self.ctx))
            .merge(api::reference::routes(&self.ctx.config.base_url))
            .merge(httpkit::assets::router())
            .fallback(not_found);
        front::guard(furnish(router), self.front.clone())
    }

    /// Health and metrics alone, for a listener of their own.
    pub fn operator_router(&self) -> Router {
        let router = operator::routes(self.metrics.clone()).with_state(Arc::clone(&self.ctx));
        front::guard(router.fallback(not_found), self.front.clone())
    }

    /// What a former process of a sole node left half done is settled: to be awaited before the first request is taken, so
    /// that nobody is told what stood before. A store that fails is told in the log, and asked again by the workers.
    pub async fn settle(&self) {
        jobs::settle(&self.ctx).await;
    }

    /// The workers: runs until the end has begun and what is being sent has been sent or given back.
    pub fn work(&self) -> impl Future<Output = ()> + Send + 'static {
        jobs::run(Arc::clone(&self.ctx))
    }
}

async fn not_found() -> Refusal {
    Refusal::new(ProblemType::NotFound)
        .detail("There is no such path. Every call is described at /docs.")
}
