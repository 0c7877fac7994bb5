//! The gateway of the environment: its data, its first key and user, and its server.

use super::first_start::{self, Kept};
use super::sdk_dir::AtGateway;
use super::{GATEWAY_DIR, parts::Surroundings, widget};
use crate::args::{KeySources, Up};
use crate::folder::make_own;
use crate::pkb;
use crate::storage::gateway::GatewayPlace;
use crate::storage::{Database, OldSchema};
use axum::middleware::from_fn;
use gateway::{Gateway, GatewayConfig, PkbConfig};
use httpkit::host::require_loopback;
use httpkit::lifecycle::Shutdown;
use httpkit::serve::Bound;
use jiff::SignedDuration;
use model::{Clock, Secret};
use std::sync::Arc;
use store::gateway::GatewayStore;
use store::platform::PlatformStore;
use tokio::task::JoinHandle;

/// The running gateway.
pub(super) struct Running {
    pub(super) connection: AtGateway,
    shutdown: Shutdown,
    tasks: Vec<JoinHandle<std::io::Result<()>>>,
}

impl Running {
    /// Ends it: what it is sending is answered or given back first.
    pub(super) async fn end(self) {
        self.shutdown.begin();
        super::parts::ended(self.tasks).await;
    }
}

/// Opens the gateway's data, and makes what is missing at the platform and here.
pub(super) async fn prepare(
    args: &Up,
    around: &Surroundings,
    platform: &PlatformStore,
    kept: &mut Kept,
) -> anyhow::Result<(GatewayPlace, GatewayStore)> {
    let folder = &args.data.data_dir;
    let own = folder.join(GATEWAY_DIR);
    make_own(&own)?;
    let place = GatewayPlace::at(
        &own,
        args.storage.database_url.as_ref(),
        args.storage.database_connections,
    )?;
    let now = around.clock.now();
    let store = place.open_to_serve(OldSchema::Migrate, now).await?;
    first_start::prepare_gateway(folder, platform, &store, kept, now, &*around.entropy).await?;
    Ok((place, store))
}

/// Whom it calls.
pub(super) struct Others<'a> {
    pub(super) platform: &'a PlatformStore,
    pub(super) platform_url: &'a str,
    pub(super) pkb_url: &'a str,
}

/// Starts it.
pub(super) async fn start(
    bound: Bound,
    around: &Surroundings,
    (place, store): (GatewayPlace, GatewayStore),
    kept: &first_start::KeptGateway,
    Others {
        platform,
        platform_url,
        pkb_url,
    }: Others<'_>,
) -> anyhow::Result<Running> {
    let shutdown = Shutdown::default();
    let clock: Arc<dyn Clock> = around.clock.clone();
    let own_key = KeySources {
        key_file: None,
        key: None,
        former_key_files: Vec::new(),
    };
    let vault = place.vault(&own_key, &store, Arc::clone(&clock)).await?;
    let url = bound.url();
    let leads = widget::Leads {
        store: &store,
        vault: &vault,
        url: &url,
        platform_url,
        platform_key: &kept.platform_key,
    };
    widget::prepare(leads, platform, around).await?;
    let platform_key = Secret::new(kept.platform_key.clone());
    let mut config = GatewayConfig::new(url.clone(), platform_url.to_owned(), platform_key);
    // A sandbox: whoever tries it listens on this very machine, and no product is there to make links.
    config.allow_private_webhooks = true;
    config.open_authorise_page = true;
    let mut at_pkb = PkbConfig::new(pkb_url.to_owned(), pkb::USER_CLIENT.to_owned(), &url);
    // As long as the sandbox's sessions are, unless it is told otherwise.
    let session = SignedDuration::from_secs(lab::pkb::PkbState::default().session_seconds);
    at_pkb.session_length = Some(session);
    config.pkb = Some(at_pkb);
    config.patient_app = true;
    crate::pkb::PRODUCT.clone_into(&mut config.patient_app_name);
    config.sole_node = matches!(place.database, Database::File(_));
    let gateway = Gateway::new(
        config,
        store,
        vault,
        clock,
        Arc::clone(&around.entropy),
        shutdown.clone(),
    )?;
    gateway.settle().await;
    let router = gateway.router(|router| router.layer(from_fn(require_loopback)));
    let work = gateway.work();
    let tasks = vec![
        tokio::spawn(async move {
            work.await;
            Ok(())
        }),
        tokio::spawn(bound.serve(router, shutdown.clone())),
    ];
    let connection = AtGateway {
        console_url: format!("{url}{}", wire::paths::gateway::CONSOLE),
        patient_app_url: Some(format!("{url}{}", wire::paths::gateway::PATIENT_APP)),
        url,
        api_key: kept.api_key.clone(),
        user_id: first_start::USER.to_owned(),
        console_user: first_start::OPERATOR.to_owned(),
        console_password: kept.console_password.clone(),
    };
    Ok(Running {
        connection,
        shutdown,
        tasks,
    })
}
