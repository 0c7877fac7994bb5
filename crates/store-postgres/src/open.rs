//! Opening a database: schema, connections, tasks.

use crate::connect::Connector;
use crate::core::Core;
use crate::gateway;
use crate::horizon::go_on;
use crate::link::{Ears, Session};
use crate::migrate::{self, GATEWAY, MIGRATING, PLATFORM, Realm, Schema};
use crate::platform::{Db, GO_ON_GROWING, Platform};
use crate::settings::{BadUrl, Settings};
use crate::trouble::Class;
use model::Entropy;
use std::sync::Arc;
use std::time::Duration;
use store::blob::Blobs;
use store::gateway::{GatewayStore, Wakes};
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
    let connector = ready(settings, &PLATFORM).await?;
    let platform = Platform::start(&connector, blobs, &entropy);
    let core = Core::start(connector, settings.connections, entropy, platform)
        .map_err(|trouble| trouble.during(OPENING))?;
    let core = Arc::new(core);
    go_on(&core, GO_ON_GROWING).await?;
    Ok(assemble(core))
}

/// Opens a gateway's database, and fills an empty one. It may be the platform's: its tables are in a schema of
/// their own. Nodes hear of each other's changes by looking.
///
/// # Errors
/// As [`open`].
pub async fn open_gateway(settings: &Settings, entropy: Arc<dyn Entropy>) -> Result<GatewayStore> {
    let connector = ready(settings, &GATEWAY).await?;
    let wakes = Arc::<Wakes>::default();
    let side = gateway::Gateway::new(Arc::clone(&wakes));
    let core = Core::start(connector, settings.connections, entropy, side)
        .map_err(|trouble| trouble.during(OPENING))?;
    go_on(&core, gateway::GO_ON_GROWING).await?;
    let db = Arc::new(gateway::Db::new(core));
    Ok(GatewayStore {
        users: db.clone(),
        outbox: db.clone(),
        pieces: db.clone(),
        events: db.clone(),
        webhooks: db.clone(),
        vault: db.clone(),
        access: db.clone(),
        wakes,
        patients: db.clone(),
        links: db.clone(),
        accounts: db.clone(),
        launches: db.clone(),
        health: db,
    })
}

/// Brings the platform's schema of a database up to date.
///
/// # Errors
/// As [`open`].
pub async fn migrate(settings: &Settings) -> Result<Schema> {
    bring_up_to_date(settings, &PLATFORM).await
}

/// Brings the gateway's schema of a database up to date.
///
/// # Errors
/// As [`open`].
pub async fn migrate_gateway(settings: &Settings) -> Result<Schema> {
    bring_up_to_date(settings, &GATEWAY).await
}

/// The platform's schema of a database, which stays as it is.
///
/// # Errors
/// As [`open`], but an older schema is an answer.
pub async fn schema(settings: &Settings) -> Result<Schema> {
    look_at(settings, &PLATFORM).await
}

/// The gateway's schema of a database, which stays as it is.
///
/// # Errors
/// As [`schema`].
pub async fn gateway_schema(settings: &Settings) -> Result<Schema> {
    look_at(settings, &GATEWAY).await
}

/// The way to a schema that is as it should be.
async fn ready(settings: &Settings, realm: &Realm) -> Result<Arc<Connector>> {
    let connector = Connector::new(settings, realm).map_err(refused)?;
    let session = reach(&connector, OPENING).await?;
    let found = migrate::schema(realm, &session).await?;
    if found.version == 0 {
        migrate::apply(realm, &session).await?;
    } else if found.fits().is_err() {
        migrate::wait_for_others(realm, &session).await?;
        migrate::schema(realm, &session).await?.fits()?;
    }
    Ok(Arc::new(connector))
}

async fn bring_up_to_date(settings: &Settings, realm: &Realm) -> Result<Schema> {
    let connector = Connector::new(settings, realm).map_err(refused)?;
    let session = reach(&connector, MIGRATING).await?;
    migrate::apply(realm, &session).await
}

async fn look_at(settings: &Settings, realm: &Realm) -> Result<Schema> {
    let connector = Connector::new(settings, realm).map_err(refused)?;
    let session = reach(&connector, OPENING).await?;
    migrate::schema(realm, &session).await
}

fn assemble(core: Arc<Core>) -> PlatformStore {
    let blobs = Arc::clone(&core.blobs);
    let db = Arc::new(Db::start(core));
    PlatformStore {
        directory: db.clone(),
        devices: db.clone(),
        permissions: db.clone(),
        widgets: db.clone(),
        messages: db.clone(),
        feed: db.clone(),
        operators: db.clone(),
        oversight: db.clone(),
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
