//! Looking at a platform's rows without opening a platform: their schema, and which blobs they name.

use super::gateway::GatewayPlace;
use super::{Database, Place, told};
use model::Hash;
use std::path::PathBuf;
use store_postgres::Settings;
use store_postgres::backup::Reader;

/// Rows of either engine.
pub(crate) enum Rows {
    /// SQLite, in this file.
    File(PathBuf),
    /// PostgreSQL, and the settings to explain its refusals by.
    Server(Reader, Settings),
}

/// Which schema a database has.
pub(crate) struct Schema {
    /// Its version; 0 for an empty database.
    pub(crate) version: i64,
    /// The newest that this program knows.
    pub(crate) known: i64,
    /// The oldest program that can work with it, by the newest version that program knows; where that
    /// is told.
    pub(crate) works_with: Option<i64>,
    /// The same once nothing is missing any more.
    pub(crate) works_with_then: Option<i64>,
    /// What is missing, in its order.
    pub(crate) pending: Vec<String>,
}

impl Rows {
    /// Connects, or finds the file.
    pub(crate) async fn open(place: &Place) -> anyhow::Result<Self> {
        match &place.database {
            Database::File(file) => {
                place.has_file(file)?;
                Ok(Self::File(file.clone()))
            }
            Database::Server(settings) => {
                let reader = Reader::open(settings).await;
                let reader = reader.map_err(|error| told(error, settings))?;
                Ok(Self::Server(reader, settings.clone()))
            }
        }
    }

    /// The blobs that messages name, in the order of their hashes, after one and at most `limit`.
    pub(crate) async fn named_blobs(
        &self,
        after: Option<Hash>,
        limit: u32,
    ) -> anyhow::Result<Vec<Hash>> {
        match self {
            Self::File(file) => Ok(store_sqlite::backup::named_blobs(file, after, limit)?),
            Self::Server(reader, settings) => reader
                .named_blobs(after, limit)
                .await
                .map_err(|error| told(error, settings)),
        }
    }

    /// Whether a message names this blob.
    pub(crate) async fn names_blob(&self, hash: Hash) -> anyhow::Result<bool> {
        match self {
            Self::File(file) => Ok(store_sqlite::backup::names_blob(file, hash)?),
            Self::Server(reader, settings) => reader
                .names_blob(hash)
                .await
                .map_err(|error| told(error, settings)),
        }
    }
}

/// Which schema the database of a place has. Changes nothing.
pub(crate) async fn schema(place: &Place) -> anyhow::Result<Schema> {
    match &place.database {
        Database::File(file) => {
            place.has_file(file)?;
            Ok(Schema::of_file(store_sqlite::backup::schema(file)?))
        }
        Database::Server(settings) => {
            let found = store_postgres::schema(settings).await;
            Ok(Schema::of_server(
                found.map_err(|error| told(error, settings))?,
            ))
        }
    }
}

/// Which schema a gateway's database has. Changes nothing.
pub(crate) async fn gateway_schema(place: &GatewayPlace) -> anyhow::Result<Schema> {
    match &place.database {
        Database::File(file) => {
            place.has_file(file)?;
            Ok(Schema::of_file(store_sqlite::backup::gateway_schema(file)?))
        }
        Database::Server(settings) => {
            let found = store_postgres::gateway_schema(settings).await;
            Ok(Schema::of_server(
                found.map_err(|error| told(error, settings))?,
            ))
        }
    }
}

impl Schema {
    fn of_file(found: store_sqlite::backup::Schema) -> Self {
        Self {
            version: found.version,
            known: found.known,
            works_with: None,
            works_with_then: None,
            pending: found.pending.into_iter().map(str::to_owned).collect(),
        }
    }

    fn of_server(found: store_postgres::Schema) -> Self {
        Self {
            version: found.version,
            known: found.known,
            works_with: Some(found.works_with),
            works_with_then: Some(found.works_with_then),
            pending: found.pending.into_iter().map(str::to_owned).collect(),
        }
    }
}
