//! One row that cannot be read holds nobody else up: each is damaged here behind the program's back.

use super::people::patient;
use super::world::{PATIENTS, World, at, sealed};
use crate::server::Database;
use jiff::{SignedDuration, Timestamp};
use model::WebhookId;
use model::outbox::LEASE;
use store::gateway::{Flight, Happening, NewWebhook, SET_ASIDE};
use uuid::Uuid;

/// Changes one row by hand.
async fn damage(database: &Database, change: &str) {
    let client = database.gateway_client().await;
    assert_eq!(client.execute(change, &[]).await.unwrap(), 1, "{change}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn a_message_that_cannot_be_read_is_set_aside_and_the_others_are_sent() {
    for column in ["practice", "subject", "coded_data", "body_type"] {
        let database = Database::new().await;
        let world = World::new(database.open_gateway().await);
        let damaged = world.entered(PATIENTS[0], 0).await;
        let good = world.entered(PATIENTS[1], 1).await;
        let client = database.gateway_client().await;
        let sql = format!("SELECT {column} FROM message WHERE id = $1");
        let was: String = client.query_one(&sql, &[&damaged.0]).await.unwrap().get(0);
        let set = format!("UPDATE message SET {column} = $2 WHERE id = $1");
        client
            .execute(&set, &[&damaged.0, &"damaged!"])
            .await
            .unwrap();
        let claimed = world.claim(5, 10).await;
        assert_eq!(claimed.len(), 1, "{column}");
        assert_eq!(claimed[0].message.id, good);
        world.accept(&claimed[0], 6).await;
        // Not again at once, but later; and then it is as it was.
        let outbox = &world.store.outbox;
        let later = at(5) + SET_ASIDE;
        assert_eq!(outbox.next_due().await.unwrap(), Some(later), "{column}");
        assert!(outbox.attempts(damaged).await.unwrap().is_empty());
        client.execute(&set, &[&damaged.0, &was]).await.unwrap();
        let again = outbox.claim(later, later + LEASE, 10).await.unwrap();
        assert_eq!(again.len(), 1, "{column}");
        assert_eq!((again[0].message.id, again[0].message.tries), (damaged, 1));
        assert_eq!(outbox.attempts(damaged).await.unwrap().len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn a_look_that_cannot_be_read_is_set_aside() {
    let database = Database::new().await;
    let world = World::new(database.open_gateway().await);
    world.entered(PATIENTS[0], 0).await;
    let good = world.entered(PATIENTS[1], 0).await;
    for claimed in world.claim(1, 10).await {
        world.accept(&claimed, 2).await;
    }
    let change = |practice: &str| {
        format!(
            "UPDATE message SET practice = '{practice}' WHERE subject = '{}'",
            PATIENTS[0]
        )
    };
    damage(&database, &change("damaged!")).await;
    let looks = async |now: Timestamp| {
        let until = now + LEASE;
        world
            .store
            .outbox
            .claim_looks(now, until, 10)
            .await
            .unwrap()
    };
    let found = looks(at(7)).await;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].id, good);
    assert_eq!(looks(at(7) + LEASE).await.len(), 1);
    damage(&database, &change("GPPRAC001")).await;
    assert_eq!(looks(at(7) + SET_ASIDE).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn a_delivery_that_cannot_be_read_is_set_aside() {
    let database = Database::new().await;
    let world = World::new(database.open_gateway().await);
    let (_, key) = world.user().await;
    let webhook = NewWebhook {
        id: WebhookId(Uuid::from_u128(8)),
        url: "https://product.example/hook".to_owned(),
        description: None,
        wants: Vec::new(),
        secret: sealed(key, "secret"),
        made_at: at(0),
    };
    world.store.webhooks.add(&webhook).await.unwrap();
    let damaged = world.entered(PATIENTS[0], 0).await;
    let good = world.entered(PATIENTS[1], 0).await;
    let change = |kind: &str| {
        format!(
            "UPDATE event SET kind = '{kind}' WHERE message = '{}'",
            damaged.0
        )
    };
    damage(&database, &change("unheard of")).await;
    let claim = async |now: Timestamp| {
        let until = now + SignedDuration::from_mins(1);
        let claimed = world.store.webhooks.claim(now, until, &[], 10, 10).await;
        let claimed = claimed.unwrap().into_iter();
        let whats: Vec<_> = claimed.map(|owed| owed.entry.happened.what).collect();
        whats
    };
    assert_eq!(claim(at(5)).await, [Happening::Queued(good)]);
    assert_eq!(claim(at(500)).await, [Happening::Queued(good)]);
    damage(&database, &change("message.queued")).await;
    assert_eq!(claim(at(5) + SET_ASIDE).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn what_expires_is_refused_once_whoever_looks() {
    let database = Database::new().await;
    let world = World::new(database.open_gateway().await);
    for patient in PATIENTS {
        for _ in 0..5 {
            world.entered(patient, 0).await;
        }
    }
    let late = at(0) + SignedDuration::from_hours(25);
    let mut nodes = Vec::new();
    for _ in 0..4 {
        let node = world.seen_by(database.open_gateway().await);
        nodes.push(tokio::spawn(async move {
            node.store.outbox.expire(late, "expired", 50).await.unwrap()
        }));
    }
    let mut all = 0;
    for node in nodes {
        all += node.await.unwrap();
    }
    assert_eq!(all, 20);
    let refused = world.told().await;
    let refused = refused.iter().filter(|kind| **kind == "message.refused");
    assert_eq!(refused.count(), 20);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn a_link_that_cannot_be_read_holds_no_other_up() {
    let database = Database::new().await;
    let world = World::new(database.open_gateway().await);
    let (_, key) = world.user().await;
    let links = &world.store.links;
    for number in 1..=3 {
        let whose = world.linked(number, key, "first").await;
        let generation = world.generation(&whose).await;
        let flight = world.take(&whose, generation, 20).await;
        assert!(matches!(flight, Flight::Yours { .. }));
    }
    let change = "UPDATE patient SET risk = 'damaged!', risk_since = 1 WHERE id = 'patient-1'";
    damage(&database, change).await;
    let settled = links.settle_flights("gateway", at(90), 10).await;
    assert_eq!(settled.unwrap(), 2);
    let due = links.due(at(900), 10).await.unwrap();
    let due: Vec<_> = due.iter().map(|(id, _)| id.as_str()).collect();
    assert_eq!(due, ["patient-2", "patient-3"]);
    // Whoever wants to can still take it out of the way.
    let (patients, damaged) = (&world.store.patients, patient(1));
    assert!(patients.get(&damaged).await.is_err());
    assert!(
        patients
            .delete("operator:amy", &damaged, at(91))
            .await
            .unwrap()
    );
    assert_eq!(world.told().await.last(), Some(&"patient.unlinked"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn a_link_that_cannot_be_read_is_set_aside_and_the_others_are_renewed() {
    let database = Database::new().await;
    let world = World::new(database.open_gateway().await);
    let (_, key) = world.user().await;
    for number in 1..=2 {
        world.linked(number, key, "first").await;
    }
    // First in line, and filling a short one.
    let change =
        "UPDATE patient SET risk = 'damaged!', risk_since = 1, due_at = 1 WHERE id = 'patient-1'";
    damage(&database, change).await;
    let due = async |now: Timestamp| {
        let due = world.store.links.due(now, 1).await.unwrap();
        due.into_iter().map(|(id, _)| id).collect::<Vec<_>>()
    };
    let now = at(1_000_000);
    assert_eq!(due(now).await, []);
    assert_eq!(due(now).await, [patient(2)]);
    let change = "UPDATE patient SET risk = NULL, risk_since = NULL WHERE id = 'patient-1'";
    damage(&database, change).await;
    assert_eq!(due(now).await, [patient(2)]);
    let all = world.store.links.due(now + SET_ASIDE, 9).await.unwrap();
    assert_eq!(all.len(), 2, "later it is as it was");
}
