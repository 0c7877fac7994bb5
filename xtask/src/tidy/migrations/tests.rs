//! Migrations that were listed and then touched.

use super::*;

fn faults(now: Option<&str>) -> Vec<String> {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("crates/store-shed/migrations/platform");
    std::fs::create_dir_all(&folder).unwrap();
    let list = format!(
        "{}  platform/0001_first.sql\n",
        checksums::of_bytes(b"create table a;")
    );
    std::fs::write(folder.join("../CHECKSUMS"), list).unwrap();
    if let Some(text) = now {
        std::fs::write(folder.join("0001_first.sql"), text).unwrap();
    }
    let faults = changed(place.path(), "crates/store-shed/migrations").unwrap();
    faults.into_iter().map(|fault| fault.what).collect()
}

#[test]
fn a_migration_as_it_was_is_fine() {
    assert!(faults(Some("create table a;")).is_empty());
}

#[test]
fn a_changed_or_lost_migration_is_found() {
    assert_eq!(
        faults(Some("create table b;")),
        ["platform/0001_first.sql was changed"]
    );
    assert_eq!(faults(None), ["platform/0001_first.sql is gone"]);
}

#[test]
fn folders_of_migrations_are_those_of_stores() {
    let files = [
        "crates/store-shed/migrations/platform/1.sql",
        "crates/store-shed/migrations/CHECKSUMS",
        "docs/migrations/a.md",
    ];
    let files: Vec<String> = files.iter().map(|path| (*path).to_owned()).collect();
    assert_eq!(folders(&files), ["crates/store-shed/migrations"]);
}
