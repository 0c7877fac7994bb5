//! Bringing a backup back, into an empty place, and checking all of it before saying so.

use super::blobs::{self, AT_ONCE};
use super::manifest::{self, Engine, Manifest, Whose};
use super::programs;
use crate::exit::refused;
use crate::folder::make_private;
use crate::output;
use crate::storage::rows::Rows;
use crate::storage::{Database, NoBlobs, Place, new_name, told};
use anyhow::Context as _;
use futures_util::stream::{self, StreamExt as _};
use httpkit::entropy::OsEntropy;
use httpkit::private_file;
use jiff::Timestamp;
use model::{Actor, Hash, PlatformId, Secret};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use store::blob::{BlobError, Blobs, DiskBlobs};
use store::platform::PlatformStore;

/// So many names of blobs are read at once.
const PAGE: u32 = 10_000;

/// Brings a backup back.
pub(crate) async fn run(
    place: &Place,
    from: &Path,
    by: &Actor,
    now: Timestamp,
) -> anyhow::Result<Manifest> {
    let manifest = Manifest::read(from, Whose::Platform)?;
    fits(&manifest, &place.database)?;
    if let Database::File(_) = place.database {
        make_private(&place.folder)?;
        crate::lock::take(&place.folder)?;
    }
    no_rows(place, &manifest).await?;
    let target = place.blobs().await?;
    no_blobs(&*target, place).await?;

    // The database comes last: before it is there, no server starts on half a backup.
    let listed = all_blobs(from, &*target, &manifest).await?;
    output::remark(&format!(
        "{} attachments are in place; now the rows of {}",
        listed.len(),
        manifest.engine.name()
    ));
    if manifest.has(manifest::CODE_KEY) {
        let file = from.join(manifest::CODE_KEY);
        let key = std::fs::read_to_string(&file)
            .with_context(|| format!("cannot read `{}`", file.display()))?;
        place.put_code_key(&Secret::new(key)).await?;
    }
    // Another platform than the one that was backed up, which may still be there: neither may delete what
    // the other's messages name.
    let platform = new_name();
    place.put_owner(platform).await?;
    let act = Act {
        platform,
        by,
        id: &manifest.id,
        now,
    };
    match &place.database {
        Database::File(file) => sqlite(from, file, &manifest, &listed, &act).await?,
        Database::Server(settings) => {
            programs::restore(settings, &from.join(manifest::DUMP)).await?;
            let checks = async {
                postgresql(settings, &manifest).await?;
                complete(&Rows::open(place).await?, &listed, &manifest).await?;
                act.name_and_note(&place.open_to_manage().await?).await
            };
            checks
                .await
                .context("the rows are in, and not good; drop the database before you try again")?;
        }
    }
    Ok(manifest)
}

/// What the restored platform is called, and what its audit log will say of it.
struct Act<'a> {
    platform: PlatformId,
    by: &'a Actor,
    id: &'a str,
    now: Timestamp,
}

impl Act<'_> {
    /// Names the platform, checks every link of its audit log, and adds one.
    async fn name_and_note(&self, store: &PlatformStore) -> anyhow::Result<()> {
        let named = store.directory.identity(self.platform).await?;
        anyhow::ensure!(
            named == self.platform,
            "a server was started on these rows before all of them were checked"
        );
        if store.audit.verify().await?.broken_at.is_some() {
            return Err(refused(
                "the audit log in this backup was changed: a link of its chain does not hold",
            ));
        }
        let audit = &store.audit;
        audit
            .note(self.by, "restore backup", self.id, self.now)
            .await?;
        Ok(())
    }
}

/// Whether the flags name a place that this backup can go to.
pub(super) fn fits(manifest: &Manifest, database: &Database) -> anyhow::Result<()> {
    let here = match database {
        Database::File(_) => Engine::Sqlite,
        Database::Server(_) => Engine::Postgresql,
    };
    if here == manifest.engine {
        return Ok(());
    }
    Err(refused(match manifest.engine {
        Engine::Postgresql => {
            "this is a backup of PostgreSQL; say with --database-url where it goes"
        }
        Engine::Sqlite => {
            "this is a backup of SQLite, which goes to a folder: leave --database-url out"
        }
    }))
}

async fn no_rows(place: &Place, manifest: &Manifest) -> anyhow::Result<()> {
    let taken = match &place.database {
        Database::File(file) => file.exists(),
        Database::Server(settings) => {
            let found = store_postgres::schema(settings).await;
            let found = found.map_err(|error| told(error, settings))?;
            if manifest.schema > found.known {
                return Err(refused(format!(
                    "Baton {} took this backup, and this version does not know its tables; use that one \
                     or a newer one",
                    manifest.baton
                )));
            }
            found.version != 0
        }
    };
    if taken {
        return Err(refused(format!(
            "there is a platform in {} already; a backup goes to an empty place only",
            place.shown()
        )));
    }
    Ok(())
}

async fn no_blobs(target: &dyn Blobs, place: &Place) -> anyhow::Result<()> {
    for first in 0..=u8::MAX {
        if !target.beginning_with(first).await?.is_empty() {
            return Err(refused(format!(
                "there are blobs in {} already: another platform's, or of a restore that was not \
                 finished; a backup goes to an empty place only",
                place.blobs.shown()
            )));
        }
    }
    if place.has_owner().await? {
        return Err(refused(format!(
            "{} is marked as the place of another platform's blobs, or of a restore that was not finished; \
             a backup goes to an empty place only",
            place.blobs.shown()
        )));
    }
    Ok(())
}

