//! What a backup needs of a database: one moment of it that `pg_dump` can be held to, the blobs that it
//! names, how many rows there are; and how a restored one goes on.

use crate::connect::Connector;
use crate::link::{Ears, Session};
use crate::migrate::{GATEWAY, PLATFORM, Realm};
use crate::settings::Settings;
use crate::trouble::Trouble;
use model::Hash;
use store::gateway::linking::RESTORE;
use store::{Result, StoreError};
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

const CONNECTING: &str = "connect to the database";
const LOOKING: &str = "look at the database";
const GOING_ON: &str = "go on after a restore";

/// A dump takes as long as it takes.
const PATIENT: &str = "SET statement_timeout = 0; SET lock_timeout = 0; \
     SET idle_in_transaction_session_timeout = 0; SET enable_seqscan = on";
const EXPORT: &str = "SELECT pg_export_snapshot()";
const NAMED: &str = "SELECT hash FROM blob WHERE hash > $1 ORDER BY hash LIMIT $2";
const NAMES: &str = "SELECT hash FROM blob WHERE hash = $1";
const VERSION: &str = "SELECT coalesce(max(version), 0)::bigint FROM schema_version";
/// Parts are counted with the table that they belong to.
const TABLES: &str = "SELECT t.relname::text FROM pg_class t \
     JOIN pg_namespace n ON n.oid = t.relnamespace \
     WHERE n.nspname = current_schema() AND t.relkind IN ('r', 'p') AND NOT t.relispartition \
     ORDER BY t.relname";
/// Places go on 2^32 transactions beyond the newest one in the backup: more than the lost server can have
/// had since, so that none is given twice. What was told until then counts as forgotten, so that each
/// listener hears of a gap.
const GO_ON: &str = "BEGIN READ WRITE; TRUNCATE feed; \
     WITH next AS (SELECT (greatest(forgotten, $top) >> 20) + 4294967296 AS number FROM feed_state) \
     UPDATE feed_state SET base = next.number - pg_current_xact_id()::text::bigint, \
     forgotten = next.number << 20 FROM next; \
     COMMIT";
/// The same of a gateway. Its events stay, for some are still owed to endpoints. Each refresh token of a patient's link
/// may have been spent since: it counts as sent and its answer as lost, which whoever settles flights next notes and
/// tells.
const GATEWAY_GO_ON: &str = "BEGIN READ WRITE; \
     WITH next AS (SELECT (greatest(forgotten, $top) >> 20) + 4294967296 AS number FROM feed_state) \
     UPDATE feed_state SET base = next.number - pg_current_xact_id()::text::bigint, \
     forgotten = next.number << 20 FROM next; \
     UPDATE link_flight SET called_at = coalesce(called_at, taken_at) WHERE ended_at IS NULL; \
     INSERT INTO link_flight (patient, fence, holder, taken_at, until, called_at, ticket) \
     SELECT id, nextval('link_number'), '$holder', obtained_at, obtained_at, obtained_at, gen_random_uuid() \
     FROM patient WHERE has_refresh AND NOT EXISTS \
     (SELECT FROM link_flight WHERE link_flight.patient = patient.id AND ended_at IS NULL); \
     UPDATE patient SET fence = link_flight.fence FROM link_flight \
     WHERE link_flight.patient = patient.id AND ended_at IS NULL; \
     COMMIT";
const GATEWAY_TOP: &str = "SELECT coalesce(max(place), 0) FROM event";
const FORGET: &str = "BEGIN READ WRITE; DELETE FROM identity; COMMIT";
const TOP: &str = "SELECT coalesce(max(place), 0) FROM feed";

/// What a database holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contents {
    /// The version of its schema.
    pub schema: i64,
    /// How many rows each table has, by the table's name.
    pub rows: Vec<(String, u64)>,
}

/// A connection of its own, beside a platform or a gateway that may run.
pub struct Reader {
    session: Session,
}

impl Reader {
    /// Connects to a platform's tables.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the server does not let us in; [`StoreError::Fault`] for a URL that
    /// cannot be read.
    pub async fn open(settings: &Settings) -> Result<Self> {
        Self::of(settings, &PLATFORM).await
    }

