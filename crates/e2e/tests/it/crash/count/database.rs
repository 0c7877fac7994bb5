//! The databases in themselves, and the platform's against its blobs.

use crate::crash::parcel::{hex, sha256};
use rusqlite::Connection;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

fn open(path: &Path) -> Connection {
    assert!(path.is_file(), "{}", path.display());
    Connection::open(path).unwrap()
}

/// SQLite finds nothing wrong.
pub(crate) fn sound(path: &Path) {
    let connection = open(path);
    let said: String = connection
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(said, "ok", "{}", path.display());
    let mut keys = connection.prepare("PRAGMA foreign_key_check").unwrap();
    let faults = keys.query_map([], |_| Ok(())).unwrap().count();
    assert_eq!(faults, 0, "broken references in {}", path.display());
}

/// As many messages as were accepted, each attachment with its bytes, and each blob named, used as often
/// as it says, and with its hash for a name.
pub(crate) fn agrees_with_blobs(folder: &Path, messages: usize) {
    let connection = open(&folder.join("platform.sqlite"));
    let number = |sql: &str| -> usize {
        let found: i64 = connection.query_row(sql, [], |row| row.get(0)).unwrap();
        usize::try_from(found).unwrap()
    };
    assert_eq!(number("SELECT count(*) FROM message"), messages);
    let counted = "SELECT coalesce(sum(messages), 0) FROM message_count";
    assert_eq!(number(counted), messages, "message_count");
    let odd = "SELECT count(*) FROM message AS m WHERE attachments <>
               (SELECT count(*) FROM attachment AS a WHERE a.message = m.id)";
    assert_eq!(number(odd), 0, "messages with a part of their attachments");
    let used = "SELECT hash, count(*) FROM attachment WHERE bytes IS NULL GROUP BY hash";
    let named = "SELECT hash, uses FROM blob";
    let (used, named) = (by_hash(&connection, used), by_hash(&connection, named));
    assert!(used == named, "blobs are used otherwise than counted");

    let mut inline = connection
        .prepare("SELECT hash, bytes FROM attachment WHERE bytes IS NOT NULL")
        .unwrap();
    let mut rows = inline.query([]).unwrap();
    while let Some(row) = rows.next().unwrap() {
        let (hash, bytes): (Vec<u8>, Vec<u8>) = (row.get(0).unwrap(), row.get(1).unwrap());
        assert_eq!(hex(&hash), sha256(&bytes), "bytes in a row");
    }
    let mut on_disk = BTreeSet::new();
    for path in crate::crash::files_in(&folder.join("blobs")) {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        assert!(
            !path.parent().unwrap().ends_with("incoming"),
            "left: {name}"
        );
        assert_eq!(
            name,
            sha256(&std::fs::read(&path).unwrap()),
            "a blob's bytes"
        );
        on_disk.insert(name);
    }
    let missing: Vec<_> = named
        .keys()
        .filter(|name| !on_disk.contains(*name))
        .collect();
    assert!(missing.is_empty(), "blobs named and not there: {missing:?}");
    let unnamed: Vec<_> = on_disk
        .iter()
        .filter(|name| !named.contains_key(*name))
        .collect();
    assert!(unnamed.is_empty(), "blobs there and not named: {unnamed:?}");
}

fn by_hash(connection: &Connection, sql: &str) -> BTreeMap<String, i64> {
    let mut statement = connection.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| {
        let hash: Vec<u8> = row.get(0)?;
        Ok((hex(&hash), row.get(1)?))
    });
    rows.unwrap().map(Result::unwrap).collect()
}
