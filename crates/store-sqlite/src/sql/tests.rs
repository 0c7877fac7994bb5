//! No statement on a busy path reads a table from end to end, or sorts what an index could hold in order.

use crate::{open, platform};
use rusqlite::Connection;

/// Tables that hold what an operator enters by hand, or a fixed handful of rows.
const SMALL: [&str; 5] = ["practice", "client", "topic", "device", "message_count"];
/// Statements that list all of a small table in an order of its own.
const LISTS: [&str; 2] = ["CLIENTS", "DEVICES"];

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

#[test]
fn every_statement_finds_its_rows_by_an_index() {
    let folder = tempfile::tempdir().unwrap();
    let connection = open::prepare(&folder.path().join("plans.sqlite"), "OFF").unwrap();
    let statements = platform::statements();
    assert!(statements.len() > 70, "{} statements", statements.len());
    for (name, sql) in statements {
        for detail in plan(&connection, sql.0) {
            let scanned = detail.strip_prefix("SCAN ");
            let table = scanned.and_then(|rest| rest.split(' ').next());
            let fine = match table {
                Some(table) => SMALL.contains(&table) || table.starts_with('('),
                None => LISTS.contains(&name) || !detail.starts_with("USE TEMP B-TREE"),
            };
            assert!(fine, "{name}: {detail}\n{}", sql.0);
        }
    }
}

#[test]
fn the_test_would_notice_a_scan() {
    let folder = tempfile::tempdir().unwrap();
    let connection = open::prepare(&folder.path().join("plans.sqlite"), "OFF").unwrap();
    let details = plan(
        &connection,
        "SELECT id FROM message WHERE topic = ?1 ORDER BY subject",
    );
    assert_eq!(details, ["SCAN message", "USE TEMP B-TREE FOR ORDER BY"]);
}
