//! `baton pas serve`.

use crate::args::Pas as Command;
use crate::output;
use httpkit::clock::SystemClock;
use httpkit::entropy::OsEntropy;
use httpkit::serve::Bound;
use lab::pas::faults::PasFaults;
use lab::pas::{Pas, PasConfig};
use lab::people;
use serde_json::json;
use std::sync::Arc;

/// Runs the Test PAS of the demo practice.
pub(crate) async fn run(command: Command, json: bool) -> anyhow::Result<()> {
    let Command::Serve { data_dir, listen } = command;
    let shutdown = super::ends_on_signal()?;
    let bound = Bound::to(listen).await?;
    crate::folder::make_private(&data_dir)?;
    let pas = Pas::open(PasConfig {
        data_dir,
        organisation: people::riverside(),
        users: people::riverside_practitioners(),
        clock: Arc::new(SystemClock),
        entropy: Arc::new(OsEntropy),
        faults: Arc::new(PasFaults::new()),
    })?;
    let url = bound.url();
    if json {
        output::json(&json!({ "ready": true, "url": url }))?;
    } else {
        output::line(&format!("The Test PAS is at {url}. Ctrl-C ends it."));
    }
    // Whoever opens it to a network has named it there; at home it answers to its own name only.
    let router = if bound.address().ip().is_loopback() {
        pas.router()
            .layer(axum::middleware::from_fn(httpkit::host::require_loopback))
    } else {
        pas.router()
    };
    bound.serve(router, shutdown).await?;
    Ok(())
}
