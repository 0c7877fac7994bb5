//! What a file keeps, and what opening one refuses.

use crate::{blobs, open};
use jiff::Timestamp;
use model::organisation::Practice;
use model::{Actor, OdsCode};
use rusqlite::Connection;
use store::StoreError;
use store::platform::PlatformStore;
use tempfile::TempDir;

fn practice(code: &str) -> Practice {
    Practice {
        ods_code: OdsCode::parse(code).unwrap(),
        name: "The Surgery".to_owned(),
    }
}

async fn put(store: &PlatformStore, code: &str) -> store::Result<bool> {
    let at = Timestamp::from_second(1_795_251_600).unwrap();
    let practice = practice(code);
    store
        .directory
        .put_practice(&Actor::System, &practice, at)
        .await
}

#[tokio::test]
async fn what_was_written_is_there_after_reopening_in_one_file() {
    let folder = TempDir::new().unwrap();
    let store = open(folder.path());
    assert!(put(&store, "A81001").await.unwrap());
    assert!(store.health.check().await.is_ok());
    drop(store);
    let files: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with("platform"))
        .collect();
    assert_eq!(files, ["platform.sqlite"]);
    let store = open(folder.path());
    let practices = store.directory.practices().await.unwrap();
    assert_eq!(practices, [practice("A81001")]);
    assert_eq!(store.audit.verify().await.unwrap().entries, 1);
}

#[tokio::test]
async fn a_newer_schema_is_refused() {
    let folder = TempDir::new().unwrap();
    drop(open(folder.path()));
    let path = folder.path().join("platform.sqlite");
    Connection::open(&path)
        .unwrap()
        .execute(
            "INSERT INTO schema_version SELECT max(version) + 1, 'later' FROM schema_version",
            [],
        )
        .unwrap();
    let Err(StoreError::UnknownSchema { found, known }) =
        store_sqlite::open(&path, blobs(folder.path()))
    else {
        panic!("it was opened");
    };
    assert_eq!(found, known + 1);
}

#[tokio::test]
async fn a_missing_folder_is_unavailable() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("nowhere/platform.sqlite");
    let opened = store_sqlite::open(&path, blobs(folder.path()));
    assert!(matches!(opened, Err(StoreError::Unavailable { .. })));
}

#[cfg(unix)]
#[tokio::test]
async fn only_its_owner_may_read_the_file() {
    use std::os::unix::fs::PermissionsExt;
    let folder = TempDir::new().unwrap();
    let store = open(folder.path());
    assert!(put(&store, "A81001").await.unwrap());
    for name in [
        "platform.sqlite",
        "platform.sqlite-wal",
        "platform.sqlite-shm",
    ] {
        let metadata = std::fs::metadata(folder.path().join(name)).unwrap();
        assert_eq!(metadata.permissions().mode() & 0o077, 0, "{name}");
    }
}

#[tokio::test]
async fn two_programs_write_one_database_and_one_chain() {
    let folder = TempDir::new().unwrap();
    let (server, operator) = (open(folder.path()), open(folder.path()));
    for (place, store) in [&server, &operator, &server, &operator]
        .into_iter()
        .enumerate()
    {
        assert!(put(store, &format!("A8100{place}")).await.unwrap());
    }
    let verified = server.audit.verify().await.unwrap();
    assert_eq!((verified.entries, verified.broken_at), (4, None));
    assert_eq!(operator.audit.verify().await.unwrap(), verified);
}

#[tokio::test]
async fn a_temporary_database_leaves_nothing_behind() {
    let folder = TempDir::new().unwrap();
    let store = store_sqlite::open_temporary(blobs(folder.path())).unwrap();
    let other = store.clone();
    assert!(put(&store, "A81001").await.unwrap());
    drop(store);
    assert_eq!(other.directory.practices().await.unwrap().len(), 1);
}

#[tokio::test]
async fn no_error_text_quotes_a_value() {
    let folder = TempDir::new().unwrap();
    let store = open(folder.path());
    let key = model::device::RegistrationKey {
        part_1: "part-one-of-the-key".to_owned(),
        practice: OdsCode::parse("SECRET99").unwrap(),
        many: false,
        ends_at: Timestamp::UNIX_EPOCH,
    };
    let hash = model::Hash::of(b"x");
    let devices = &store.devices;
    // There is no such practice.
    let error = devices
        .add_registration_key(&Actor::System, &key, hash, Timestamp::UNIX_EPOCH)
        .await
        .unwrap_err();
    let cause = std::error::Error::source(&error).unwrap();
    assert!(cause.source().is_none());
    let text = format!("{error} {error:?} {cause} {cause:?}");
    assert!(text.contains("FOREIGN KEY"), "{text}");
    assert!(
        !text.contains("SECRET99") && !text.contains("part-one"),
        "{text}"
    );
}
