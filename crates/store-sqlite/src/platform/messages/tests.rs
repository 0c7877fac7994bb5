//! What operations on messages cost, counted in SQLite's own steps: as much with many as with few.

mod crowd;

use super::{blobs, read};
use crate::migrate::PLATFORM;
use crate::platform::statements;
use crate::sql::tests::{Cost, Part, assert_all_fine, database, is_up_to_date, plans};
use crowd::{Crowd, at};
use model::message::{ClaimMode, Event, Fence, LEASE};
use model::{Actor, Hash, SessionId, SpineUserId};
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use store::platform::{Accepted, Applied, Feed as _, Messages as _};
use uuid::Uuid;

/// So many messages are few, and so many are many.
const FEW: u64 = 1_000;
const MANY: u64 = 50_000;

const ABOUT: &str = "# What storage costs when it is large

Made by `cargo test -p store-sqlite`, which fails when this page is out of date, and then writes it anew.

## Steps

Instructions of SQLite's virtual machine for each operation, by how many messages the database holds. They are counted, not
timed, so they are the same on every machine. An instruction that finds a row goes down one tree: with a thousand times as
many rows that is one or two pages more.

";

const PLANS: &str = "
`empty` and `settle` work in batches of 50, each its own turn at the writer: as much work as one full batch of accepted
messages. A batch of `empty` also ends after 1 MiB of content.

## Plans

No statement reads a large table from end to end or sorts it; a test refuses any that would, with or without statistics. What
is scanned (`SCAN`) is what an operator enters by hand, or a fixed handful of rows. `WAITING` goes past instant messages of
other practitioners: those are at most ten minutes old.
";

/// What each operation costs; those measured before it change nothing about it.
async fn costs(crowd: &Crowd) -> Vec<(&'static str, Cost)> {
    // Once beforehand, so that statements are prepared and the audit log's head is known.
    once(crowd, Crowd::WAITING).await;
    once(crowd, crowd.another_waiting_one()).await
}

async fn once(crowd: &Crowd, target: u64) -> Vec<(&'static str, Cost)> {
    let mut costs = Vec::new();
    let (db, meter) = (&crowd.db, &crowd.meter);
    let (reference, message_id) = (crowd::reference(target), crowd::message_id(target));

    meter.start();
    let found = db.write("test", move |tx| {
        read::find(tx, crowd::client(), message_id)
    });
    assert!(found.await.unwrap().is_some());
    costs.push(("status of a message", meter.stop()));

    let middle = crowd::reference(crowd.count / 2);
    for (name, after) in [
        ("what waits: first 10", None),
        ("what waits: 10 from the middle", Some(middle)),
    ] {
        let practice = crowd::practice(target);
        let someone = SpineUserId::parse("555000000109").unwrap();
        meter.start();
        let page = db.write("test", move |tx| {
            read::waiting(tx, &practice, &someone, after, 10)
        });
        assert_eq!(page.await.unwrap().len(), 10);
        costs.push((name, meter.stop()));
    }

    for (name, instant) in [("accept", false), ("accept: instant", true)] {
        let message = crowd.next_message(instant);
        meter.start();
        let accepted = db.accept(&Actor::System, &message).await;
        assert_eq!(accepted.unwrap(), Accepted::New);
        costs.push((name, meter.stop()));
    }
    meter.start();
    let again = db
        .accept(&Actor::System, &crowd::message(target, false))
        .await;
    assert_eq!(again.unwrap(), Accepted::Same);
    costs.push(("accept: a retry", meter.stop()));

    let claim = Event::Claim {
        holder: SessionId(Uuid::from_u128(7)),
        mode: ClaimMode::Review,
        lease: LEASE,
    };
    let renew = Event::Renew {
        fence: Fence(1),
        lease: LEASE,
    };
    let complete = Event::Imported { fence: Fence(1) };
    for (name, event, now) in [
        ("claim", claim, at(20)),
        ("renew", renew, at(21)),
        ("complete", complete, at(22)),
    ] {
        meter.start();
        let applied = db.apply(&Actor::System, reference, &event, now).await;
        assert!(matches!(applied.unwrap(), Applied::Changed(_)));
        costs.push((name, meter.stop()));
    }

    for (name, now, changed) in [
        ("settle: nothing due", at(30), 0),
        ("settle: one message", at(700), 1),
    ] {
        meter.start();
        let settled = db.settle_due(now, 1).await.unwrap();
        assert_eq!((settled.changed, settled.more), (changed, false));
        costs.push((name, meter.stop()));
    }
    for (name, before, emptied) in [
        ("empty: nothing due", at(-1), 0),
        ("empty: one message", at(900), 1),
    ] {
        meter.start();
        let collected = db.empty_ended(before, 1).await.unwrap();
        assert_eq!(collected.messages, emptied);
        costs.push((name, meter.stop()));
    }
    meter.start();
    assert_eq!(db.forget(at(-1), 100).await.unwrap(), 0);
    costs.push(("forget: look at 100 feed rows", meter.stop()));
    meter.start();
    db.write("test", |tx| read::counts(tx)).await.unwrap();
    costs.push(("counts by status", meter.stop()));
    meter.start();
    let hash = Hash::of(b"no such blob");
    let used = db.write("test", move |tx| blobs::is_used(tx, hash));
    assert!(!used.await.unwrap());
    costs.push(("whether a blob is used", meter.stop()));
    meter.start();
    assert!(db.condemn_blob(hash, at(0)).await.unwrap());
    costs.push(("condemn a blob", meter.stop()));
    meter.start();
    let left = db.condemned_blobs(at(1), at(2), 100).await.unwrap();
    assert_eq!(left, [hash]);
    costs.push(("take over a condemned blob", meter.stop()));
    meter.start();
    db.spare_blob(hash).await.unwrap();
    costs.push(("spare a blob", meter.stop()));
    costs
}

