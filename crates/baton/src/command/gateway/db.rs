//! `baton gateway db`.

use crate::args::GatewayDb;
use crate::command::db::{Words, show};
use crate::output;
use crate::storage::gateway::GatewayPlace;
use crate::storage::rows::gateway_schema;
use crate::storage::{Database, told};
use serde_json::json;

const WORDS: Words = Words {
    migrate: "baton gateway db migrate",
};

/// Runs one of the commands.
pub(super) async fn run(command: GatewayDb, json: bool) -> anyhow::Result<()> {
    match command {
        GatewayDb::Status(data) => {
            let place = GatewayPlace::of(&data)?;
            let found = gateway_schema(&place).await?;
            show(&WORDS, &place.database, &place.shown(), &found, json)
        }
        GatewayDb::Migrate(data) => {
            let place = GatewayPlace::of(&data)?;
            let before = gateway_schema(&place).await?;
            match &place.database {
                // Opening it to write brings it up to date.
                Database::File(_) => drop(place.open_to_manage().await?),
                Database::Server(settings) => {
                    let migrated = store_postgres::migrate_gateway(settings).await;
                    migrated.map_err(|error| told(error, settings))?;
                }
            }
            let after = gateway_schema(&place).await?;
            if !json && before.version != after.version {
                output::line(&format!(
                    "brought from version {} to {}",
                    before.version, after.version
                ));
            }
            show(&WORDS, &place.database, &place.shown(), &after, json)
        }
        GatewayDb::WentBack(data) => {
            let place = GatewayPlace::of(&data)?;
            match &place.database {
                Database::File(file) => {
                    place.has_file(file)?;
                    crate::lock::take(&place.folder)?;
                    store_sqlite::backup::gateway_go_on(file)?;
                }
                Database::Server(settings) => {
                    // Only with tables as this version wants them.
                    drop(place.open_to_manage().await?);
                    let gone_on = store_postgres::backup::gateway_go_on(settings).await;
                    gone_on.map_err(|error| told(error, settings))?;
                }
            }
            if json {
                return output::json(&json!({ "wentBack": true }));
            }
            output::line(
                "done: events go on beyond every place that was ever given, and patients who were linked are asked \
                 to connect again",
            );
            Ok(())
        }
    }
}
