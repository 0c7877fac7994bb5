//! `baton gateway backup` and `baton gateway restore`.

use crate::args::GatewayData;
use crate::backup::gateway as work;
use crate::command::backup::show;
use crate::output;
use crate::storage::gateway::GatewayPlace;
use crate::up::{GATEWAY_DIR, clock_of};
use std::path::Path;

/// Takes a backup.
pub(super) async fn take(data: &GatewayData, to: &Path, json: bool) -> anyhow::Result<()> {
    let place = GatewayPlace::of(data)?;
    let now = clock_of(&data.data_dir, GATEWAY_DIR)?.now();
    let manifest = work::take(&place, to, now).await?;
    show("backup", &manifest, to, json)?;
    if !json {
        output::remark(
            "The key-encryption key is not in it. Keep that elsewhere: without it nothing sealed here opens.",
        );
    }
    Ok(())
}

/// Brings one back.
pub(super) async fn restore(data: &GatewayData, from: &Path, json: bool) -> anyhow::Result<()> {
    let place = GatewayPlace::of(data)?;
    let manifest = work::restore(&place, from).await?;
    show("restored", &manifest, from, json)?;
    if !json {
        output::line(&format!(
            "All of it is in {}. Put the key in its place before you start a gateway, and read what may come \
             twice and what your product must enter again: docs/gateway.md",
            place.shown()
        ));
    }
    Ok(())
}
