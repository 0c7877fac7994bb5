//! The PKB sandbox of the environment.

use super::PKB_DIR;
use super::parts::Surroundings;
use crate::folder::make_own;
use crate::pkb::{self, PkbAccess};
use axum::middleware::from_fn;
use gateway::PkbConfig;
use httpkit::host::require_loopback;
use httpkit::lifecycle::Shutdown;
use httpkit::serve::Bound;
use lab::pkb::{Pkb, PkbConfig as SandboxConfig, PkbControls, Profile};
use std::path::Path;
use std::sync::Arc;
use tokio::task::JoinHandle;

/// The running sandbox.
pub(super) struct Running {
    pub(super) access: PkbAccess,
    pub(super) task: JoinHandle<std::io::Result<()>>,
}

/// Starts it, for the gateway at `gateway_url`: ports may be others than last time, so the app's redirect URI is
/// registered at every start.
pub(super) fn start(
    folder: &Path,
    bound: Bound,
    around: &Surroundings,
    controls: &Arc<PkbControls>,
    gateway_url: &str,
    shutdown: &Shutdown,
) -> anyhow::Result<Running> {
    let data_dir = folder.join(PKB_DIR);
    make_own(&data_dir)?;
    let secret = pkb::system_secret(&data_dir, &*around.entropy)?;
    let url = bound.url();
    let client_id = pkb::USER_CLIENT.to_owned();
    let callback = PkbConfig::new(url.clone(), client_id.clone(), gateway_url).callback_url;
    let client = pkb::user_client(
        client_id.clone(),
        pkb::OWNER.to_owned(),
        pkb::PRODUCT.to_owned(),
        vec![callback],
    );
    let sandbox = Pkb::open(SandboxConfig {
        data_dir,
        base_url: url.clone(),
        clock: around.clock.clone(),
        entropy: Arc::clone(&around.entropy),
        controls: Arc::clone(controls),
        profile: Profile::AsDocumented,
        clients: vec![client],
        system_clients: vec![pkb::system_client(&secret)],
    })?;
    let router = sandbox.router().layer(from_fn(require_loopback));
    Ok(Running {
        access: PkbAccess::new(url, client_id, &secret),
        task: tokio::spawn(bound.serve(router, shutdown.clone())),
    })
}
