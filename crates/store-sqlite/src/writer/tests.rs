//! One call's fault is its own; success is told after COMMIT only; the thread ends with its last handle.

use super::*;
use crate::migrate::PLATFORM;
use crate::open::prepare;
use crate::platform::{Beside, Tx};
use crate::sql::Sql;
use std::path::Path;
use std::time::Duration;
use store::platform::Audience;
use store::wake::Hub;

const ADD: Sql = Sql("INSERT INTO topic (name) VALUES (?1)");
const ORPHAN: Sql =
    Sql("INSERT INTO history (message, place, status, at) VALUES (99, 1, 'PENDING', 0)");
const DEFER: Sql = Sql("PRAGMA defer_foreign_keys = ON");

struct World {
    folder: tempfile::TempDir,
    hub: Arc<Hub>,
    writer: Arc<Writer<Beside>>,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let connection = prepare(&folder.path().join("a.sqlite"), "FULL", &PLATFORM).unwrap();
        let hub = Arc::new(Hub::default());
        let beside = Beside::new(Arc::clone(&hub), Arc::default());
        let writer = Arc::new(Writer::start(connection, beside).unwrap());
        Self {
            folder,
            hub,
            writer,
        }
    }

    fn topics(&self) -> Vec<String> {
        topics(&self.folder.path().join("a.sqlite"))
    }

    /// Keeps the thread busy until the answer is used, so that what comes next shares one batch.
    async fn hold(&self) -> std::sync::mpsc::Sender<()> {
        let (go, wait) = std::sync::mpsc::channel();
        let (began, held) = oneshot::channel();
        let mut began = Some(began);
        let writer = Arc::clone(&self.writer);
        tokio::spawn(async move {
            writer
                .write("hold", move |_| {
                    let _told = began.take().map(|began| began.send(()));
                    let _released = wait.recv_timeout(Duration::from_secs(10));
                    Ok(())
                })
                .await
        });
        held.await.unwrap();
        go
    }
}

fn topics(path: &Path) -> Vec<String> {
    let connection = Connection::open(path).unwrap();
    let mut statement = connection
        .prepare("SELECT name FROM topic ORDER BY name")
        .unwrap();
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    rows.collect::<rusqlite::Result<_>>().unwrap()
}

fn add(name: &'static str) -> impl FnMut(&mut Tx<'_>) -> Result<()> {
    move |tx| {
        tx.side.wakes.push(Audience::Practice(
            model::OdsCode::parse(&name.to_uppercase()).unwrap(),
        ));
        tx.write_one(ADD, [name], "topic")
    }
}

type Work = Box<dyn FnMut(&mut Tx<'_>) -> Result<()> + Send>;

/// Queues calls while the thread is held, so that they are one batch, and gives their answers.
async fn together(world: &World, calls: Vec<Work>) -> Vec<Result<()>> {
    let go = world.hold().await;
    let count = calls.len();
    let mut answers = tokio::task::JoinSet::new();
    for (place, call) in calls.into_iter().enumerate() {
        let writer = Arc::clone(&world.writer);
        answers.spawn(async move { (place, writer.write("a call", call).await) });
    }
    // All of them have been queued once each task has run to its first wait.
    while world.writer.queue.as_ref().unwrap().capacity() > QUEUE - count {
        tokio::task::yield_now().await;
    }
    go.send(()).unwrap();
    let mut answers = answers.join_all().await;
    answers.sort_by_key(|(place, _)| *place);
    answers.into_iter().map(|(_, answer)| answer).collect()
}

#[tokio::test]
async fn a_failing_call_harms_no_neighbour() {
    let world = World::new();
    let failing = |tx: &mut Tx<'_>| {
        add("lost")(tx)?;
        tx.write_one(ADD, ["one"], "topic")
    };
    let answers = together(
        &world,
        vec![
            Box::new(add("one")),
            Box::new(failing),
            Box::new(add("two")),
        ],
    )
    .await;
    assert!(matches!(
        answers.as_slice(),
        [Ok(()), Err(StoreError::Fault { .. }), Ok(())]
    ));
    assert_eq!(world.topics(), ["one", "two"]);
}

#[tokio::test]
async fn the_audit_log_goes_on_after_a_call_that_failed() {
    let world = World::new();
    let note = |tx: &mut Tx<'_>| {
        let at = jiff::Timestamp::UNIX_EPOCH;
        tx.audit(&model::Actor::System, at, "look", "the ledger")
    };
    let failing = move |tx: &mut Tx<'_>| {
        note(tx)?;
        Err(StoreError::Inconsistent { place: "a test" })
    };
    let calls: Vec<Work> = vec![Box::new(note), Box::new(failing), Box::new(note)];
    together(&world, calls).await;
    let connection = Connection::open(world.folder.path().join("a.sqlite")).unwrap();
    let seen: (i64, i64) = connection
        .query_row("SELECT count(*), max(seq) FROM audit", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .unwrap();
    assert_eq!(seen, (2, 2));
}

