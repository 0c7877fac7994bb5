//! The feed's order among transactions that end in another order than they began in.

use crate::server::Database;
use crate::world::{World, at};
use std::collections::HashMap;
use std::time::{Duration, Instant};
use store::platform::{Accepted, FeedItem};
use tokio::task::JoinSet;
use uuid::Uuid;

/// A row as the program writes it, in a transaction that ends when the test wants.
const ROW: &str = "INSERT INTO feed (place, practice, at, kind, message) SELECT ((base + pg_current_xact_id()::text::bigint) << 20) | $2, 'GPPRAC001', 1, 'message', $1 FROM feed_state";

/// Transactions that last for any time, one of them older and longer than all others, and a reader who
/// goes on from the last row it was told: it is told every row, once, in the order of places.
async fn read_beside_writers(database: &Database) {
    let world = World::new(database.open().await).await;
    let reader = world.seen_by(database.open().await);
    let (writers, rounds) = (8_u64, 30_u64);
    let slow = database.client().await;
    slow.batch_execute("BEGIN; SELECT pg_current_xact_id()")
        .await
        .unwrap();
    let mut writing = JoinSet::new();
    for writer in 0..writers {
        let (client, world) = (database.client().await, world.clone());
        writing.spawn(async move {
            for round in 0..rounds {
                let wait = |of| tokio::time::sleep(Duration::from_micros(world.any(of)));
                wait(8_000).await;
                client.batch_execute("BEGIN").await.unwrap();
                let message = Uuid::from_u128(u128::from(writer * 1_000 + round));
                client.execute(ROW, &[&message, &1_i64]).await.unwrap();
                wait(20_000).await;
                let end = if world.any(10) == 0 {
                    "ROLLBACK"
                } else {
                    "COMMIT"
                };
                client.batch_execute(end).await.unwrap();
                // Its number lies in the past by then, as does that of the program's own messages.
                if world.any(4) == 0 {
                    world.accept_new(5).await;
                }
            }
        });
    }
    let finished = tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(400)).await;
        let message = Uuid::from_u128(999_999);
        slow.execute(ROW, &[&message, &1_i64]).await.unwrap();
        slow.batch_execute("COMMIT").await.unwrap();
        writing.join_all().await;
    });
    let mut told = Vec::new();
    let mut after = 0;
    let audience = world.toolbars();
    loop {
        let last = finished.is_finished();
        let limit = u32::try_from(1 + world.any(9)).unwrap();
        let rows = reader.store.feed.since(&audience, after, limit).await;
        let rows = rows.unwrap();
        if rows.is_empty() && last {
            break;
        }
        for row in rows {
            assert!(row.seq > after);
            after = row.seq;
            told.push(row);
        }
        let latest = reader.store.feed.latest(&audience).await.unwrap();
        assert!(latest >= after);
    }
    finished.await.unwrap();
    let client = database.client().await;
    let sql = "SELECT place, message FROM feed WHERE practice = 'GPPRAC001' ORDER BY place";
    let rows = client.query(sql, &[]).await.unwrap();
    assert!(rows.len() > 100);
    assert_eq!(told.len(), rows.len());
    for (told, row) in told.iter().zip(&rows) {
        assert_eq!(told.seq, u64::try_from(row.get::<_, i64>(0)).unwrap());
        let FeedItem::Message { reference, .. } = &told.item else {
            panic!("{told:?}");
        };
        assert_eq!(reference.0, row.get::<_, Uuid>(1));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn a_reader_is_told_every_row_once_and_in_order() {
    let database = Database::new().await;
    read_beside_writers(&database).await;
}

/// The same when the server's oldest transaction is somebody else's all the time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn so_it_is_beside_another_databases_long_transaction() {
    let database = Database::new().await;
    let other = database.elsewhere().await;
    let begin = "BEGIN; SELECT pg_current_xact_id()";
    other.batch_execute(begin).await.unwrap();
    read_beside_writers(&database).await;
    other.batch_execute("COMMIT").await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn another_databases_long_transaction_does_not_hold_up_the_feed() {
    let database = Database::new().await;
    let world = World::new(database.open().await).await;
    let other = database.elsewhere().await;
    other
        .batch_execute("BEGIN; SELECT pg_current_xact_id()")
        .await
        .unwrap();
    let mut after = 0;
    let mut waits = Vec::new();
    for n in 0..5 {
        let reference = world.accept_new(5 + n).await;
        let begun = Instant::now();
        let told = world.told(after).await;
        waits.push(begun.elapsed());
        assert_eq!(told.len(), 1);
        let expected = FeedItem::Message {
            reference,
            only: None,
        };
        assert_eq!(told[0].item, expected);
        after = told[0].seq;
        let latest = world.store.feed.latest(&world.toolbars()).await.unwrap();
        assert_eq!(latest, after);
    }
    // Once it is known who holds it up, nobody waits.
    assert!(
        waits.iter().all(|wait| *wait < Duration::from_secs(2)),
        "{waits:?}"
    );
    let quick = waits
        .iter()
        .filter(|wait| **wait < Duration::from_millis(50));
    assert!(quick.count() >= 3, "{waits:?}");
    assert_eq!(world.store.feed.forget(at(7), 100).await.unwrap(), 4);
    other.batch_execute("COMMIT").await.unwrap();
}

/// A migration, or an operator who changes millions of rows, promises by its name to write no feed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn maintenance_does_not_hold_up_the_feed() {
    let database = Database::new().await;
    let world = World::new(database.open().await).await;
    let maintenance = database.client().await;
    maintenance
        .batch_execute(
            "SET application_name = 'baton maintenance'; BEGIN; SELECT pg_current_xact_id()",
        )
        .await
        .unwrap();
    world.accept_new(5).await;
    assert_eq!(world.told(0).await.len(), 1);
    maintenance.batch_execute("COMMIT").await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn rows_wait_for_an_older_transaction_of_ours_and_are_told_soon_after_it() {
    let database = Database::new().await;
    let world = World::new(database.open().await).await;
    let first = world.accept_new(1).await;
    let before = world.store.feed.latest(&world.toolbars()).await.unwrap();
    let slow = database.client().await;
    slow.batch_execute("BEGIN; SELECT pg_current_xact_id()")
        .await
        .unwrap();
    let second = world.accept_new(2).await;
    let audience = world.toolbars();
    let mut wakes = world.store.feed.wakes(&audience);
    // A beginner must not be put behind what is still to come, nor be told anything that comes later.
    assert_eq!(world.store.feed.latest(&audience).await.unwrap(), before);
    let told = world.told(0).await;
    assert_eq!(told.len(), 1);
    wakes.mark_unchanged();
    let message = Uuid::from_u128(1);
    slow.execute(ROW, &[&message, &1_i64]).await.unwrap();
    slow.batch_execute("COMMIT").await.unwrap();
    // Nobody tells of that commit: the reader looks again because it was held back.
    assert!(world.told(before).await.len() <= 2);
    tokio::time::timeout(Duration::from_secs(1), wakes.changed())
        .await
        .unwrap()
        .unwrap();
    let told: Vec<_> = world
        .told(0)
        .await
        .into_iter()
        .map(|entry| match entry.item {
            FeedItem::Message { reference, .. } => reference.0,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(told, [first.0, message, second.0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn places_go_on_growing_when_the_tables_moved_to_another_server() {
    let database = Database::new().await;
    let world = World::new(database.open().await).await;
    world.accept_new(1).await;
    let audience = world.toolbars();
    // As if a server had written this that has seen a million transactions more.
    let client = database.client().await;
    client
        .batch_execute("UPDATE feed SET place = place + (1000000::bigint << 20)")
        .await
        .unwrap();
    let moved = world.seen_by(database.open().await);
    let before = moved.store.feed.latest(&audience).await.unwrap();
    assert!(before > 1_000_000 << 20);
    let second = database.open().await;
    for store in [&moved.store, &second, &world.store] {
        let node = world.seen_by(store.clone());
        let latest = node.store.feed.latest(&audience).await.unwrap();
        let reference = node.accept_new(2).await;
        let told = node.told(latest).await;
        assert_eq!(told.len(), 1);
        let item = FeedItem::Message {
            reference,
            only: None,
        };
        assert_eq!(told[0].item, item);
    }
    let kept = moved.store.feed.kept().await.unwrap();
    assert!(!kept.may_miss(before));
    // What was forgotten counts as well.
    client
        .batch_execute("TRUNCATE feed; UPDATE feed_state SET forgotten = (base + 5000000) << 20")
        .await
        .unwrap();
    let again = world.seen_by(database.open().await);
    again.accept_new(3).await;
    assert_eq!(again.told(0).await.len(), 1);
}

/// Rows of one batch are told in the order in which they are placed, whoever reads meanwhile.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn a_listener_on_another_node_is_told_of_every_message() {
    let database = Database::new().await;
    let world = World::new(database.open().await).await;
    let reader = world.seen_by(database.open().await);
    let audience = world.toolbars();
    let mut sending = JoinSet::new();
    for _ in 0..300 {
        let (world, message) = (world.clone(), world.standard(at(5)));
        sending.spawn(async move {
            assert_eq!(world.accept(&message).await, Accepted::New);
            message.envelope.reference
        });
    }
    let mut wakes = reader.store.feed.wakes(&audience);
    let mut told = HashMap::new();
    let mut after = 0;
    while told.len() < 300 {
        for entry in reader.told(after).await {
            after = entry.seq;
            if let FeedItem::Message { reference, .. } = entry.item {
                assert_eq!(told.insert(reference, entry.seq), None);
            }
        }
        let poll = reader.store.feed.poll();
        let _woken = tokio::time::timeout(poll, wakes.changed()).await;
    }
    let sent = sending.join_all().await;
    assert!(sent.iter().all(|reference| told.contains_key(reference)));
}
