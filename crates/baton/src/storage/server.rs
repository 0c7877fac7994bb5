//! A database server, and what its refusals mean to whoever typed the command.

use super::{OldSchema, database_url};
use crate::exit::{refused, unreachable};
use httpkit::entropy::OsEntropy;
use std::sync::Arc;
use store::StoreError;
use store::blob::Blobs;
use store::platform::PlatformStore;
use store_postgres::Settings;

/// Opens a platform's database on a server; one that is empty gets its schema.
pub(super) async fn open(
    settings: &Settings,
    blobs: Arc<dyn Blobs>,
    old: OldSchema,
) -> anyhow::Result<PlatformStore> {
    let told = |error| told(error, settings);
    if old == OldSchema::Migrate {
        store_postgres::migrate(settings).await.map_err(told)?;
    }
    store_postgres::open(settings, blobs, Arc::new(OsEntropy))
        .await
        .map_err(told)
}

/// What a server's refusal means, without quoting its URL.
pub(crate) fn told(error: StoreError, settings: &Settings) -> anyhow::Error {
    let place = database_url::shown(settings);
    match &error {
        StoreError::Unavailable { .. } => {
            let cause =
                std::error::Error::source(&error).map_or_else(String::new, httpkit::problem::chain);
            unreachable(format!(
                "{place} does not let us in: {cause}. {}",
                advice(&cause)
            ))
        }
        StoreError::OldSchema { .. } => refused(format!(
            "{place} needs a change of its tables before this version can use it; run `baton db status`, \
             then `baton db migrate` once, then start again"
        )),
        StoreError::UnknownSchema { .. } => refused(format!(
            "{place} was not made by this version of Baton: {error}. Run the version that made it, or a \
             newer one, or name another database"
        )),
        StoreError::Fault { transaction, .. } if *transaction == store_postgres::NOT_UTF8 => {
            refused(format!(
                "{place} cannot hold every name and letter; make one with `createdb --encoding=UTF8 --template=template0`"
            ))
        }
        _ if httpkit::problem::chain(&error).contains("42501") => refused(format!(
            "{place} does not let this user do that. It must own the schema `platform`, or may make it: \
             `GRANT CREATE ON DATABASE … TO …` (docs/operators.md)"
        )),
        _ => anyhow::Error::new(error).context(place),
    }
}

/// What to do, by the server's own code for what is wrong.
fn advice(cause: &str) -> &'static str {
    const KNOWN: [(&str, &str); 5] = [
        (
            "28P01",
            "The password in --database-url is not that user's.",
        ),
        (
            "28000",
            "The server lets that user not in from here; look at its pg_hba.conf.",
        ),
        (
            "3D000",
            "There is no such database; make it with `createdb`, or name another one.",
        ),
        (
            "53300",
            "The server has no connection left; raise its max_connections, or lower --database-connections.",
        ),
        (
            "25006",
            "It is a standby, and takes no writes; name the primary too: postgres://USER@A,B/NAME.",
        ),
    ];
    KNOWN.iter().find(|(code, _)| cause.contains(code)).map_or(
        "Is it running, and are host, port and user in --database-url right?",
        |(_, advice)| advice,
    )
}
