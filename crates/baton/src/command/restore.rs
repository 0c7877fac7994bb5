//! `baton restore`.

use super::backup::show;
use super::platform::acts::{now, operator};
use crate::args::Restore;
use crate::backup::restore;
use crate::output;
use crate::storage::Place;

/// Brings a backup back.
pub(crate) async fn run(args: Restore, json: bool) -> anyhow::Result<()> {
    let place = Place::of(&args.data.data_dir, &args.data.storage)?;
    let manifest = restore::run(&place, &args.from, &operator(), now(&args.data)?).await?;
    show("restored", &manifest, &args.from, json)?;
    if !json {
        output::line(&format!(
            "All of it is in {}, and every hash is right. Before you start a server, read what may come \
             twice, and what senders must send again: docs/backup.md",
            place.shown()
        ));
    }
    Ok(())
}
