//! The messaging platform: accepts messages, holds them, and delivers them to practices.
//!
//! # Floor plan
//! * `api`: the partner API · `practice`: the toolbar API · `operator`: health and metrics · `site`:
//!   documentation and problem pages.
//! * `app`: one use case a file; the crate `intake` reads and checks what comes. · `auth`: who
//!   is calling. · `live`: streams. · `jobs`: workers.
//! * `admin`: what an operator does · `admin/pages`: where they do it in a browser · `home`: the first page.
//!
//! No SQL stands here, and nothing of terminals or of PKB.

pub mod admin;
mod api;
mod app;
mod auth;
pub mod config;
mod context;
mod home;
mod jobs;
mod live;
mod metrics;
mod operator;
mod practice;
mod site;

pub use config::PlatformConfig;
pub use intake::LargeBodies;

use axum::Router;
use context::{Context, Ctx};
use httpkit::front::{self, Front};
use httpkit::lifecycle::Shutdown;
use httpkit::live::Streams;
use httpkit::metrics::{HttpMetrics, Metrics};
use httpkit::problem::Refusal;
use model::{Clock, Entropy};
use std::sync::{Arc, Mutex};
use store::platform::PlatformStore;
use tokio::sync::Semaphore;
use wire::problem::ProblemType;

/// One platform node.
pub struct Platform {
    ctx: Ctx,
    metrics: Metrics,
    front: Front,
}

impl Platform {
    /// A node on a store that other nodes may share.
    pub fn new(
        config: PlatformConfig,
        store: PlatformStore,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        shutdown: Shutdown,
    ) -> Self {
        let metrics = Metrics::default();
        let front = Front {
            base_url: config.base_url.as_str().into(),
            clock: Arc::clone(&clock),
            entropy: Arc::clone(&entropy),
            metrics: HttpMetrics::new(&metrics),
        };
        let own = metrics::PlatformMetrics::new(&metrics);
        let streams = Streams::new(
            config.max_streams,
            own.streams.clone(),
            shutdown.clone(),
            Arc::clone(&entropy),
        );
        let bodies = intake::Budget::new(config.large_bodies, &metrics);
        let blobs = Arc::clone(&store.blobs);
        let ctx = Arc::new(Context {
            store,
            clock,
            entropy,
            config,
            shutdown,
            metrics: own,
            streams,
            pages: context::pages(),
            bodies,
            begin_blob: Arc::new(move || blobs.begin()),
            storing: Arc::new(Semaphore::new(context::STORING)),
            doubtful: Mutex::default(),
        });
        Self {
            ctx,
            metrics,
            front,
        }
    }

    /// Every route that clients and toolbars call. `furnish` may add routes and layers, such as the
    /// sandbox's controls, behind the same front door.
    pub fn router(&self, furnish: impl FnOnce(Router) -> Router) -> Router {
        let mut routes = api::routes().merge(practice::routes());
        if self.ctx.config.operator_routes {
            routes = routes
                .merge(operator::routes(self.metrics.clone()))
                .merge(admin::pages::routes());
        }
        let router = routes
            .merge(home::routes())
            .with_state(Arc::clone(&self.ctx))
            .merge(site::router(&self.ctx.config.base_url))
            .merge(httpkit::assets::router())
            .fallback(not_found);
        front::guard(furnish(router), self.front.clone())
    }

    /// Health, metrics and the operators' pages alone, for a listener of their own.
    pub fn operator_router(&self) -> Router {
        let router = operator::routes(self.metrics.clone())
            .merge(admin::pages::routes())
            .merge(home::to_pages())
            .with_state(Arc::clone(&self.ctx))
            .merge(httpkit::assets::router());
        front::guard(router.fallback(not_found), self.front.clone())
    }

    /// The workers: runs until the end begins.
    pub fn work(&self) -> impl Future<Output = ()> + Send + 'static {
        jobs::run(Arc::clone(&self.ctx))
    }
}

async fn not_found() -> Refusal {
    Refusal::new(ProblemType::NotFound)
        .detail("There is no such path. Every call is described at /docs.")
}
