//! No statement on a busy path reads a table from end to end, or sorts what an index could hold in order.

mod meter;
mod page;

pub(crate) use meter::{Cost, Meter};
pub(crate) use page::{Part, is_up_to_date, plans};

use super::Sql;
use crate::migrate::{GATEWAY, Migrations, PLATFORM};
use crate::{gateway, open, platform};
use rusqlite::Connection;
use tempfile::TempDir;

/// Tables that hold what an operator enters by hand, or a handful of rows.
const SMALL: [&str; 18] = [
    "practice",
    "client",
    "topic",
    "device",
    "registration_key",
    "message_count",
    "condemned_blob",
    "sqlite_sequence",
    "webhook",
    "data_key",
    "product_key",
    "operator",
    "widget",
    "widget_practice",
    "widget_secret",
    "bucket_tally",
    // One row a day.
    "entry_day",
    "event_kept",
];
/// Statements that sort: they list all of a small table in an order of its own.
const LISTS: [&str; 9] = [
    "CLIENTS",
    "DEVICES",
    "KEYS",
    "ENDPOINTS",
    "SEEN_DEVICES",
    "WIDGETS",
    "PRACTICES",
    "SHOWN",
    "SECRETS",
];

fn plan(connection: &Connection, sql: &str) -> Vec<String> {
    let mut statement = connection
        .prepare(&format!("EXPLAIN QUERY PLAN {sql}"))
        .unwrap();
    let mut rows = statement.raw_query();
    let mut details = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        details.push(row.get("detail").unwrap());
    }
    details
}

/// Whether a line of a plan stays cheap, however many messages there are.
fn is_fine(name: &str, detail: &str) -> bool {
    if detail.starts_with("USE TEMP B-TREE") {
        return LISTS.contains(&name);
    }
    if detail.contains("AUTOMATIC") {
        return false;
    }
    let Some(scanned) = detail.strip_prefix("SCAN ") else {
        return true;
    };
    // Rows that the statement brings itself, and those of a part that was looked at by itself.
    scanned.ends_with("VALUES CLAUSE")
        || scanned == "CONSTANT ROW"
        || scanned.starts_with('(')
        || scanned
            .split(' ')
            .next()
            .is_some_and(|table| SMALL.contains(&table))
}

/// Statements by what they are about.
pub(crate) type Statements = Vec<(&'static str, &'static [(&'static str, Sql)])>;

/// Looks at the plan of every statement.
pub(crate) fn assert_all_fine(connection: &Connection, statements: Statements) {
    let statements: Vec<(&str, Sql)> = statements
        .into_iter()
        .flat_map(|(_, statements)| statements.iter().copied())
        .collect();
    assert!(statements.len() > 70, "{} statements", statements.len());
    let mut faults = Vec::new();
    for (name, sql) in statements {
        for detail in plan(connection, sql.0) {
            if !is_fine(name, &detail) {
                faults.push(format!("{name}: {detail}\n{}", sql.0));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

pub(crate) fn database(migrations: &Migrations) -> (Connection, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let connection = open::prepare(&folder.path().join("plans.sqlite"), "OFF", migrations).unwrap();
    (connection, folder)
}

#[test]
fn every_statement_finds_its_rows_by_an_index() {
    let (connection, _folder) = database(&PLATFORM);
    assert_all_fine(&connection, platform::statements());
    let (connection, _folder) = database(&GATEWAY);
    assert_all_fine(&connection, gateway::statements());
}

#[test]
fn the_test_would_notice_a_scan() {
    let (connection, _folder) = database(&PLATFORM);
    let details = plan(
        &connection,
        "SELECT id FROM message WHERE topic = ?1 ORDER BY subject",
    );
    assert_eq!(details, ["SCAN message", "USE TEMP B-TREE FOR ORDER BY"]);
    assert!(details.iter().all(|detail| !is_fine("WAITING", detail)));
}
