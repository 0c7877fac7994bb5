//! A gateway's database in a folder, taken while it runs, and the way back. Its key stays where it is: beside
//! what it seals it would be no key.

use super::manifest::{self, Engine, Manifest, Rows, Whose};
use super::restore::{equal, fits};
use super::{programs, take};
use crate::exit::refused;
use crate::folder::make_private;
use crate::output;
use crate::storage::gateway::GatewayPlace;
use crate::storage::{Database, told};
use anyhow::Context as _;
use httpkit::entropy::OsEntropy;
use httpkit::private_file;
use jiff::Timestamp;
use std::path::Path;
use store_postgres::Settings;
use store_postgres::backup::Reader;

/// Copies a gateway's data to a folder, which is a backup when this returns without an error.
pub(crate) async fn take(
    place: &GatewayPlace,
    to: &Path,
    now: Timestamp,
) -> anyhow::Result<Manifest> {
    if let Database::File(file) = &place.database {
        place.has_file(file)?;
    }
    take::empty(to)?;
    let id = model::entropy::uuid_v4(&OsEntropy).to_string();
    let (name, copied) = match &place.database {
        Database::File(file) => (manifest::GATEWAY_SQLITE, sqlite(file, to).await?),
        Database::Server(settings) => (manifest::GATEWAY_DUMP, postgresql(settings, to).await?),
    };
    let mut manifest = Manifest::new(Whose::Gateway, id, now, copied);
    manifest.add(to, name)?;
    manifest.write(to)?;
    Ok(manifest)
}

async fn sqlite(file: &Path, to: &Path) -> anyhow::Result<Rows> {
    let (file, copy) = (file.to_owned(), to.join(manifest::GATEWAY_SQLITE));
    let work = move || -> anyhow::Result<_> {
        store_sqlite::backup::copy(&file, &copy, &mut |_, _| {})?;
        let contents = store_sqlite::backup::gateway_contents(&copy)?;
        Ok(Rows {
            engine: Engine::Sqlite,
            schema: contents.schema,
            counts: contents.rows.into_iter().collect(),
        })
    };
    tokio::task::spawn_blocking(work).await?
}

async fn postgresql(settings: &Settings, to: &Path) -> anyhow::Result<Rows> {
    let told = |error| told(error, settings);
    let reader = Reader::open_gateway(settings).await.map_err(told)?;
    // Everything below sees the same moment.
    let snapshot = reader.export().await.map_err(told)?;
    let file = to.join(manifest::GATEWAY_DUMP);
    programs::dump(settings, programs::GATEWAY, &snapshot, &file).await?;
    let contents = reader.contents().await.map_err(told)?;
    Ok(Rows {
        engine: Engine::Postgresql,
        schema: contents.schema,
        counts: contents.rows.into_iter().collect(),
    })
}

/// Brings a backup back, and checks all of it before saying so.
pub(crate) async fn restore(place: &GatewayPlace, from: &Path) -> anyhow::Result<Manifest> {
    let manifest = Manifest::read(from, Whose::Gateway)?;
    fits(&manifest, &place.database)?;
    let taken = || {
        refused(format!(
            "there is a gateway in {} already; a backup goes to an empty place only",
            place.shown()
        ))
    };
    match &place.database {
        Database::File(file) => {
            make_private(&place.folder)?;
            crate::lock::take(&place.folder)?;
            if file.exists() {
                return Err(taken());
            }
            to_file(from, file, &manifest)?;
        }
        Database::Server(settings) => {
            let told = |error| told(error, settings);
            let found = store_postgres::gateway_schema(settings)
                .await
                .map_err(told)?;
            if manifest.schema > found.known {
                return Err(refused(format!(
                    "Baton {} took this backup, and this version does not know its tables; use that one or \
                     a newer one",
                    manifest.baton
                )));
            }
            if found.version != 0 {
                return Err(taken());
            }
            output::remark("now the rows");
            programs::restore(settings, &from.join(manifest::GATEWAY_DUMP)).await?;
            to_server(settings, &manifest).await.context(
                "the rows are in, and not good; drop the schema `gateway` before you try again",
            )?;
        }
    }
    Ok(manifest)
}

/// Puts the file in its place once everything about it is right.
fn to_file(from: &Path, file: &Path, manifest: &Manifest) -> anyhow::Result<()> {
    let beside = file.with_extension("restoring");
    let log = file.with_extension("restoring-wal");
    for leftover in [&beside, &log, &file.with_extension("restoring-shm")] {
        // Of an earlier try.
        drop(std::fs::remove_file(leftover));
    }
    let source = from.join(manifest::GATEWAY_SQLITE);
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
    equal(
        store_sqlite::backup::gateway_contents(&beside)?.rows,
        manifest,
    )?;
    store_sqlite::backup::gateway_go_on(&beside)?;
    // All of it goes into the one file now.
    drop(store_sqlite::open_gateway(&beside)?);
    anyhow::ensure!(!log.exists(), "`{}` was not closed well", beside.display());
    std::fs::rename(&beside, file)
        .with_context(|| format!("cannot put `{}` in place", file.display()))?;
    if let Some(folder) = file.parent() {
        private_file::sync_dir(folder)?;
    }
    Ok(())
}

async fn to_server(settings: &Settings, manifest: &Manifest) -> anyhow::Result<()> {
    let told = |error| told(error, settings);
    let reader = Reader::open_gateway(settings).await.map_err(told)?;
    equal(reader.contents().await.map_err(told)?.rows, manifest)?;
    drop(reader);
    store_postgres::migrate_gateway(settings)
        .await
        .map_err(told)?;
    store_postgres::backup::gateway_go_on(settings)
        .await
        .map_err(told)
}