/// Retention queues its next batch when the last one was answered, and the writer takes calls in their
/// order: so whoever comes in between waits for the batch under way, and for no more.
#[tokio::test]
async fn nobody_waits_for_more_than_a_batch_of_retention() {
    let crowd = Arc::new(Crowd::of(FEW).await);
    let batches = Arc::new(AtomicU64::new(0));
    let retention = tokio::spawn({
        let (crowd, batches) = (Arc::clone(&crowd), Arc::clone(&batches));
        async move {
            while crowd.db.empty_ended(at(900), 2).await.unwrap().more {
                batches.fetch_add(1, Ordering::SeqCst);
            }
        }
    });
    let mut longest = 0;
    let mut beside = 0;
    while !retention.is_finished() {
        let message = crowd.next_message(false);
        let before = batches.load(Ordering::SeqCst);
        let accepted = crowd.db.accept(&Actor::System, &message).await;
        assert_eq!(accepted.unwrap(), Accepted::New);
        longest = longest.max(batches.load(Ordering::SeqCst) - before);
        beside += 1;
    }
    retention.await.unwrap();
    assert!(beside > 20, "{beside} messages were accepted beside it");
    // The one under way, and one that queued behind the message and shared its commit.
    assert!(longest <= 2, "one waited for {longest} batches");
}

/// SQLite plans by statistics where somebody gathered them: the program never does, an operator may.
#[tokio::test]
async fn statistics_turn_no_plan_into_a_scan() {
    let crowd = Crowd::of(FEW).await;
    let connection = crowd.connection();
    connection.execute_batch("ANALYZE").unwrap();
    assert_all_fine(&connection, statements());
}

#[tokio::test]
async fn many_messages_cost_what_few_cost() {
    let few = costs(&Crowd::of(FEW).await).await;
    let many = costs(&Crowd::of(MANY).await).await;
    let mut text = ABOUT.to_owned();
    writeln!(
        text,
        "| operation | statements | {FEW} messages | {MANY} messages |"
    )
    .unwrap();
    writeln!(text, "|---|---|---|---|").unwrap();
    for ((name, few), (_, many)) in few.iter().zip(&many) {
        assert_eq!(few, many, "{name}");
        // The rows of a table that has one for each status.
        assert!(many.scanned < 10, "{name}: {many:?}");
        assert_eq!(many.sorted, 0, "{name}: {many:?}");
        writeln!(
            text,
            "| {name} | {} | {} | {} |",
            many.statements, few.steps, many.steps
        )
        .unwrap();
    }
    let (connection, _folder) = database(&PLATFORM);
    text += PLANS;
    text += &plans(&connection, statements());
    assert!(
        is_up_to_date(Part::Platform, &text),
        "docs/query-plans.md was out of date and was written anew: look at the difference"
    );
}
