//! Parts of tables: made ahead, with what has come early; dropped when nothing in them is needed.

use crate::server::Database;
use crate::world::{BY, World};
use jiff::{SignedDuration, Timestamp};
use model::message::{ClaimMode, Event, LEASE, Stage};
use model::{MessageRef, SessionId};
use std::time::{Duration, Instant};
use store::platform::{Accepted, Applied, Tended};
use uuid::Uuid;

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// So many rows of a table are in its default part.
async fn by_default(database: &Database, table: &str) -> i64 {
    let sql = format!("SELECT count(*) FROM platform.{table}_default");
    database.number(&sql).await
}

async fn rows(database: &Database, table: &str) -> i64 {
    let sql = format!("SELECT count(*) FROM platform.{table}");
    database.number(&sql).await
}

async fn parts(database: &Database, like: &str) -> i64 {
    let sql = format!("SELECT count(*) FROM pg_class WHERE relname ~ '^{like}$' AND relkind = 'r'");
    database.number(&sql).await
}

async fn tend(world: &World, now: &str) -> Tended {
    let now = time(now);
    let week = SignedDuration::from_hours(7 * 24);
    let tended = world.store.upkeep.tend(now, now - week).await;
    tended.unwrap()
}

async fn accept(world: &World, when: &str) -> MessageRef {
    let message = world.standard(time(when));
    assert_eq!(world.accept(&message).await, Accepted::New);
    message.envelope.reference
}