#[tokio::test]
async fn a_panicking_call_harms_neither_its_neighbours_nor_the_thread() {
    let world = World::new();
    let panicking = |tx: &mut Tx<'_>| {
        add("lost")(tx)?;
        panic!("as the test wants it")
    };
    let answers = together(
        &world,
        vec![
            Box::new(add("one")),
            Box::new(panicking),
            Box::new(add("two")),
        ],
    )
    .await;
    assert!(matches!(
        answers.as_slice(),
        [Ok(()), Err(StoreError::Fault { .. }), Ok(())]
    ));
    world.writer.write("later", add("three")).await.unwrap();
    assert_eq!(world.topics(), ["one", "three", "two"]);
}

#[tokio::test]
async fn when_the_commit_fails_nobody_hears_of_success_or_wakes() {
    let world = World::new();
    let audience = Audience::Practice(model::OdsCode::parse("ONE").unwrap());
    let woken = world.hub.subscribe(&audience);
    // A row without its message, noticed at COMMIT.
    let orphan = |tx: &mut Tx<'_>| {
        tx.write(DEFER, [])?;
        tx.write_one(ORPHAN, [], "history")
    };
    let answers = together(
        &world,
        vec![Box::new(add("one")), Box::new(orphan), Box::new(add("two"))],
    )
    .await;
    assert!(
        answers
            .iter()
            .all(|answer| matches!(answer, Err(StoreError::Fault { .. }))),
        "{answers:?}"
    );
    assert!(!woken.has_changed().unwrap());
    assert!(world.topics().is_empty());
    world.writer.write("later", add("one")).await.unwrap();
    assert_eq!(world.topics(), ["one"]);
    assert!(woken.has_changed().unwrap());
}

#[tokio::test]
async fn whoever_waits_is_woken_after_the_commit() {
    let world = World::new();
    let audience = Audience::Practice(model::OdsCode::parse("ONE").unwrap());
    let mut woken = world.hub.subscribe(&audience);
    let writer = Arc::clone(&world.writer);
    tokio::spawn(async move { writer.write("add", add("one")).await });
    woken.changed().await.unwrap();
    assert_eq!(world.topics(), ["one"]);
}

#[tokio::test]
async fn a_failed_call_wakes_nobody() {
    let world = World::new();
    let audience = Audience::Practice(model::OdsCode::parse("LOST").unwrap());
    let woken = world.hub.subscribe(&audience);
    let failing = |tx: &mut Tx<'_>| {
        add("lost")(tx)?;
        Err(StoreError::Inconsistent { place: "a test" })
    };
    let answer: Result<()> = world.writer.write("fail", failing).await;
    assert!(matches!(answer, Err(StoreError::Inconsistent { .. })));
    assert!(!woken.has_changed().unwrap());
}

#[tokio::test]
async fn dropping_the_last_handle_finishes_what_has_queued_and_leaves_one_file() {
    let world = World::new();
    let go = world.hold().await;
    let queue = world.writer.queue.clone().unwrap();
    for name in ["one", "two"] {
        let (answer, _nobody) = oneshot::channel();
        let call = Call {
            transaction: "add",
            work: add(name),
            outcome: None,
            answer,
        };
        assert!(queue.send(Box::new(call)).await.is_ok());
    }
    drop(queue);
    go.send(()).unwrap();
    let World { folder, writer, .. } = world;
    tokio::task::spawn_blocking(move || {
        // The task that holds ends first, then this is the last handle.
        while Arc::strong_count(&writer) > 1 {
            std::thread::yield_now();
        }
        drop(writer);
    })
    .await
    .unwrap();
    let files: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(files, ["a.sqlite"]);
    assert_eq!(topics(&folder.path().join("a.sqlite")), ["one", "two"]);
}

#[tokio::test]
async fn while_another_process_writes_calls_wait() {
    let world = World::new();
    let other = Connection::open(world.folder.path().join("a.sqlite")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let writer = Arc::clone(&world.writer);
    let waiting = tokio::spawn(async move { writer.write("add", add("one")).await });
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(!waiting.is_finished());
    other.execute_batch("COMMIT").unwrap();
    waiting.await.unwrap().unwrap();
    assert_eq!(world.topics(), ["one"]);
}

#[tokio::test]
async fn a_start_cuts_off_the_log_that_a_process_left_when_it_died() {
    let world = World::new();
    // The first call's log is cut off.
    for name in ["one", "two"] {
        world.writer.write("add", add(name)).await.unwrap();
    }
    let left = tempfile::tempdir().unwrap();
    let log = left.path().join("a.sqlite-wal");
    for name in ["a.sqlite", "a.sqlite-wal"] {
        std::fs::copy(world.folder.path().join(name), left.path().join(name)).unwrap();
    }
    assert!(log.metadata().unwrap().len() > 0);
    let connection = prepare(&left.path().join("a.sqlite"), "FULL", &PLATFORM).unwrap();
    let writer = Writer::start(connection, Beside::new(Arc::default(), Arc::default())).unwrap();
    writer.write("add", add("three")).await.unwrap();
    let emptied = async {
        while log.metadata().unwrap().len() > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let limit = Duration::from_secs(10);
    tokio::time::timeout(limit, emptied).await.unwrap();
    assert_eq!(
        topics(&left.path().join("a.sqlite")),
        ["one", "three", "two"]
    );
}
