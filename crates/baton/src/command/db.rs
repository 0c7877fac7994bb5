//! `baton db`: which tables a database has, and bringing them up to date.

use super::platform::acts::{now, operator};
use crate::args::Db;
use crate::output;
use crate::storage::rows::{Schema, schema};
use crate::storage::{Database, Place, told};
use serde_json::json;

/// Runs one of the commands.
pub(crate) async fn run(command: Db, json: bool) -> anyhow::Result<()> {
    match command {
        Db::Status(data) => {
            let place = Place::of(&data.data_dir, &data.storage)?;
            show(
                &PLATFORM,
                &place.database,
                &place.shown(),
                &schema(&place).await?,
                json,
            )
        }
        Db::Migrate(data) => {
            let place = Place::of(&data.data_dir, &data.storage)?;
            let before = match &place.database {
                Database::File(_) => {
                    let before = schema(&place).await?;
                    // Opening it to write brings it up to date.
                    drop(place.open_to_manage().await?);
                    before
                }
                Database::Server(settings) => {
                    let told = |error| told(error, settings);
                    let before = schema(&place).await?;
                    store_postgres::migrate(settings).await.map_err(told)?;
                    before
                }
            };
            let after = schema(&place).await?;
            if !json && before.version != after.version {
                output::line(&format!(
                    "brought from version {} to {}",
                    before.version, after.version
                ));
            }
            show(&PLATFORM, &place.database, &place.shown(), &after, json)
        }
        Db::WentBack(data) => {
            let place = Place::of(&data.data_dir, &data.storage)?;
            if let Database::File(file) = &place.database {
                place.has_file(file)?;
                crate::lock::take(&place.folder)?;
            }
            let store = place.open_to_manage().await?;
            let at = now(&data)?;
            let subject = match place.database {
                Database::File(_) => "sqlite",
                Database::Server(_) => "postgresql",
            };
            let audit = &store.audit;
            audit
                .note(&operator(), "database went back", subject, at)
                .await?;
            drop(store);
            match &place.database {
                Database::File(file) => store_sqlite::backup::go_on(file)?,
                Database::Server(settings) => {
                    let told = |error| told(error, settings);
                    store_postgres::backup::go_on(settings)
                        .await
                        .map_err(told)?;
                }
            }
            if json {
                return output::json(&json!({ "wentBack": true }));
            }
            output::line("done: events go on beyond every place that was ever given");
            Ok(())
        }
    }
}

/// How the commands on a database are called.
pub(super) struct Words {
    /// What brings the tables up to date.
    pub(super) migrate: &'static str,
}

const PLATFORM: Words = Words {
    migrate: "baton db migrate",
};

/// Shows what was found.
pub(super) fn show(
    words: &Words,
    database: &Database,
    place: &str,
    schema: &Schema,
    json: bool,
) -> anyhow::Result<()> {
    let migrate = words.migrate;
    if json {
        return output::json(&json!({
            "engine": match database {
                Database::File(_) => "sqlite",
                Database::Server(_) => "postgresql",
            },
            "version": schema.version,
            "known": schema.known,
            "worksWith": schema.works_with,
            "worksWithThen": schema.works_with_then,
            "pending": schema.pending,
        }));
    }
    output::line(&format!("Database   {place}"));
    if schema.version == 0 {
        output::line(&format!(
            "Tables     none yet; `{migrate}` or the first server to start makes them"
        ));
        return Ok(());
    }
    output::line(&format!(
        "Tables     version {}; this program knows up to {}",
        schema.version, schema.known
    ));
    if let Some(oldest) = schema.works_with_then {
        let when = if schema.pending.is_empty() {
            ""
        } else {
            "once migrated, "
        };
        output::line(&format!(
            "Beside it  {when}programs that know version {oldest} or a newer one may go on running"
        ));
    }
    if schema.pending.is_empty() {
        output::line("Pending    nothing");
    } else {
        output::line(&format!("Pending    {}", schema.pending.join(", ")));
        output::line(&match database {
            Database::File(_) => format!("Next: start the server, or run `{migrate}`."),
            Database::Server(_) => {
                format!("Next: run `{migrate}` once, then start the new version's nodes.")
            }
        });
    }
    Ok(())
}
