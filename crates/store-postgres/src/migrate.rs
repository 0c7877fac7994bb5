//! Brings a database to this binary's schema, or says why it cannot be used.

mod steps;

pub(crate) use steps::{GATEWAY, PLATFORM, Realm};

use crate::link::{Session, answer};
use crate::trouble::{Class, Trouble};
use store::{Result, StoreError};
use tokio_postgres::error::SqlState;

#[cfg(test)]
mod tests;

pub(crate) const MIGRATING: &str = "migrate the database";

/// How often a step that others stand in the way of is tried.
const TRIES: u32 = 20;

/// Whether there is our table, anything in the schema, and the schema.
fn is_ours(realm: &Realm) -> String {
    let name = realm.name;
    format!(
        "SELECT to_regclass('{name}.schema_version') IS NOT NULL, \
         EXISTS (SELECT FROM pg_class JOIN pg_namespace ON pg_namespace.oid = pg_class.relnamespace \
         WHERE pg_namespace.nspname = '{name}'), \
         EXISTS (SELECT FROM pg_namespace WHERE nspname = '{name}')"
    )
}

const VERSIONS: &str = "SELECT version, name, works_with FROM schema_version ORDER BY version";

/// The schema of a database, beside what this binary knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schema {
    /// What the database has; 0 when it is empty.
    pub version: i64,
    /// What this binary knows.
    pub known: i64,
    /// What a program must know to work on it.
    pub works_with: i64,
    /// What a program must know to work on it once nothing is missing any more.
    pub works_with_then: i64,
    /// Steps that are missing, by name, in their order. None when the database is newer.
    pub pending: Vec<&'static str>,
}

/// A row of `schema_version`.
#[derive(Clone, Debug)]
struct Row {
    version: i64,
    name: String,
    works_with: i64,
}

/// Judges what the database says of itself.
fn judge(realm: &Realm, versions: &[Row]) -> Result<Schema> {
    let known = realm.known();
    let unknown = |found| StoreError::UnknownSchema { found, known };
    let in_order = versions
        .iter()
        .zip(1..)
        .all(|(row, place): (&Row, i64)| row.version == place);
    let ours = versions
        .iter()
        .zip(realm.steps)
        .all(|(row, migration)| row.name == migration.name);
    if !in_order || !ours {
        return Err(unknown(-1));
    }
    let version = store::row::int(versions.len());
    let needed = versions.iter().map(|row| row.works_with).max().unwrap_or(0);
    if version > known && needed > known {
        return Err(unknown(version));
    }
    let pending = realm.steps.iter().skip(versions.len());
    let then = pending.clone().map(|migration| migration.works_with).max();
    Ok(Schema {
        version,
        known,
        works_with: needed,
        works_with_then: then.unwrap_or(0).max(needed),
        pending: pending.map(|migration| migration.name).collect(),
    })
}

impl Schema {
    /// Whether this binary can work on it.
    ///
    /// # Errors
    /// [`StoreError::OldSchema`]
    pub(crate) fn fits(&self) -> Result<()> {
        if self.pending.is_empty() {
            return Ok(());
        }
        Err(StoreError::OldSchema {
            found: self.version,
            known: self.known,
        })
    }
}

/// The transaction that fails where names and letters could not all be stored.
pub const NOT_UTF8: &str = "make tables in a database whose encoding is not UTF8";

/// What came of a step.
enum Step {
    Done,
    Nothing(Schema),
}

fn wrap(trouble: Trouble) -> StoreError {
    trouble.during(MIGRATING)
}

/// The schema that the database has. Reads only, so that what is not ours stays as it is.
///
/// # Errors
/// [`StoreError::UnknownSchema`] for a newer one that this binary cannot work on, and for one that was not
/// made here, with -1.
pub(crate) async fn schema(realm: &Realm, session: &Session) -> Result<Schema> {
    let client = &session.link.client;
    let row = answer(client.query_one(&is_ours(realm), &[]))
        .await
        .map_err(wrap)?;
    let read = |place| {
        row.try_get::<_, bool>(place)
            .map_err(|_| StoreError::Inconsistent {
                place: "pg_catalog",
            })
    };
    if !read(0)? {
        return if read(1)? {
            Err(StoreError::UnknownSchema {
                found: -1,
                known: realm.known(),
            })
        } else {
            judge(realm, &[])
        };
    }
    let rows = answer(client.query(VERSIONS, &[])).await.map_err(wrap)?;
    let version = |row: &tokio_postgres::Row| {
        Some(Row {
            version: row.try_get(0).ok()?,
            name: row.try_get(1).ok()?,
            works_with: row.try_get(2).ok()?,
        })
    };
    let versions: Option<Vec<Row>> = rows.iter().map(version).collect();
    let versions = versions.unwrap_or_else(|| {
        vec![Row {
            version: -1,
            name: String::new(),
            works_with: -1,
        }]
    });
    judge(realm, &versions)
}

