//! One message that cannot be read harms no other: each is damaged here behind the program's back.

use crate::server::Database;
use crate::world::{BY, CONVERTS, World, at};
use jiff::SignedDuration;
use model::MessageRef;
use model::TokenId;
use model::message::{Status, SubStatus};
use store::StoreError;
use store::platform::{Accepted, PUT_OFF};

/// Three instant messages under a token.
async fn three(world: &World) -> (TokenId, Vec<MessageRef>) {
    let token = world.token().await;
    let mut messages = Vec::new();
    for n in 0..3 {
        let message = world.instant(token, at(n));
        assert_eq!(world.accept(&message).await, Accepted::New);
        messages.push(message.envelope.reference);
    }
    (token, messages)
}

/// Changes a row by hand, with no constraint in the way.
async fn damage(database: &Database, reference: MessageRef, change: &str) {
    let client = database.client().await;
    let sql = "SELECT conname::text FROM pg_constraint WHERE conrelid = 'message'::regclass AND contype = 'c'";
    for row in client.query(sql, &[]).await.unwrap() {
        let name: &str = row.get(0);
        let sql = format!("ALTER TABLE message DROP CONSTRAINT {name}");
        client.batch_execute(&sql).await.unwrap();
    }
    let sql = format!("UPDATE message SET {change} WHERE reference = $1");
    assert_eq!(client.execute(&sql, &[&reference.0]).await.unwrap(), 1);
}

async fn counted(world: &World, sub_status: SubStatus) -> u64 {
    let counts = world.store.messages.counts().await.unwrap();
    let of = (Status::Pending, Some(sub_status));
    let found = counts.iter().find(|(status, sub, _)| (*status, *sub) == of);
    found.map_or(0, |(_, _, count)| *count)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn a_message_that_cannot_be_read_is_set_aside_and_the_others_are_settled() {
    for change in [
        "stage = 'nonsense'",
        "waits_for = 'nothing known'",
        "subject = 'x'",
        "token = NULL",
        "fence = -1",
    ] {
        let database = Database::new().await;
        let world = World::new(database.open().await).await;
        let (_, messages) = three(&world).await;
        damage(&database, messages[1], change).await;
        let port = &world.store.messages;
        let now = at(CONVERTS + 10);
        let settled = port.settle_due(now, 10).await.unwrap();
        assert_eq!((settled.changed, settled.more), (2, false), "{change}");
        let [aside] = settled.set_aside.as_slice() else {
            panic!("{change}: {settled:?}");
        };
        assert_eq!(aside.reference, Some(messages[1]));
        assert!(matches!(aside.cause, StoreError::Inconsistent { .. }));
        assert_eq!(counted(&world, SubStatus::InstantMessageTimedOut).await, 2);
        // Not again at once, but later.
        let settled = |at| async move { port.settle_due(at, 10).await.unwrap().set_aside.len() };
        assert_eq!(settled(now).await, 0);
        let later = now + PUT_OFF;
        assert_eq!(settled(later - SignedDuration::from_secs(1)).await, 0);
        assert_eq!(settled(later).await, 1);
        // Nor does it hide the others.
        let (practice, who) = (&world.doctor.practice, &world.doctor.spine_user_id);
        let waiting = port.waiting(practice, who, None, 2).await.unwrap();
        assert_eq!(waiting.len(), 2, "{change}");
    }
}

/// The row can be read, but what follows from it cannot be written: nothing of it stays.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn a_message_that_cannot_be_changed_leaves_nothing_half_done() {
    let database = Database::new().await;
    let world = World::new(database.open().await).await;
    let (_, messages) = three(&world).await;
    let client = database.client().await;
    let sql = format!(
        "ALTER TABLE history ADD CHECK (message <> '{}' OR place = 1)",
        messages[1]
    );
    client.batch_execute(&sql).await.unwrap();
    let before = world.store.audit.verify().await.unwrap().entries;
    let told = world.told(0).await.len();
    let settled = world.store.messages.settle_due(at(CONVERTS + 10), 10).await;
    let settled = settled.unwrap();
    assert_eq!((settled.changed, settled.set_aside.len()), (2, 1));
    assert!(matches!(
        settled.set_aside[0].cause,
        StoreError::Fault { .. }
    ));
    let verified = world.store.audit.verify().await.unwrap();
    assert_eq!((verified.entries, verified.broken_at), (before + 2, None));
    assert_eq!(world.told(0).await.len(), told + 2);
    assert_eq!(counted(&world, SubStatus::InstantMessageTimedOut).await, 2);
    assert_eq!(counted(&world, SubStatus::AwaitingInstantImport).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn a_message_that_cannot_be_read_keeps_no_permission_alive() {
    let database = Database::new().await;
    let world = World::new(database.open().await).await;
    let (token, messages) = three(&world).await;
    damage(&database, messages[1], "stage = 'nonsense'").await;
    let permissions = &world.store.permissions;
    let withdrawn = permissions.withdraw(&BY, &world.doctor, token, at(9)).await;
    assert!(withdrawn.unwrap());
    assert_eq!(counted(&world, SubStatus::AuthorisationWithdrawn).await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn a_row_of_the_feed_that_cannot_be_read_is_left_out() {
    let database = Database::new().await;
    let world = World::new(database.open().await).await;
    for n in 0..5 {
        world.accept_new(n).await;
    }
    let all = world.told(0).await;
    let client = database.client().await;
    let sql = "UPDATE feed SET kind = 'nonsense' WHERE place IN ($1, $2)";
    let place = |n: usize| i64::try_from(all[n].seq).unwrap();
    let damaged = client.execute(sql, &[&place(1), &place(2)]).await.unwrap();
    assert_eq!(damaged, 2);
    // A page of nothing but such rows would end a reader's way.
    let mut read = Vec::new();
    let mut after = 0;
    loop {
        let page = world.store.feed.since(&world.toolbars(), after, 2).await;
        let page = page.unwrap();
        let Some(last) = page.last() else { break };
        after = last.seq;
        read.extend(page);
    }
    let expected: Vec<_> = [0, 3, 4].map(|n: usize| all[n].clone()).into();
    assert_eq!(read, expected);
}