/// Copies all blobs that the backup lists; which.
async fn all_blobs(
    from: &Path,
    to: &dyn Blobs,
    manifest: &Manifest,
) -> anyhow::Result<BTreeSet<Hash>> {
    let list = from.join(manifest::BLOB_LIST);
    let text = std::fs::read_to_string(&list)
        .with_context(|| format!("cannot read `{}`", list.display()))?;
    let listed: Option<BTreeSet<Hash>> = text.lines().map(Hash::from_hex).collect();
    let listed = listed.filter(|listed| listed.len() as u64 == manifest.blobs);
    let Some(listed) = listed else {
        return Err(refused(format!("`{}` is damaged", list.display())));
    };
    let folder = from.join(manifest::BLOBS);
    let source = DiskBlobs::open(&folder, Arc::new(OsEntropy))?;
    let source = &source;
    let mut copies = stream::iter(listed.iter().copied())
        .map(|hash| async move { (hash, blobs::copy(source, to, hash).await) })
        .buffer_unordered(AT_ONCE);
    while let Some((hash, copied)) = copies.next().await {
        copied.map_err(|error| match error {
            BlobError::Missing(_) | BlobError::Damaged(_) => refused(format!(
                "the blob {} in `{}` is missing or has changed since the backup was taken; take \
                 another backup",
                hash.to_hex(),
                folder.display()
            )),
            BlobError::Io { .. } => anyhow::Error::new(error),
        })?;
    }
    drop(copies);
    Ok(listed)
}

/// Puts the file in its place once everything about it is right.
async fn sqlite(
    from: &Path,
    file: &Path,
    manifest: &Manifest,
    listed: &BTreeSet<Hash>,
    act: &Act<'_>,
) -> anyhow::Result<()> {
    let beside = file.with_extension("restoring");
    let log = file.with_extension("restoring-wal");
    for leftover in [&beside, &log, &file.with_extension("restoring-shm")] {
        // Of an earlier try.
        drop(std::fs::remove_file(leftover));
    }
    let source = from.join(manifest::SQLITE);
    let hash = manifest::copy(&source, &beside)
        .with_context(|| format!("cannot copy `{}`", source.display()))?;
    anyhow::ensure!(
        manifest
            .files
            .iter()
            .any(|file| file.sha256 == hash.to_hex()),
        "`{}` changed while it was copied",
        source.display()
    );
    equal(store_sqlite::backup::contents(&beside)?.rows, manifest)?;
    store_sqlite::backup::go_on(&beside)?;
    store_sqlite::backup::forget_identity(&beside)?;
    complete(&Rows::File(beside.clone()), listed, manifest).await?;
    let store = store_sqlite::open(&beside, Arc::new(NoBlobs))?;
    act.name_and_note(&store).await?;
    // All of it goes into the one file now.
    drop(store);
    anyhow::ensure!(!log.exists(), "`{}` was not closed well", beside.display());
    std::fs::rename(&beside, file)
        .with_context(|| format!("cannot put `{}` in place", file.display()))?;
    if let Some(folder) = file.parent() {
        private_file::sync_dir(folder)?;
    }
    Ok(())
}

async fn postgresql(
    settings: &store_postgres::Settings,
    manifest: &Manifest,
) -> anyhow::Result<()> {
    let told = |error| told(error, settings);
    let reader = store_postgres::backup::Reader::open(settings)
        .await
        .map_err(told)?;
    equal(reader.contents().await.map_err(told)?.rows, manifest)?;
    drop(reader);
    store_postgres::migrate(settings).await.map_err(told)?;
    store_postgres::backup::go_on(settings)
        .await
        .map_err(told)?;
    store_postgres::backup::forget_identity(settings)
        .await
        .map_err(told)
}

pub(super) fn equal(rows: Vec<(String, u64)>, manifest: &Manifest) -> anyhow::Result<()> {
    let found: BTreeMap<_, _> = rows.into_iter().collect();
    for (table, count) in &manifest.rows {
        let here = found.get(table).copied().unwrap_or_default();
        if here != *count {
            return Err(refused(format!(
                "the table `{table}` has {here} rows, and had {count} when the backup was taken"
            )));
        }
    }
    Ok(())
}

/// Whether every blob that a row names is here, but for those that the manifest says are not.
async fn complete(rows: &Rows, listed: &BTreeSet<Hash>, manifest: &Manifest) -> anyhow::Result<()> {
    let known: BTreeSet<_> = manifest
        .emptied_meanwhile
        .iter()
        .chain(&manifest.damaged)
        .filter_map(|hash| Hash::from_hex(hash))
        .collect();
    let mut after = None;
    loop {
        let page = rows.named_blobs(after, PAGE).await?;
        let Some(last) = page.last().copied() else {
            return Ok(());
        };
        after = Some(last);
        if let Some(missing) = page
            .iter()
            .find(|hash| !listed.contains(hash) && !known.contains(hash))
        {
            return Err(refused(format!(
                "a message names the blob {}, which is not in the backup",
                missing.to_hex()
            )));
        }
    }
}