/// Applies what is missing, each step in a transaction of its own; several programs may do so at once.
pub(crate) async fn apply(realm: &Realm, session: &Session) -> Result<Schema> {
    let client = &session.link.client;
    answer(client.batch_execute(
        // By this name it promises to write no feed, so a long step holds up no delivery.
        "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; \
             SET application_name = 'baton maintenance'",
    ))
    .await
    .map_err(wrap)?;
    hold(realm, session).await?;
    let mut tries = 0;
    loop {
        match step(realm, session).await {
            Ok(Step::Done) => tries = 0,
            Ok(Step::Nothing(schema)) => {
                let_go(realm, session).await?;
                return Ok(schema);
            }
            Err(error) => {
                // It waits for nobody for long: whoever comes after it would have to wait as well.
                client.batch_execute("ROLLBACK").await.ok();
                tries += 1;
                let Failed::InTheWay(trouble) = error else {
                    return Err(error.into());
                };
                if tries == TRIES {
                    return Err(wrap(trouble));
                }
                tracing::info!(cause = %trouble, "a change of the schema waits for others");
                tokio::time::sleep(std::time::Duration::from_millis(500)).await;
            }
        }
    }
}

/// Waits until nobody else is in the middle of the steps: nodes that start at once on an empty database all
/// find some of them done.
pub(crate) async fn wait_for_others(realm: &Realm, session: &Session) -> Result<()> {
    hold(realm, session).await?;
    let_go(realm, session).await
}

async fn let_go(realm: &Realm, session: &Session) -> Result<()> {
    let done = format!("SELECT pg_advisory_unlock({})", realm.all_steps);
    answer(session.link.client.batch_execute(&done))
        .await
        .map_err(wrap)
}

async fn hold(realm: &Realm, session: &Session) -> Result<()> {
    let client = &session.link.client;
    answer(client.batch_execute("SET lock_timeout = '60s'; SET statement_timeout = '60s'"))
        .await
        .map_err(wrap)?;
    let all_steps = format!("SELECT pg_advisory_lock({})", realm.all_steps);
    answer(client.batch_execute(&all_steps))
        .await
        .map_err(wrap)?;
    answer(client.batch_execute("SET statement_timeout = 0"))
        .await
        .map_err(wrap)
}

enum Failed {
    /// Somebody else holds what is needed.
    InTheWay(Trouble),
    For(StoreError),
}

impl From<Failed> for StoreError {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::InTheWay(trouble) => wrap(trouble),
            Failed::For(error) => error,
        }
    }
}

impl From<StoreError> for Failed {
    fn from(error: StoreError) -> Self {
        Self::For(error)
    }
}

impl From<tokio_postgres::Error> for Failed {
    fn from(error: tokio_postgres::Error) -> Self {
        let trouble = Trouble::from(error);
        if trouble.class == Class::Again {
            Self::InTheWay(trouble)
        } else {
            Self::For(wrap(trouble))
        }
    }
}

async fn step(realm: &Realm, session: &Session) -> std::result::Result<Step, Failed> {
    let client = &session.link.client;
    let warnings = session.link.warnings();
    client
        .batch_execute("BEGIN READ WRITE; SET LOCAL lock_timeout = '60s'")
        .await?;
    let alone = format!("SELECT pg_advisory_xact_lock({})", realm.one_at_a_time);
    client.batch_execute(&alone).await?;
    client
        .batch_execute("SET LOCAL lock_timeout = '2s'")
        .await?;
    let schema = schema(realm, session).await?;
    let next = usize::try_from(schema.version).unwrap_or(usize::MAX);
    let Some(migration) = realm.steps.get(next) else {
        client.batch_execute("COMMIT").await?;
        return Ok(Step::Nothing(schema));
    };
    if next == 0 {
        begin(realm, session).await?;
    }
    client.batch_execute(migration.sql).await?;
    client
        .execute(
            "INSERT INTO schema_version (version, name, works_with) VALUES ($1, $2, $3)",
            &[
                &(schema.version + 1),
                &migration.name,
                &migration.works_with,
            ],
        )
        .await?;
    client.batch_execute("COMMIT").await?;
    if session.link.warnings() != warnings {
        return Err(Failed::For(wrap(Trouble::doubt(
            "COMMIT came with a warning",
        ))));
    }
    tracing::info!(migration = migration.name, "schema changed");
    Ok(Step::Done)
}

/// What comes before the first step. An operator may have made the schema for a role that may not.
async fn begin(realm: &Realm, session: &Session) -> std::result::Result<(), Failed> {
    let client = &session.link.client;
    let encoding = client.query_one("SHOW server_encoding", &[]).await?;
    if encoding.try_get::<_, String>(0)? != "UTF8" {
        return Err(Failed::For(StoreError::Fault {
            transaction: NOT_UTF8,
            source: None,
        }));
    }
    let row = client.query_one(&is_ours(realm), &[]).await?;
    if !row.try_get::<_, bool>(2)? {
        let create = format!("CREATE SCHEMA {}", realm.name);
        match client.batch_execute(&create).await {
            Err(error) if error.code() == Some(&SqlState::DUPLICATE_SCHEMA) => {}
            done => done?,
        }
    }
    client
        .batch_execute(
            "CREATE TABLE IF NOT EXISTS schema_version (version bigint NOT NULL PRIMARY KEY, \
             name text NOT NULL, works_with bigint NOT NULL)",
        )
        .await?;
    Ok(())
}
