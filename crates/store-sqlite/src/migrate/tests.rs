//! Migrations are complete, run once, and keep their hands off what is not theirs.

use super::*;
use crate::open;
use std::path::Path;

fn prepare(path: &Path, synchronous: &str) -> Result<Connection> {
    open::prepare(path, synchronous, &PLATFORM)
}

fn unknown(path: &Path) -> (i64, i64) {
    match prepare(path, "OFF") {
        Err(StoreError::UnknownSchema { found, known }) => (found, known),
        other => panic!("expected a refusal, not {:?}", other.map(drop)),
    }
}

#[test]
fn every_file_in_the_folder_is_listed_in_order() {
    for (folder, migrations) in [("platform", &PLATFORM), ("gateway", &GATEWAY)] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("migrations")
            .join(folder);
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        files.sort();
        let listed: Vec<String> = migrations
            .0
            .iter()
            .map(|(name, _)| format!("{name}.sql"))
            .collect();
        assert_eq!(files, listed);
        for (place, name) in listed.iter().enumerate() {
            assert!(name.starts_with(&format!("{:04}_", place + 1)), "{name}");
        }
    }
}

#[test]
fn a_database_is_of_one_kind() {
    for (platform, gateway) in PLATFORM.0.iter().zip(GATEWAY.0) {
        assert_ne!(platform.0, gateway.0);
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.sqlite");
    open::prepare(&path, "OFF", &GATEWAY).unwrap();
    assert_eq!(unknown(&path), (-1, PLATFORM.known()));
}

#[test]
fn a_second_opening_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.sqlite");
    let schema = || {
        let connection = prepare(&path, "OFF").unwrap();
        let mut statement = connection
            .prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name")
            .unwrap();
        let rows = statement.query_map([], |row| row.get(0)).unwrap();
        rows.collect::<rusqlite::Result<Vec<String>>>().unwrap()
    };
    let first = schema();
    assert!(first.len() > 20);
    assert_eq!(first, schema());
}

#[test]
fn what_is_missing_is_added() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.sqlite");
    {
        let connection = Connection::open(&path).unwrap();
        let first = PLATFORM.0[0];
        connection.execute_batch(first.1).unwrap();
        connection
            .execute_batch("CREATE TABLE schema_version (version INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT; INSERT INTO practice VALUES ('A81001', 'Kept')")
            .unwrap();
        connection
            .execute("INSERT INTO schema_version VALUES (1, ?1)", [first.0])
            .unwrap();
    }
    let connection = prepare(&path, "OFF").unwrap();
    assert_eq!(PLATFORM.version(&connection).unwrap(), PLATFORM.known());
    let name: String = connection
        .query_row("SELECT name FROM practice", [], |row| row.get(0))
        .unwrap();
    assert_eq!(name, "Kept");
}

#[test]
fn a_newer_schema_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.sqlite");
    let newer = PLATFORM.known() + 3;
    {
        let connection = prepare(&path, "OFF").unwrap();
        for version in PLATFORM.known() + 1..=newer {
            connection
                .execute("INSERT INTO schema_version VALUES (?1, 'later')", [version])
                .unwrap();
        }
    }
    let before = std::fs::read(&path).unwrap();
    assert_eq!(unknown(&path), (newer, PLATFORM.known()));
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn somebody_elses_database_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.sqlite");
    Connection::open(&path)
        .unwrap()
        .execute_batch("CREATE TABLE recipe (name TEXT)")
        .unwrap();
    let before = std::fs::read(&path).unwrap();
    assert_eq!(unknown(&path), (-1, PLATFORM.known()));
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn a_version_that_these_files_did_not_make_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.sqlite");
    prepare(&path, "OFF")
        .unwrap()
        .execute(
            "UPDATE schema_version SET name = 'other' WHERE version = ?1",
            [PLATFORM.known()],
        )
        .unwrap();
    assert_eq!(unknown(&path), (-1, PLATFORM.known()));
}

#[test]
fn two_programs_may_open_a_new_database_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.sqlite");
    std::thread::scope(|scope| {
        let opening: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| prepare(&path, "OFF").map(drop)))
            .collect();
        for opened in opening {
            opened.join().unwrap().unwrap();
        }
    });
}

#[test]
fn a_gateway_from_before_patients_keeps_its_events() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.sqlite");
    let before = GATEWAY.0.iter().take(5).map(|(_, sql)| *sql);
    let connection = Connection::open(&path).unwrap();
    connection
        .execute_batch(
            "CREATE TABLE schema_version (version INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT",
        )
        .unwrap();
    for sql in before {
        connection.execute_batch(sql).unwrap();
    }
    for (version, (name, _)) in (1..=5_i64).zip(GATEWAY.0) {
        connection
            .execute(
                "INSERT INTO schema_version VALUES (?1, ?2)",
                (version, *name),
            )
            .unwrap();
    }
    connection
        .execute_batch("INSERT INTO event (at, by, kind, app_user) VALUES (1, 'product:a', 'user.forgotten', 'amy')")
        .unwrap();
    drop(connection);
    let connection = open::prepare(&path, "OFF", &GATEWAY).unwrap();
    let kept: (String, Option<String>, Option<String>) = connection
        .query_row("SELECT app_user, patient, reason FROM event", [], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .unwrap();
    assert_eq!(kept, ("amy".to_owned(), None, None));
}
