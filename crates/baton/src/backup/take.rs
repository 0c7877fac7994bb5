//! Taking a backup while servers run.

use super::blobs::{self, AT_ONCE};
use super::manifest::{self, Engine, Manifest, Whose};
use super::programs;
use crate::exit::refused;
use crate::folder::{make_own, write_private};
use crate::output;
use crate::storage::rows::{self, Rows};
use crate::storage::{Database, Place, told};
use anyhow::Context as _;
use futures_util::stream::{self, StreamExt as _};
use httpkit::entropy::OsEntropy;
use jiff::Timestamp;
use model::{Actor, Hash};
use std::path::Path;
use std::sync::Arc;
use store::blob::{BlobError, Blobs, DiskBlobs};

/// So many names of blobs are read at once.
const PAGE: u32 = 10_000;

/// Copies a platform's data to a folder, which is a backup when this returns without an error. What was
/// damaged where it was copied from is in the manifest.
pub(crate) async fn run(
    place: &Place,
    to: &Path,
    by: &Actor,
    now: Timestamp,
) -> anyhow::Result<Manifest> {
    empty(to)?;
    let from = place.blobs().await?;
    let id = model::entropy::uuid_v4(&OsEntropy).to_string();
    note(place, by, &id, now).await?;
    let (copied, named) = match &place.database {
        Database::File(file) => sqlite(file, to).await?,
        Database::Server(settings) => postgresql(settings, to).await?,
    };
    let mut manifest = Manifest::new(Whose::Platform, id, now, copied);
    output::remark(&format!(
        "{} rows of {} copied; now {} attachments",
        manifest.all_rows(),
        manifest.engine.name(),
        named.len()
    ));
    let live = Rows::open(place).await?;
    all_blobs(&*from, to, &named, &live, &mut manifest).await?;
    if let Some(key) = place.code_key_if_any().await? {
        write_private(to, manifest::CODE_KEY, key.reveal().as_bytes())?;
    }
    for name in [
        manifest::SQLITE,
        manifest::DUMP,
        manifest::BLOB_LIST,
        manifest::CODE_KEY,
    ] {
        if to.join(name).is_file() {
            manifest.add(to, name)?;
        }
    }
    manifest.write(to)?;
    Ok(manifest)
}

/// Notes the backup in the audit log, first, so that the copy says itself that it was made. Tables of an
/// older version are left as they are: they are copied before they are changed.
async fn note(place: &Place, by: &Actor, id: &str, now: Timestamp) -> anyhow::Result<()> {
    if !rows::schema(place).await?.pending.is_empty() {
        output::remark("the tables are of an older version: the audit log gets no entry");
        return Ok(());
    }
    let store = place.open_to_manage().await?;
    Ok(store.audit.note(by, "take backup", id, now).await?)
}

/// Makes the folder; one that holds something already stays as it is.
pub(super) fn empty(to: &Path) -> anyhow::Result<()> {
    if std::fs::read_dir(to).is_ok_and(|mut inside| inside.next().is_some()) {
        return Err(refused(format!(
            "`{}` is not empty; every backup needs a folder of its own",
            to.display()
        )));
    }
    make_own(to)
}

async fn sqlite(file: &Path, to: &Path) -> anyhow::Result<(manifest::Rows, Vec<Hash>)> {
    let (file, copy) = (file.to_owned(), to.join(manifest::SQLITE));
    let work = move || -> anyhow::Result<_> {
        store_sqlite::backup::copy(&file, &copy, &mut |_, _| {})?;
        let contents = store_sqlite::backup::contents(&copy)?;
        let mut named = Vec::new();
        loop {
            let after = named.last().copied();
            let page = store_sqlite::backup::named_blobs(&copy, after, PAGE)?;
            if page.is_empty() {
                break;
            }
            named.extend(page);
        }
        let rows = manifest::Rows {
            engine: Engine::Sqlite,
            schema: contents.schema,
            counts: contents.rows.into_iter().collect(),
        };
        Ok((rows, named))
    };
    tokio::task::spawn_blocking(work).await?
}

async fn postgresql(
    settings: &store_postgres::Settings,
    to: &Path,
) -> anyhow::Result<(manifest::Rows, Vec<Hash>)> {
    let told = |error| told(error, settings);
    let reader = store_postgres::backup::Reader::open(settings)
        .await
        .map_err(told)?;
    // Everything below sees the same moment.
    let snapshot = reader.export().await.map_err(told)?;
    let file = to.join(manifest::DUMP);
    programs::dump(settings, programs::PLATFORM, &snapshot, &file).await?;
    let contents = reader.contents().await.map_err(told)?;
    let mut named = Vec::new();
    loop {
        let after = named.last().copied();
        let page = reader.named_blobs(after, PAGE).await.map_err(told)?;
        if page.is_empty() {
            break;
        }
        named.extend(page);
    }
    let rows = manifest::Rows {
        engine: Engine::Postgresql,
        schema: contents.schema,
        counts: contents.rows.into_iter().collect(),
    };
    Ok((rows, named))
}

/// What became of one blob.
enum Copied {
    Whole(u64),
    /// Its message was emptied since the rows were copied.
    Emptied,
    /// It is missing or damaged, and a message needs it.
    Damaged,
}

async fn all_blobs(
    from: &dyn Blobs,
    to: &Path,
    named: &[Hash],
    live: &Rows,
    manifest: &mut Manifest,
) -> anyhow::Result<()> {
    let target = DiskBlobs::open(&to.join(manifest::BLOBS), Arc::new(OsEntropy))?;
    let target = &target;
    let mut copies = stream::iter(named.iter().copied())
        .map(|hash| async move { (hash, one_blob(from, target, live, hash).await) })
        .buffered(AT_ONCE);
    let mut list = String::new();
    while let Some((hash, copied)) = copies.next().await {
        match copied? {
            Copied::Whole(bytes) => {
                manifest.blobs += 1;
                manifest.blob_bytes += bytes;
                list.push_str(&hash.to_hex());
                list.push('\n');
            }
            Copied::Emptied => manifest.emptied_meanwhile.push(hash.to_hex()),
            Copied::Damaged => manifest.damaged.push(hash.to_hex()),
        }
    }
    write_private(to, manifest::BLOB_LIST, list.as_bytes())
}

async fn one_blob(
    from: &dyn Blobs,
    to: &dyn Blobs,
    live: &Rows,
    hash: Hash,
) -> anyhow::Result<Copied> {
    // Twice: equal bytes may be sent again while we look, and put a missing blob back.
    for _ in 0..2 {
        match blobs::copy(from, to, hash).await {
            Ok(bytes) => return Ok(Copied::Whole(bytes)),
            Err(BlobError::Missing(_) | BlobError::Damaged(_)) => {
                if !live.names_blob(hash).await? {
                    return Ok(Copied::Emptied);
                }
            }
            Err(error) => {
                return Err(error)
                    .with_context(|| format!("cannot copy the blob {}", hash.to_hex()));
            }
        }
    }
    Ok(Copied::Damaged)
}

#[cfg(test)]
mod tests;
