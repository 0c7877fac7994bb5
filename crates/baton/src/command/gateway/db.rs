//! `baton gateway db`.

use crate::args::GatewayDb;
use crate::command::db::{Words, show};
use crate::output;
use crate::storage::gateway::GatewayPlace;
use crate::storage::rows::gateway_schema;
use crate::storage::{Database, told};

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
    }
}
