//! Opening a database: schema, connections, tasks.

use crate::connect::Connector;
use crate::core::Core;
use crate::link::{Ears, Session};
use crate::migrate::{self, MIGRATING, Schema};
use crate::platform::{Db, go_on_growing};
use crate::settings::{BadUrl, Settings};
use crate::trouble::Class;
use model::Entropy;
use std::sync::Arc;
use std::time::Duration;
use store::blob::Blobs;
use store::platform::PlatformStore;
use store::{Result, StoreError};
use tokio::time::{Instant, sleep};

const OPENING: &str = "open the database";
/// How long a server may take to start.
const WITHIN: Duration = Duration::from_secs(8);
const PAUSE: Duration = Duration::from_millis(200);

/// Opens the platform's database, and fills an empty one.
///
/// When the last clone of the answer is dropped, its tasks end and its connections are cut.
///
/// # Errors
/// [`StoreError::OldSchema`] when it has to be migrated first; [`StoreError::UnknownSchema`] when a newer
/// program changed it so that this one cannot work on it, or when it is none of ours;
/// [`StoreError::Unavailable`] when it cannot be reached; [`StoreError::Fault`] for a URL that cannot be read.
pub async fn open(
    settings: &Settings,
    blobs: Arc<dyn Blobs>,
    entropy: Arc<dyn Entropy>,
) -> Result<PlatformStore> {
    let connector = Connector::new(settings).map_err(refused)?;
    let session = reach(&connector, OPENING).await?;
    let found = migrate::schema(&session).await?;
    if found.version == 0 {
        migrate::apply(&session).await?;
    } else if found.fits().is_err() {
        migrate::wait_for_others(&session).await?;
        migrate::schema(&session).await?.fits()?;
    }
    drop(session);
    let core = Core::start(connector, settings.connections, blobs, entropy)
        .map_err(|trouble| trouble.during(OPENING))?;
    let core = Arc::new(core);
    go_on_growing(&core).await?;
    Ok(assemble(core))
}

/// Brings the schema of a database up to date.
///
/// # Errors
/// As [`open`].
pub async fn migrate(settings: &Settings) -> Result<Schema> {
    let connector = Connector::new(settings).map_err(refused)?;
    let session = reach(&connector, MIGRATING).await?;
    migrate::apply(&session).await
}

/// The schema of a database, which stays as it is.
///
/// # Errors
/// As [`open`], but an older schema is an answer.
pub async fn schema(settings: &Settings) -> Result<Schema> {
    let connector = Connector::new(settings).map_err(refused)?;
    let session = reach(&connector, OPENING).await?;
    migrate::schema(&session).await
}

fn assemble(core: Arc<Core>) -> PlatformStore {
    let blobs = Arc::clone(&core.blobs);
    let db = Arc::new(Db::start(core));
    PlatformStore {
        directory: db.clone(),
        devices: db.clone(),
        permissions: db.clone(),
        messages: db.clone(),
        feed: db.clone(),
        audit: db.clone(),
        blobs,
        health: db.clone(),
        upkeep: db,
    }
}

/// A connection besides those of the pool; the server may be starting.
async fn reach(connector: &Connector, transaction: &'static str) -> Result<Session> {
    let until = Instant::now() + WITHIN;
    loop {
        let trouble = match connector.connect(Ears::default()).await {
            Ok(session) => return Ok(session),
            Err(trouble) => trouble,
        };
        if trouble.class != Class::Gone || Instant::now() > until {
            return Err(trouble.during(transaction));
        }
        sleep(PAUSE).await;
    }
}

fn refused(bad: BadUrl) -> StoreError {
    StoreError::Fault {
        transaction: "read the database URL",
        source: Some(Box::new(bad)),
    }
}
