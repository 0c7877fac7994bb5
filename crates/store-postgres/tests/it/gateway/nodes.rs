//! Several nodes of a gateway on one database.

use super::world::{BY, PATIENTS, World, at, sealed};
use crate::server::Database;
use futures_util::future::join_all;
use model::WebhookId;
use model::outbox::{Bucket, LEASE};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use store::gateway::{DeliveryState, Happening, NewWebhook, Wake, WebhookChange};
use uuid::Uuid;

async fn two_nodes() -> (World, World, Database) {
    let database = Database::new().await;
    let one = World::new(database.open_gateway().await);
    let other = one.seen_by(database.open_gateway().await);
    (one, other, database)
}

/// Sends everything; what each patient's messages were, in the order in which they were accepted.
async fn send_all(world: World) -> usize {
    let mut sent = 0;
    while world.store.outbox.next_due().await.unwrap().is_some() {
        for claimed in world.claim(1_000, 2).await {
            world.accept(&claimed, 1_000).await;
            sent += 1;
        }
    }
    sent
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn two_nodes_send_each_message_once_and_in_each_patients_order() {
    let (one, other, database) = two_nodes().await;
    let mut entered: BTreeMap<_, &str> = BTreeMap::new();
    let mut lines: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    for round in 0..10 {
        for patient in PATIENTS {
            let node = if round % 2 == 0 { &one } else { &other };
            let id = node.entered(patient, round).await;
            entered.insert(id.0, patient);
            lines.entry(patient).or_default().push(id.0);
        }
    }
    let workers = [&one, &other, &one, &other].map(|node| tokio::spawn(send_all(node.clone())));
    let sent: usize = join_all(workers)
        .await
        .into_iter()
        .map(Result::unwrap)
        .sum();
    assert_eq!(sent, entered.len());
    let mut accepted: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    for entry in one.store.events.since(0, 1_000).await.unwrap() {
        if let Happening::Accepted(id) = entry.happened.what {
            accepted.entry(entered[&id.0]).or_default().push(id.0);
        }
    }
    assert_eq!(accepted, lines);
    assert_eq!(database.deadlocks().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn one_node_ends_a_turn_while_another_enters_and_nothing_is_left_waiting() {
    let (one, other, _database) = two_nodes().await;
    for round in 0..30 {
        one.entered(PATIENTS[0], round).await;
        let claimed = one.claim(1_000, 10).await;
        assert_eq!(claimed.len(), 1, "in round {round}");
        let enter = async {
            other.entered(PATIENTS[0], round).await;
        };
        futures_util::join!(one.accept(&claimed[0], 1_000), enter);
        let claimed = other.claim(1_000, 10).await;
        assert_eq!(claimed.len(), 1, "in round {round}");
        other.accept(&claimed[0], 1_000).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn nodes_that_do_everything_at_once_never_wait_for_each_other_in_a_ring() {
    let (one, other, database) = two_nodes().await;
    let (user, key) = one.user().await;
    for number in 0..4 {
        let webhook = NewWebhook {
            id: WebhookId(Uuid::from_u128(number)),
            url: "https://example.org/".to_owned(),
            description: None,
            wants: Vec::new(),
            secret: sealed(key, "secret"),
            made_at: at(0),
        };
        one.store.webhooks.add(&webhook).await.unwrap();
    }
    let senders = [&one, &other].map(|node| {
        let node = node.clone();
        tokio::spawn(async move {
            for round in 0..25 {
                for patient in PATIENTS {
                    node.entered(patient, round).await;
                }
                for claimed in node.claim(1_000, 3).await {
                    node.accept(&claimed, 1_000).await;
                }
            }
        })
    });
    let posters = [&one, &other].map(|node| {
        let node = node.clone();
        tokio::spawn(async move {
            let webhooks = &node.store.webhooks;
            for _ in 0..40 {
                let claimed = webhooks.claim(at(1_000), at(1_060), &[], 5, 20).await;
                for delivery in claimed.unwrap() {
                    let answer = store::gateway::Answer::Status(204);
                    let state = DeliveryState::Delivered;
                    let noted = webhooks.answered(&delivery, at(1_001), &answer, state, at(1_001));
                    noted.await.unwrap();
                }
                webhooks.forget(at(2_000), 50).await.unwrap();
                node.store.events.forget(at(900), 50).await.unwrap();
            }
        })
    });
    let operators = [&one, &other].map(|node| {
        let (node, user) = (node.clone(), user.clone());
        tokio::spawn(async move {
            for round in 0..20_i64 {
                let id = WebhookId(Uuid::from_u128(u128::try_from(round % 4).unwrap()));
                let webhooks = &node.store.webhooks;
                let disable = WebhookChange::Disable {
                    at: at(5),
                    why: "asked",
                };
                webhooks.change(id, &disable).await.unwrap();
                webhooks.change(id, &WebhookChange::Enable).await.unwrap();
                webhooks.test(BY, id, at(5)).await.unwrap();
                let token = sealed(key, &format!("token {round}"));
                let users = &node.store.users;
                users.authorise(BY, &user, &token, at(5)).await.unwrap();
                let looks = node.store.outbox.claim_looks(at(1_010), at(1_070), 20);
                looks.await.unwrap();
                let minute = jiff::SignedDuration::from_mins(1);
                let moved = node.store.outbox.look_at_all(at(1_010), minute).await;
                moved.unwrap();
                node.store.outbox.empty(at(900), at(900), 10).await.unwrap();
            }
        })
    });
    for task in senders.into_iter().chain(posters).chain(operators) {
        task.await.unwrap();
    }
    let counts = one.store.outbox.counts().await.unwrap();
    assert_eq!(counts.iter().map(|(_, count)| count).sum::<u64>(), 200);
    let pending = counts.iter().find(|(of, _)| *of == Bucket::Pending);
    assert!(pending.is_some_and(|(_, count)| *count > 0));
    assert_eq!(database.deadlocks().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn a_reader_on_another_node_misses_no_event_while_many_write() {
    let (one, other, database) = two_nodes().await;
    // Another database of this server is busy with something that takes long.
    let elsewhere = database.elsewhere().await;
    elsewhere
        .batch_execute("BEGIN; SELECT pg_current_xact_id()")
        .await
        .unwrap();
    let writers: Vec<_> = (0..6)
        .map(|number| {
            let node = if number % 2 == 0 { &one } else { &other }.clone();
            tokio::spawn(async move {
                for entered in 0..20 {
                    node.entered(PATIENTS[number % 4], entered).await;
                }
            })
        })
        .collect();
    let reader = {
        let events = other.store.events.clone();
        async move {
            let (mut place, mut seen) = (0, BTreeSet::new());
            while seen.len() < 120 {
                for entry in events.since(place, 7).await.unwrap() {
                    assert!(entry.place > place);
                    place = entry.place;
                    seen.insert(entry.place);
                }
            }
            place
        }
    };
    let newest = tokio::time::timeout(Duration::from_secs(60), reader).await;
    for writer in writers {
        writer.await.unwrap();
    }
    let newest = newest.unwrap();
    assert_eq!(one.store.events.latest().await.unwrap(), newest);
    assert_eq!(one.store.events.kept().await.unwrap().newest, newest);
    elsewhere.batch_execute("ROLLBACK").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn an_event_beyond_one_that_is_still_to_come_wakes_its_reader_later() {
    let (one, _, database) = two_nodes().await;
    let client = database.gateway_client().await;
    // A transaction that tells something and does not end.
    client
        .batch_execute("BEGIN; UPDATE health SET beat = beat + 1")
        .await
        .unwrap();
    one.entered(PATIENTS[0], 1).await;
    assert_eq!(one.told().await, Vec::<&str>::new());
    let mut woken = one.store.wakes.subscribe(Wake::Events);
    assert_eq!(one.told().await, Vec::<&str>::new());
    client.batch_execute("COMMIT").await.unwrap();
    let within = Duration::from_secs(10);
    tokio::time::timeout(within, woken.changed())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(one.told().await, ["message.queued"]);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn what_a_node_held_that_died_is_sent_by_another_when_its_lease_ends() {
    let (one, other, _database) = two_nodes().await;
    let id = one.entered(PATIENTS[0], 1).await;
    let held = one.claim(5, 1).await.remove(0);
    drop(one);
    assert!(other.claim(6, 1).await.is_empty());
    let lease = LEASE.as_secs();
    assert_eq!(
        other.store.outbox.next_due().await.unwrap(),
        Some(at(5 + lease))
    );
    let taken = other.claim(5 + lease, 1).await.remove(0);
    assert_eq!(taken.message.id, id);
    assert!(taken.fence > held.fence);
    let look_at = at(500);
    let accept = store::gateway::Settled::Accepted { look_at };
    assert!(!other.settle(&held, 300, &accept).await);
    assert!(other.settle(&taken, 300, &accept).await);
    let attempts = other.store.outbox.attempts(id).await.unwrap();
    assert_eq!(attempts.len(), 2);
    assert_eq!(attempts[0].ended_at, None);
    assert_eq!(attempts[1].ended_at, Some(at(300)));
}
