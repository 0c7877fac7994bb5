//! A copy of a database that is written to meanwhile, and what a restored one does next.

use jiff::Timestamp;
use model::{Actor, Hash};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use store::StoreError;
use store_sqlite::backup;
use tempfile::TempDir;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_763_700_000 + second).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_is_one_moment_of_a_database_that_is_being_written() {
    let folder = TempDir::new().unwrap();
    let store = super::open(folder.path());
    for second in 0..200 {
        let note = store
            .audit
            .note(&Actor::System, "note", "before", at(second));
        note.await.unwrap();
    }
    let stop = Arc::new(AtomicBool::new(false));
    let writing = tokio::spawn({
        let (store, stop) = (store.clone(), Arc::clone(&stop));
        async move {
            let mut count = 0;
            while !stop.load(Ordering::Relaxed) {
                let note = store
                    .audit
                    .note(&Actor::System, "note", "meanwhile", at(1000 + count));
                note.await.unwrap();
                count += 1;
            }
            count
        }
    });
    let copy = folder.path().join("copy.sqlite");
    let from = folder.path().join("platform.sqlite");
    let mut told = (0, 0);
    let into = copy.clone();
    let told = tokio::task::spawn_blocking(move || {
        backup::copy(&from, &into, &mut |done, all| told = (done, all)).unwrap();
        told
    })
    .await
    .unwrap();
    stop.store(true, Ordering::Relaxed);
    assert!(writing.await.unwrap() > 0);
    assert!(told.0 == told.1 && told.1 > 0, "{told:?}");

    let contents = backup::contents(&copy).unwrap();
    let audit = contents
        .rows
        .iter()
        .find(|(table, _)| table == "audit")
        .unwrap();
    assert!(audit.1 >= 200, "{contents:?}");
    assert_eq!(contents.schema, backup::schema(&copy).unwrap().known);
    assert!(backup::schema(&copy).unwrap().pending.is_empty());
    let beside: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .flatten()
        .collect();
    let beside = beside
        .iter()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with("copy"));
    assert_eq!(beside.count(), 1, "a copy is one file");
    let restored = store_sqlite::open(&copy, super::blobs(&folder.path().join("other"))).unwrap();
    let verified = restored.audit.verify().await.unwrap();
    assert_eq!((verified.entries, verified.broken_at), (audit.1, None));
}

#[tokio::test]
async fn a_restored_feed_begins_beyond_every_place_that_was_given() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("platform.sqlite");
    drop(super::open(folder.path()));
    backup::go_on(&path).unwrap();
    let store = super::open(folder.path());
    let first = store.feed.kept().await.unwrap();
    assert!(
        first.newest >= 1 << 32 && first.forgotten == first.newest,
        "{first:?}"
    );
    assert!(
        first.may_miss(17),
        "whoever listened before is told of a gap"
    );
    drop(store);
    backup::go_on(&path).unwrap();
    let second = super::open(folder.path()).feed.kept().await.unwrap();
    assert!(second.newest >= first.newest + (1 << 32), "{second:?}");
}

#[test]
fn what_is_no_database_of_ours_is_not_copied_over_or_counted() {
    let folder = TempDir::new().unwrap();
    drop(super::open(folder.path()));
    let path = folder.path().join("platform.sqlite");
    assert!(backup::copy(&path, &path, &mut |_, _| {}).is_err());
    assert_eq!(backup::named_blobs(&path, None, 10).unwrap(), Vec::new());
    assert!(!backup::names_blob(&path, Hash::of(b"x")).unwrap());
    let missing = folder.path().join("missing.sqlite");
    assert!(backup::contents(&missing).is_err() && !missing.exists());
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 4096].fill(0xA5);
    let damaged = folder.path().join("damaged.sqlite");
    std::fs::write(&damaged, bytes).unwrap();
    assert!(matches!(
        backup::contents(&damaged),
        Err(StoreError::Inconsistent { .. } | StoreError::Fault { .. })
    ));
}

#[tokio::test]
async fn a_gateways_database_is_copied_and_goes_on_beyond_every_place_that_was_given() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("gateway.sqlite");
    let user = model::UserId::parse("dr-okafor").unwrap();
    let tell = async |store: &store::gateway::GatewayStore| {
        store.users.put(&user, None, at(1)).await.unwrap();
        assert!(store.users.delete("product:a", &user, at(2)).await.unwrap());
        store.events.latest().await.unwrap()
    };
    let store = super::open_gateway(folder.path());
    let before = tell(&store).await;
    let copy = folder.path().join("copy.sqlite");
    backup::copy(&path, &copy, &mut |_, _| {}).unwrap();
    let after = tell(&store).await;
    let contents = backup::gateway_contents(&copy).unwrap();
    let schema = backup::gateway_schema(&copy).unwrap();
    assert_eq!(
        (contents.schema, schema.pending),
        (schema.known, Vec::new())
    );
    assert!(
        contents.rows.contains(&("event".to_owned(), 1)),
        "{contents:?}"
    );
    // It is not a platform's.
    assert!(matches!(
        backup::contents(&copy),
        Err(StoreError::UnknownSchema { found: -1, .. })
    ));
    backup::gateway_go_on(&copy).unwrap();
    let restored = store_sqlite::open_gateway(&copy).unwrap();
    let kept = restored.events.kept().await.unwrap();
    assert!(kept.newest >= before + (1 << 32), "{kept:?}");
    assert!(kept.may_miss(before) && kept.may_miss(after));
    assert!(!kept.may_miss(kept.newest));
    // What was told before the backup is still there, and what comes now has a place of its own.
    assert_eq!(restored.events.since(0, 10).await.unwrap().len(), 1);
    assert!(tell(&restored).await > kept.newest);
}
