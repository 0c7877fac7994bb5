//! Accepting from several nodes at once, and what one message may do to the others of its batch.

use crate::server::Database;
use crate::world::{BY, World, at, attach};
use model::coded_data::CodedItem;
use model::message::{ClaimMode, Event, LEASE, Stage};
use model::{SessionId, SnomedCode};
use store::StoreError;
use store::platform::{Accepted, Applied};
use tokio::task::JoinSet;
use uuid::Uuid;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn two_nodes_that_race_store_each_message_once() {
    let database = Database::new().await;
    let one = World::new(database.open().await).await;
    let other = one.seen_by(database.open().await);
    let token = one.token().await;
    let mut sending = JoinSet::new();
    for n in 0..200 {
        let message = if n % 2 == 0 {
            one.standard(at(5))
        } else {
            one.instant(token, at(5))
        };
        for node in [&one, &other] {
            let (node, mut message) = (node.clone(), message.clone());
            // Each node gives it a reference of its own, as it came to each.
            message.envelope.reference = node.standard(at(5)).envelope.reference;
            sending.spawn(async move { (n, node.accept(&message).await) });
        }
    }
    let mut answers = sending.join_all().await;
    answers.sort_by_key(|(n, answer)| (*n, *answer == Accepted::Same));
    for (place, (n, answer)) in answers.into_iter().enumerate() {
        let expected = if place % 2 == 0 {
            Accepted::New
        } else {
            Accepted::Same
        };
        assert_eq!(answer, expected, "message {n}");
    }
    let counts = one.store.messages.counts().await.unwrap();
    assert_eq!(counts.iter().map(|(_, _, count)| count).sum::<u64>(), 200);
    assert_eq!(one.told(0).await.len(), 201, "one is of the used code");
    assert_eq!(other.store.audit.verify().await.unwrap().broken_at, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn messages_that_come_together_share_their_commits() {
    let database = Database::new().await;
    let world = World::new(database.open().await).await;
    let mut sending = JoinSet::new();
    for _ in 0..500 {
        let (world, message) = (world.clone(), world.standard(at(5)));
        sending.spawn(async move { world.accept(&message).await });
    }
    let answers = sending.join_all().await;
    assert!(answers.iter().all(|answer| *answer == Accepted::New));
    let sql = "SELECT count(DISTINCT place >> 20) FROM platform.feed";
    let commits = database.number(sql).await;
    assert!(commits < 100, "{commits} commits");
}

/// Messages share keys, tokens and blobs, and come in any order on three nodes, while a token is
/// withdrawn and messages change: nobody waits for somebody who waits for them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn batches_that_overlap_do_not_lock_each_other_out() {
    let database = Database::new().await;
    let world = World::new(database.open().await).await;
    let nodes = [
        world.clone(),
        world.seen_by(database.open().await),
        world.seen_by(database.open().await),
    ];
    let (mut tokens, mut blobs, mut ids) = (Vec::new(), Vec::new(), Vec::new());
    for n in 0..4_u8 {
        tokens.push(world.token().await);
        blobs.push(world.blob(&[n]).await);
    }
    for _ in 0..40 {
        ids.push(world.standard(at(5)).envelope);
    }
    let pick = |of: usize| usize::try_from(world.any(of as u64)).unwrap();
    let mut sending = JoinSet::new();
    for n in 0..600 {
        let node = nodes[n % 3].clone();
        let mut message = world.instant(tokens[pick(4)], at(5));
        let used = &ids[pick(40)];
        message.envelope.message_id = used.message_id;
        message.envelope.content_hash = used.content_hash;
        if n % 3 == 0 {
            for _ in 0..3 {
                attach(&mut message, blobs[pick(4)]);
            }
        }
        let withdrawn = (n == 300).then_some(tokens[0]);
        sending.spawn(async move {
            if let Some(token) = withdrawn {
                let permissions = &node.store.permissions;
                let done = permissions.withdraw(&BY, &node.doctor, token, at(6)).await;
                assert!(done.unwrap());
            }
            let accepted = node.accept(&message).await;
            if accepted == Accepted::New {
                let event = Event::Claim {
                    holder: SessionId(Uuid::from_u128(n as u128)),
                    mode: ClaimMode::Review,
                    lease: LEASE,
                };
                let reference = message.envelope.reference;
                let messages = &node.store.messages;
                let applied = messages.apply(&BY, reference, &event, at(7)).await;
                assert!(matches!(applied.unwrap(), Applied::Changed(_)));
            }
            accepted
        });
    }
    let answers = sending.join_all().await;
    let new = answers.iter().filter(|answer| **answer == Accepted::New);
    assert_eq!(new.count(), 40);
    assert!(!answers.contains(&Accepted::Conflict) && !answers.contains(&Accepted::BlobGone));
    assert_eq!(database.deadlocks().await, 0);
    // The counts of blobs are what the rows say.
    let sql = "SELECT count(*) FROM (SELECT hash, count(*) AS uses FROM platform.attachment WHERE bytes IS NULL GROUP BY hash) AS named FULL JOIN platform.blob USING (hash, uses) WHERE named.hash IS NULL OR blob.hash IS NULL";
    assert_eq!(database.number(sql).await, 0);
    assert_eq!(world.store.audit.verify().await.unwrap().broken_at, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn a_message_that_cannot_be_written_harms_only_itself() {
    let database = Database::new().await;
    let world = World::new(database.open().await).await;
    let mut sending = JoinSet::new();
    for n in 0..100 {
        let (world, mut message) = (world.clone(), world.standard(at(5)));
        if n % 40 == 3 {
            // No topic that the directory knows has such a character, which PostgreSQL refuses.
            message.envelope.topic = "a\0b".to_owned();
        }
        sending.spawn(async move { (n, world.store.messages.accept(&BY, &message).await) });
    }
    for (n, answer) in sending.join_all().await {
        match answer {
            Ok(accepted) => assert!(n % 40 != 3 && accepted == Accepted::New, "{n}"),
            Err(cause) => {
                assert!(n % 40 == 3, "{n}: {cause}");
                assert!(matches!(cause, StoreError::Fault { .. }), "{cause:?}");
            }
        }
    }
    let counts = world.store.messages.counts().await.unwrap();
    assert_eq!(counts.iter().map(|(_, _, count)| count).sum::<u64>(), 97);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn text_that_postgresql_has_no_place_for_comes_back() {
    let database = Database::new().await;
    let world = World::new(database.open().await).await;
    let mut message = world.standard(at(5));
    let odd = "a\0b\u{FDD0}0".to_owned();
    if let Some(body) = &mut message.body {
        body.content = odd.clone();
    }
    message.coded_data.push(CodedItem {
        code: SnomedCode::parse("27113001").unwrap(),
        value: None,
        unit: Some(odd.clone()),
        additional_text: Some(odd.clone()),
    });
    assert_eq!(world.accept(&message).await, Accepted::New);
    let reference = message.envelope.reference;
    let messages = &world.store.messages;
    let content = messages.content(reference).await.unwrap().unwrap();
    assert_eq!(content.body, message.body);
    assert_eq!(content.coded_data, message.coded_data);
    let claim = Event::Claim {
        holder: SessionId(Uuid::from_u128(1)),
        mode: ClaimMode::Review,
        lease: LEASE,
    };
    let claimed = messages.apply(&BY, reference, &claim, at(6)).await;
    let Applied::Changed(claimed) = claimed.unwrap() else {
        panic!("not claimed");
    };
    let Stage::Claimed { lease, .. } = claimed.stage else {
        panic!("not claimed");
    };
    let rejected = Event::Rejected {
        fence: lease.fence,
        reason: odd.clone(),
    };
    let applied = messages.apply(&BY, reference, &rejected, at(7)).await;
    assert!(matches!(applied.unwrap(), Applied::Changed(_)));
    let found = messages.get(reference).await.unwrap().unwrap();
    assert_eq!(found.stored.stage, Stage::Rejected { reason: odd });
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn a_batch_that_waits_for_a_lock_does_not_hold_up_other_messages() {
    let database = Database::new().await;
    let world = World::new(database.open().await).await;
    let token = world.token().await;
    let holder = database.client().await;
    let lock = format!(
        "BEGIN; SELECT FROM token WHERE id = '{}' FOR UPDATE",
        token.0
    );
    holder.batch_execute(&lock).await.unwrap();
    let stuck = {
        let world = world.clone();
        tokio::spawn(async move { world.accept(&world.instant(token, at(2))).await })
    };
    let waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()";
    while holder.query_one(waits, &[]).await.unwrap().get::<_, i64>(0) == 0 {
        tokio::task::yield_now().await;
    }
    // It has its answer while the other one still waits.
    assert_eq!(world.accept(&world.standard(at(2))).await, Accepted::New);
    assert!(!stuck.is_finished());
    holder.batch_execute("COMMIT").await.unwrap();
    assert_eq!(stuck.await.unwrap(), Accepted::New);
}
