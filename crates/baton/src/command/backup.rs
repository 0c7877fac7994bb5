//! `baton backup`.

use super::platform::acts::{now, operator};
use crate::args::Backup;
use crate::backup::{Manifest, take};
use crate::output;
use crate::storage::Place;
use serde_json::json;
use std::path::Path;

/// So many damaged blobs are named.
const NAMED: usize = 10;

/// Takes a backup.
pub(crate) async fn run(args: Backup, json: bool) -> anyhow::Result<()> {
    let place = Place::of(&args.data.data_dir, &args.data.storage)?;
    let manifest = take::run(&place, &args.to, &operator(), now(&args.data)?).await?;
    show("backup", &manifest, &args.to, json)?;
    let damaged = manifest.damaged.len();
    let some: Vec<_> = manifest
        .damaged
        .iter()
        .take(NAMED)
        .map(String::as_str)
        .collect();
    anyhow::ensure!(
        damaged == 0,
        "the backup has everything but {damaged} attachments, which are missing or damaged where they \
         are kept; run `baton doctor`: {}",
        some.join(", ")
    );
    Ok(())
}

/// What was copied.
pub(super) fn show(
    what: &str,
    manifest: &Manifest,
    folder: &Path,
    json: bool,
) -> anyhow::Result<()> {
    if json {
        return output::json(&json!({
            what: {
                "id": manifest.id,
                "folder": folder,
                "takenAt": manifest.taken_at.to_string(),
                "messages": manifest.messages(),
                "rows": manifest.all_rows(),
                "blobs": manifest.blobs,
                "bytes": manifest.bytes(),
                "emptiedMeanwhile": manifest.emptied_meanwhile.len(),
                "damaged": manifest.damaged,
            }
        }));
    }
    output::line(&format!(
        "{} messages, {} rows and {} large attachments, {} MB in all, as of {}",
        manifest.messages(),
        manifest.all_rows(),
        manifest.blobs,
        manifest.bytes().div_ceil(1_000_000),
        manifest.taken_at
    ));
    let emptied = manifest.emptied_meanwhile.len();
    if emptied > 0 {
        output::line(&format!(
            "{emptied} attachments are left out: retention emptied their messages while they were copied"
        ));
    }
    Ok(())
}