    /// Connects to a gateway's tables. Only [`Self::export`] and [`Self::contents`] make sense there.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub async fn open_gateway(settings: &Settings) -> Result<Self> {
        Self::of(settings, &GATEWAY).await
    }

    async fn of(settings: &Settings, realm: &Realm) -> Result<Self> {
        let session = connect(settings, realm).await?;
        session
            .link
            .client
            .batch_execute(PATIENT)
            .await
            .map_err(|error| Trouble::from(error).during(CONNECTING))?;
        Ok(Self { session })
    }

    /// From now on this reader sees one moment of the database. The answer names that moment to other
    /// programs, for as long as the reader lives.
    ///
    /// # Errors
    /// As every read.
    pub async fn export(&self) -> Result<String> {
        self.session
            .link
            .client
            .batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            .await
            .map_err(|error| Trouble::from(error).during(LOOKING))?;
        let rows = self.rows(EXPORT, &[]).await?;
        rows.first()
            .and_then(|row| row.try_get(0).ok())
            .ok_or(StoreError::Inconsistent {
                place: "the name of a snapshot",
            })
    }

    /// Counts all rows.
    ///
    /// # Errors
    /// As every read.
    pub async fn contents(&self) -> Result<Contents> {
        let schema = self.number(VERSION).await?;
        let mut rows = Vec::new();
        for row in self.rows(TABLES, &[]).await? {
            let table: String = row.try_get(0).map_err(|_| odd())?;
            // The name is one of our own migrations'.
            let count = self
                .number(&format!("SELECT count(*) FROM \"{table}\""))
                .await?;
            rows.push((table, u64::try_from(count).unwrap_or_default()));
        }
        Ok(Contents { schema, rows })
    }

    /// The blobs that messages name, in the order of their hashes, after one and at most `limit`.
    ///
    /// # Errors
    /// As every read.
    pub async fn named_blobs(&self, after: Option<Hash>, limit: u32) -> Result<Vec<Hash>> {
        let after = after.map_or(Vec::new(), |hash| hash.as_bytes().to_vec());
        let rows = self.rows(NAMED, &[&after, &i64::from(limit)]).await?;
        let hash = |row: &Row| {
            let bytes: &[u8] = row.try_get(0).ok()?;
            Hash::from_slice(bytes)
        };
        let hashes: Option<_> = rows.iter().map(hash).collect();
        hashes.ok_or_else(odd)
    }

    /// Whether a message names this blob.
    ///
    /// # Errors
    /// As every read.
    pub async fn names_blob(&self, hash: Hash) -> Result<bool> {
        let bytes: &[u8] = hash.as_bytes();
        Ok(!self.rows(NAMES, &[&bytes]).await?.is_empty())
    }

    async fn number(&self, sql: &str) -> Result<i64> {
        let rows = self.rows(sql, &[]).await?;
        rows.first()
            .and_then(|row| row.try_get(0).ok())
            .ok_or_else(odd)
    }

    /// The first row of an answer that is all text.
    pub(crate) async fn texts(&self, sql: &str) -> Result<Vec<String>> {
        let rows = self.rows(sql, &[]).await?;
        let row = rows.first().ok_or_else(odd)?;
        (0..row.len())
            .map(|place| row.try_get(place).map_err(|_| odd()))
            .collect()
    }

    async fn rows(&self, sql: &str, params: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>> {
        let rows = self.session.link.client.query(sql, params).await;
        rows.map_err(|error| Trouble::from(error).during(LOOKING))
    }
}

fn odd() -> StoreError {
    StoreError::Inconsistent {
        place: "what the database says of itself",
    }
}

async fn connect(settings: &Settings, realm: &Realm) -> Result<Session> {
    let connector = Connector::new(settings, realm).map_err(|error| StoreError::Fault {
        transaction: CONNECTING,
        source: Some(Box::new(error)),
    })?;
    let session = connector.connect(Ears::default()).await;
    session.map_err(|trouble| trouble.during(CONNECTING))
}

/// Forgets which platform a restored database was: it is another one than that it was copied from. Its schema
/// must be up to date.
///
/// # Errors
/// As every write.
pub async fn forget_identity(settings: &Settings) -> Result<()> {
    let session = connect(settings, &PLATFORM).await?;
    let client = &session.link.client;
    let forgotten = client.batch_execute(FORGET).await;
    forgotten.map_err(|error| Trouble::from(error).during(GOING_ON))
}

/// Prepares a restored database for use: the feed begins again beyond every place that was ever given, so
/// that each listener is told of a gap and none misses a row. Its schema must be up to date.
///
/// # Errors
/// As every write.
pub async fn go_on(settings: &Settings) -> Result<()> {
    let reader = Reader::open(settings).await?;
    reader.go_on(TOP, GO_ON).await
}

/// Prepares a gateway's restored database for use: events begin again beyond every place that was ever given, so
/// that each listener is told of a gap and no endpoint takes a new event for one that it had before. What was owed
/// to endpoints when the backup was taken still is. No refresh token of a patient's link is sent again. Its schema must
/// be up to date.
///
/// # Errors
/// As every write.
pub async fn gateway_go_on(settings: &Settings) -> Result<()> {
    let reader = Reader::open_gateway(settings).await?;
    reader.go_on(GATEWAY_TOP, GATEWAY_GO_ON).await
}

impl Reader {
    async fn go_on(&self, top: &str, sql: &str) -> Result<()> {
        let top = self.number(top).await?;
        self.session
            .link
            .client
            .batch_execute(
                &sql.replace("$top", &top.to_string())
                    .replace("$holder", RESTORE),
            )
            .await
            .map_err(|error| Trouble::from(error).during(GOING_ON))
    }
}
