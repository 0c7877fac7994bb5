//! Brings a database to this binary's schema, or refuses one that it does not know.

use crate::error::during;
use rusqlite::{Connection, OptionalExtension, TransactionBehavior};
use store::{Result, StoreError};

#[cfg(test)]
mod tests;

const OPENING: &str = "open the database";

/// The migrations of one kind of database; a version is a place in the list, from 1. No name stands at the same place
/// in two of them: by that a database is known.
pub(crate) struct Migrations(&'static [(&'static str, &'static str)]);

/// The platform's.
pub(crate) const PLATFORM: Migrations = Migrations(&[
    (
        "0001_organisations",
        include_str!("../migrations/platform/0001_organisations.sql"),
    ),
    (
        "0002_toolbars",
        include_str!("../migrations/platform/0002_toolbars.sql"),
    ),
    (
        "0003_permissions",
        include_str!("../migrations/platform/0003_permissions.sql"),
    ),
    (
        "0004_messages",
        include_str!("../migrations/platform/0004_messages.sql"),
    ),
    (
        "0005_feed",
        include_str!("../migrations/platform/0005_feed.sql"),
    ),
    (
        "0006_audit",
        include_str!("../migrations/platform/0006_audit.sql"),
    ),
    (
        "0007_attachments_in_rows",
        include_str!("../migrations/platform/0007_attachments_in_rows.sql"),
    ),
    (
        "0008_condemned_blobs",
        include_str!("../migrations/platform/0008_condemned_blobs.sql"),
    ),
    (
        "0009_identity",
        include_str!("../migrations/platform/0009_identity.sql"),
    ),
    (
        "0010_widgets",
        include_str!("../migrations/platform/0010_widgets.sql"),
    ),
    (
        "0011_operators",
        include_str!("../migrations/platform/0011_operators.sql"),
    ),
]);

/// The gateway's.
pub(crate) const GATEWAY: Migrations = Migrations(&[
    (
        "0001_access",
        include_str!("../migrations/gateway/0001_access.sql"),
    ),
    (
        "0002_users",
        include_str!("../migrations/gateway/0002_users.sql"),
    ),
    (
        "0003_webhooks",
        include_str!("../migrations/gateway/0003_webhooks.sql"),
    ),
    (
        "0004_outbox",
        include_str!("../migrations/gateway/0004_outbox.sql"),
    ),
    (
        "0005_events",
        include_str!("../migrations/gateway/0005_events.sql"),
    ),
    (
        "0006_patients",
        include_str!("../migrations/gateway/0006_patients.sql"),
    ),
    (
        "0007_launches",
        include_str!("../migrations/gateway/0007_launches.sql"),
    ),
]);

impl Migrations {
    /// The newest version.
    pub(crate) fn known(&self) -> i64 {
        i64::try_from(self.0.len()).unwrap_or(i64::MAX)
    }

    /// The names of those after a version.
    pub(crate) fn after(&self, version: i64) -> Vec<&'static str> {
        let done = usize::try_from(version).unwrap_or_default();
        self.0.iter().skip(done).map(|(name, _)| *name).collect()
    }

    /// The version that the database has, 0 for an empty one. Reads only, so a foreign file stays as it is;
    /// within a transaction, so that it sees all or nothing of another program's migration.
    ///
    /// # Errors
    /// [`StoreError::UnknownSchema`] for a newer schema (with its version), or one not made here (with -1).
    pub(crate) fn version(&self, connection: &Connection) -> Result<i64> {
        let wrap = during(OPENING);
        let unknown = |found| StoreError::UnknownSchema {
            found,
            known: self.known(),
        };
        let ours = connection
            .query_row(
                "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'schema_version'",
                [],
                |row| row.get::<_, i64>(0),
            )
            .map_err(&wrap)?;
        if ours == 0 {
            let others: i64 = connection
                .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
                .map_err(&wrap)?;
            return if others == 0 { Ok(0) } else { Err(unknown(-1)) };
        }
        let (highest, rows, last): (i64, i64, Option<String>) = connection
            .query_row(
                "SELECT coalesce(max(version), 0), count(*), (SELECT name FROM schema_version ORDER BY version DESC LIMIT 1) FROM schema_version",
                [],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
            )
            .optional()
            .map_err(&wrap)?
            .unwrap_or_default();
        let ours = match usize::try_from(highest) {
            Ok(0) => last.is_none(),
            Ok(place) => self
                .0
                .get(place - 1)
                .is_some_and(|(name, _)| Some(*name) == last.as_deref()),
            Err(_) => false,
        };
        if highest > self.known() {
            Err(unknown(highest))
        } else if rows != highest || !ours {
            Err(unknown(-1))
        } else {
            Ok(highest)
        }
    }

    /// Applies what is missing, each in its own transaction; several programs may do so at once.
    pub(crate) fn apply(&self, connection: &mut Connection) -> Result<()> {
        let wrap = during(OPENING);
        loop {
            let tx = connection
                .transaction_with_behavior(TransactionBehavior::Immediate)
                .map_err(&wrap)?;
            let version = self.version(&tx)?;
            let next = usize::try_from(version).unwrap_or(usize::MAX);
            let Some((name, sql)) = self.0.get(next) else {
                return Ok(());
            };
            if next == 0 {
                tx.execute_batch(
                    "CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT",
                )
                .map_err(&wrap)?;
            }
            tx.execute_batch(sql).map_err(&wrap)?;
            tx.execute(
                "INSERT INTO schema_version (version, name) VALUES (?1, ?2)",
                (version + 1, *name),
            )
            .map_err(&wrap)?;
            tx.commit().map_err(&wrap)?;
            tracing::info!(migration = *name, "schema changed");
        }
    }
}