/// Claims and rejects a message, so that it has ended.
async fn reject(world: &World, reference: MessageRef, when: &str) {
    let messages = &world.store.messages;
    let claim = Event::Claim {
        holder: SessionId(Uuid::from_u128(1)),
        mode: ClaimMode::Review,
        lease: LEASE,
    };
    let claimed = messages.apply(&BY, reference, &claim, time(when)).await;
    let Applied::Changed(claimed) = claimed.unwrap() else {
        panic!("not claimed");
    };
    let Stage::Claimed { lease, .. } = claimed.stage else {
        panic!("not claimed");
    };
    let event = Event::Rejected {
        fence: lease.fence,
        reason: "not for us".to_owned(),
    };
    let rejected = messages.apply(&BY, reference, &event, time(when)).await;
    assert!(matches!(rejected.unwrap(), Applied::Changed(_)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn parts_are_made_ahead_with_what_has_come_early() {
    let database = Database::new().await;
    let world = World::new(database.open().await).await;
    let early = accept(&world, "2026-11-20T08:00:00Z").await;
    let tables = ["message", "message_body", "history", "feed"];
    for table in tables {
        assert!(by_default(&database, table).await > 0);
    }
    let feed_before = world.told(0).await;
    let made = tend(&world, "2026-11-21T12:00:00Z").await;
    // Three months of five tables, and three parts of the feed.
    assert_eq!(
        made,
        Tended {
            made: 18,
            dropped: 0
        }
    );
    assert_eq!(
        tend(&world, "2026-11-21T12:01:00Z").await,
        Tended::default()
    );
    for table in tables {
        assert_eq!(by_default(&database, table).await, 0, "{table}");
    }
    let messages = &world.store.messages;
    assert!(
        messages
            .content(early)
            .await
            .unwrap()
            .unwrap()
            .body
            .is_some()
    );
    reject(&world, early, "2026-11-21T12:00:00Z").await;
    assert_eq!(world.told(0).await[..1], feed_before);
    // What comes now finds its part; what fits none is as good in the default part.
    let mut sent = Vec::new();
    for (when, default) in [
        ("2026-11-30T23:59:59.999Z", 0),
        ("2026-12-01T00:00:00Z", 0),
        ("2027-01-31T23:59:59Z", 0),
        ("2027-02-01T00:00:00Z", 1),
        ("2026-10-31T23:59:59Z", 2),
    ] {
        sent.push(accept(&world, when).await);
        assert_eq!(by_default(&database, "message").await, default, "{when}");
    }
    sent.sort_by_key(|reference| reference.0);
    let waiting = messages.waiting(
        &world.doctor.practice,
        &world.doctor.spine_user_id,
        None,
        100,
    );
    let waiting: Vec<_> = waiting
        .await
        .unwrap()
        .into_iter()
        .map(|waiting| waiting.stored.envelope.reference)
        .collect();
    assert_eq!(waiting, sent);
    // The next month needs one part more of each, one of them with what came early.
    let made = tend(&world, "2026-12-05T12:00:00Z").await;
    // Nothing ever was attached or coded in November.
    assert_eq!(
        made,
        Tended {
            made: 5,
            dropped: 2
        }
    );
    assert_eq!(by_default(&database, "message").await, 1);
    let settled = messages.settle_due(time("2027-04-01T00:00:00Z"), 50).await;
    assert_eq!(settled.unwrap().changed, 5);
    assert_eq!(rows(&database, "message").await, 6);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn content_is_dropped_by_the_month_once_it_is_empty() {
    let database = Database::new().await;
    let world = World::new(database.open().await).await;
    tend(&world, "2026-11-01T12:00:00Z").await;
    let one = accept(&world, "2026-11-02T08:00:00Z").await;
    let other = accept(&world, "2026-11-03T08:00:00Z").await;
    reject(&world, one, "2026-11-03T09:00:00Z").await;
    reject(&world, other, "2026-11-04T09:00:00Z").await;
    let messages = &world.store.messages;
    let empty = |before: &str| messages.empty_ended(time(before), 50);
    assert_eq!(empty("2026-11-04T00:00:00Z").await.unwrap().messages, 1);
    // One is left: only the tables in which nothing ever was go.
    let later = "2027-02-10T12:00:00Z";
    let tended = tend(&world, later).await;
    assert_eq!(parts(&database, "message_body_p202611").await, 1);
    assert_eq!(parts(&database, "attachment_p202611").await, 0);
    assert_eq!(tended.dropped, 8, "{tended:?}");
    assert_eq!(empty("2026-11-05T00:00:00Z").await.unwrap().messages, 1);
    assert_eq!(
        tend(&world, later).await,
        Tended {
            made: 0,
            dropped: 1
        }
    );
    assert_eq!(parts(&database, "message_body_p202611").await, 0);
    // Of a message itself something stays for ever.
    assert_eq!(parts(&database, "message_p202611").await, 1);
    assert_eq!(parts(&database, "history_p202611").await, 1);
    assert_eq!(messages.content(one).await.unwrap(), None);
    assert!(messages.get(one).await.unwrap().is_some());
    assert_eq!(tend(&world, later).await, Tended::default());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn the_feed_is_dropped_by_parts_once_it_is_forgotten() {
    let database = Database::new().await;
    let world = World::new(database.open().await).await;
    let client = database.client().await;
    let feed = &world.store.feed;
    tend(&world, "2026-11-01T12:00:00Z").await;
    accept(&world, "2026-11-02T08:00:00Z").await;
    accept(&world, "2026-11-03T08:00:00Z").await;
    // Some millions of transactions later.
    client
        .batch_execute("UPDATE feed_state SET base = base + (1 << 22)")
        .await
        .unwrap();
    let read = feed.latest(&world.toolbars()).await.unwrap();
    accept(&world, "2026-11-20T08:00:00Z").await;
    let now = "2026-11-21T08:00:00Z";
    // Not forgotten yet, so not dropped.
    assert_eq!(
        tend(&world, now).await,
        Tended {
            made: 1,
            dropped: 0
        }
    );
    assert_eq!(world.told(0).await.len(), 3);
    let before = time(now) - SignedDuration::from_hours(7 * 24);
    assert_eq!(feed.forget(before, 100).await.unwrap(), 4);
    assert_eq!(world.told(0).await.len(), 1);
    assert_eq!(rows(&database, "feed").await, 6);
    let kept = feed.kept().await.unwrap();
    assert_eq!(
        tend(&world, now).await,
        Tended {
            made: 0,
            dropped: 1
        }
    );
    assert_eq!(rows(&database, "feed").await, 2);
    assert_eq!(feed.kept().await.unwrap(), kept);
    assert!(!kept.may_miss(kept.forgotten) && kept.may_miss(read - 1));
    assert_eq!(world.told(read).await.len(), 1);
    assert_eq!(tend(&world, now).await, Tended::default());
    // What is forgotten goes even if it has no part to go with.
    let later_on = "UPDATE feed_state SET base = base + (9 << 22)";
    client.batch_execute(later_on).await.unwrap();
    accept(&world, "2026-11-21T07:00:00Z").await;
    client.batch_execute(later_on).await.unwrap();
    assert_eq!(by_default(&database, "feed").await, 2);
    let later = time("2026-12-21T07:00:00Z");
    assert_eq!(feed.forget(later, 100).await.unwrap(), 4);
    tend(&world, "2026-12-04T06:00:00Z").await;
    assert_eq!(by_default(&database, "feed").await, 2);
    world.store.upkeep.tend(later, later).await.unwrap();
    assert_eq!(rows(&database, "feed").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn nodes_may_tend_at_once_and_beside_load() {
    let database = Database::new().await;
    let world = World::new(database.open().await).await;
    let nodes = [
        world.clone(),
        world.seen_by(database.open().await),
        world.seen_by(database.open().await),
    ];
    let sending = tokio::spawn({
        let world = world.clone();
        async move {
            let mut longest = Duration::ZERO;
            for _ in 0..200 {
                let begun = Instant::now();
                accept(&world, "2026-11-20T08:00:00Z").await;
                longest = longest.max(begun.elapsed());
            }
            longest
        }
    });
    let mut made = 0;
    while parts(
        &database,
        "(message|message_body|attachment|coded_item|history|feed)_p[0-9]+",
    )
    .await
        < 18
    {
        let [one, two, three] = &nodes;
        let now = "2026-11-21T12:00:00Z";
        let tended = tokio::join!(tend(one, now), tend(two, now), tend(three, now));
        made += 1;
        assert!(made < 20, "{tended:?}");
    }
    let longest = sending.await.unwrap();
    assert!(longest < Duration::from_secs(3), "{longest:?}");
    assert_eq!(rows(&database, "message").await, 200);
    assert_eq!(world.told(0).await.len(), 200);
    assert_eq!(database.deadlocks().await, 0);
}

/// Somebody reads the default part for a long time: nobody else has to wait for upkeep, which waits for it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn upkeep_gives_way_to_whoever_holds_a_table() {
    let database = Database::new().await;
    let world = World::new(database.open().await).await;
    let reader = database.client().await;
    reader
        .batch_execute("BEGIN; SELECT count(*) FROM message")
        .await
        .unwrap();
    let begun = Instant::now();
    let tended = tend(&world, "2026-11-21T12:00:00Z").await;
    // It stops at once where it would hold up others.
    assert_eq!(tended, Tended::default());
    assert!(begun.elapsed() < Duration::from_secs(1));
    accept(&world, "2026-11-20T08:00:00Z").await;
    reader.batch_execute("COMMIT").await.unwrap();
    let tended = tend(&world, "2026-11-21T12:00:00Z").await;
    assert_eq!(
        tended,
        Tended {
            made: 18,
            dropped: 0
        }
    );
    assert_eq!(by_default(&database, "message").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn a_default_part_that_grew_large_is_left_as_it_is() {
    let database = Database::new().await;
    let world = World::new(database.open().await).await;
    let client = database.client().await;
    client
        .batch_execute("INSERT INTO history (message, place, status, at) SELECT '019a9f00-0000-7000-8000-000000000000', n, 'PENDING', 1 FROM generate_series(1, 10001) AS n")
        .await
        .unwrap();
    let tended = tend(&world, "2025-11-21T12:00:00Z").await;
    assert_eq!(
        tended,
        Tended {
            made: 17,
            dropped: 0
        }
    );
    assert_eq!(parts(&database, "history_p202511").await, 0);
    assert_eq!(by_default(&database, "history").await, 10_001);
}

/// Its rows move while it is read: a reader sees them in one place or in the other.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn a_message_is_read_whole_while_its_rows_move_to_their_part() {
    for _ in 0..4 {
        let database = Database::new().await;
        let world = World::new(database.open().await).await;
        let message = accept(&world, "2026-11-20T08:00:00Z").await;
        let readers: Vec<_> = (0..6)
            .map(|_| {
                let messages = world.store.messages.clone();
                tokio::spawn(async move {
                    let begun = Instant::now();
                    while begun.elapsed() < Duration::from_millis(1_500) {
                        let content = messages.content(message).await.unwrap();
                        let content = content.expect("it was not emptied");
                        assert!(content.body.is_some(), "a message without its body");
                    }
                })
            })
            .collect();
        for _ in 0..20 {
            tend(&world, "2026-11-21T12:00:00Z").await;
        }
        for reader in readers {
            reader.await.unwrap();
        }
        assert_eq!(by_default(&database, "message_body").await, 0);
    }
}
