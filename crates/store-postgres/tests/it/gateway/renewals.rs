//! Several nodes that renew, make and end links at once.

use super::people::{attempt, new_link, pair, patient};
use super::world::{BY, World, at};
use crate::server::Database;
use futures_util::future::join_all;
use model::entropy::SeededEntropy;
use model::patient::Email;
use model::pkb_link::{Failure, Lapse};
use model::{Hash, PublicId};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use store::gateway::linking::RENEWED;
use store::gateway::{Account, AccountSession, Flight, Landed, Linked, NewLink};

async fn two_nodes() -> (World, World, Database) {
    let database = Database::new().await;
    let one = World::new(database.open_gateway().await);
    let other = one.seen_by(database.open_gateway().await);
    (one, other, database)
}

/// How many pairs are used up, and by how many at once.
const GENERATIONS: usize = 60;
const TASKS: usize = 200;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn each_refresh_token_is_sent_once_however_many_nodes_want_to() {
    let (one, other, database) = two_nodes().await;
    let (_, key) = one.user().await;
    let whose = one.linked(1, key, "first").await;
    let first = one.generation(&whose).await;
    let done = Arc::new(AtomicUsize::new(0));
    let tasks = (0..TASKS).map(|number| {
        let node = if number % 2 == 0 { &one } else { &other }.clone();
        let (whose, links) = (whose.clone(), node.store.links.clone());
        let done = Arc::clone(&done);
        tokio::spawn(async move {
            let mut sent = Vec::new();
            while done.load(Ordering::SeqCst) < GENERATIONS {
                let generation = node.generation(&whose).await;
                match node.take(&whose, generation, 20).await {
                    Flight::Yours { fence, tokens } => {
                        assert_eq!(tokens.generation, generation);
                        assert!(links.calling(&whose, fence, at(21)).await.unwrap());
                        assert!(!links.calling(&whose, fence, at(21)).await.unwrap());
                        sent.push((generation, tokens.sealed.bytes));
                        let new = Landed::Renewed(pair(key, &format!("pair {fence}")));
                        let landed = links.land(BY, &whose, fence, &new, at(22));
                        assert!(landed.await.unwrap());
                        done.fetch_add(1, Ordering::SeqCst);
                    }
                    Flight::Others { .. } => tokio::time::sleep(Duration::from_millis(20)).await,
                    Flight::Renewed => {}
                    Flight::NotLinked => panic!("the link is lost"),
                }
            }
            sent
        })
    });
    let mut by_generation: BTreeMap<u64, u32> = BTreeMap::new();
    let mut by_token: BTreeMap<Vec<u8>, u32> = BTreeMap::new();
    for sent in join_all(tasks).await {
        for (generation, token) in sent.unwrap() {
            *by_generation.entry(generation).or_default() += 1;
            *by_token.entry(token).or_default() += 1;
        }
    }
    assert!(by_generation.len() >= 50, "{}", by_generation.len());
    assert!(by_generation.contains_key(&first));
    assert!(by_generation.values().all(|times| *times == 1));
    assert!(by_token.values().all(|times| *times == 1));
    let journal = other.store.links.flights(&whose, 1_000).await.unwrap();
    assert_eq!(journal.len(), by_generation.len());
    let renewed = |line: &store::gateway::FlightLine| {
        line.called_at.is_some() && line.ended.as_ref().is_some_and(|(_, how)| how == RENEWED)
    };
    assert!(journal.iter().all(renewed));
    assert_eq!(database.deadlocks().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn of_all_that_settle_a_flight_one_tells_it() {
    let (one, other, database) = two_nodes().await;
    let (_, key) = one.user().await;
    for number in 1..=10 {
        let whose = one.linked(number, key, "first").await;
        let generation = one.generation(&whose).await;
        let Flight::Yours { fence, .. } = one.take(&whose, generation, 20).await else {
            panic!("not taken");
        };
        if number > 5 {
            assert!(
                one.store
                    .links
                    .calling(&whose, fence, at(21))
                    .await
                    .unwrap()
            );
        }
    }
    // They are over; some settle them all, others want one for themselves.
    let sweeps = [&one, &other, &one, &other].map(|node| {
        let links = node.store.links.clone();
        tokio::spawn(async move { links.settle_flights(BY, at(90), 3).await.unwrap() })
    });
    let takers = (1..=10).map(|number| {
        let node = if number % 2 == 0 { &one } else { &other }.clone();
        tokio::spawn(async move {
            let whose = patient(number);
            let Some(tokens) = node.store.links.tokens(&whose).await.unwrap() else {
                return (number, Flight::NotLinked);
            };
            (number, node.take(&whose, tokens.generation, 90).await)
        })
    });
    let (sweeps, takers) = futures_util::join!(join_all(sweeps), join_all(takers));
    assert!(sweeps.into_iter().map(Result::unwrap).sum::<u64>() <= 10);
    for taker in takers {
        let (number, flight) = taker.unwrap();
        if number > 5 {
            assert_eq!(flight, Flight::NotLinked);
        } else {
            assert!(
                matches!(flight, Flight::Yours { .. }),
                "{number}: {flight:?}"
            );
        }
    }
    let told = one.told().await;
    let lost = told
        .iter()
        .filter(|kind| **kind == "patient.needs-reauthorisation");
    assert_eq!(lost.count(), 5);
    assert_eq!(database.deadlocks().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn of_two_patients_with_one_record_one_is_linked() {
    let (one, other, _database) = two_nodes().await;
    let (_, key) = one.user().await;
    let entropy = SeededEntropy::new(9);
    for round in 0..20 {
        let [first, second] = [2 * round, 2 * round + 1].map(patient);
        let ids = [
            one.burned(&first, &entropy).await,
            one.burned(&second, &entropy).await,
        ];
        let new = new_link(key, round, "tokens");
        let [here, there] = [&one, &other].map(|node| &node.store.patients);
        let (here, there) = futures_util::join!(
            here.link(BY, ids[0], &new, at(10)),
            there.link(BY, ids[1], &new, at(10))
        );
        let mut outcomes = [here.unwrap(), there.unwrap()];
        outcomes.sort_by_key(|outcome| *outcome != Linked::Linked);
        let elsewhere = Linked::Refused(Failure::LinkedElsewhere);
        assert_eq!(outcomes, [Linked::Linked, elsewhere], "in round {round}");
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn a_state_is_used_up_by_one_node() {
    let (one, other, _database) = two_nodes().await;
    let entropy = SeededEntropy::new(9);
    let whose = patient(1);
    one.store.patients.put(&whose, at(0)).await.unwrap();
    for _ in 0..20 {
        let new = attempt(&entropy, &whose);
        assert!(one.store.patients.begin(BY, &new).await.unwrap());
        let burns = [&one, &other, &one, &other].map(|node| {
            let patients = node.store.patients.clone();
            tokio::spawn(async move { patients.burn(new.id, at(2)).await.unwrap() })
        });
        let burned = join_all(burns).await.into_iter().map(Result::unwrap);
        assert_eq!(burned.filter(|burned| *burned).count(), 1);
    }
}

/// Everything that may happen to one of a few patients, in some order.
async fn everything(node: World, seed: u32, key: model::DataKeyId) {
    let entropy = SeededEntropy::new(u64::from(seed) + 100);
    let (patients, links) = (&node.store.patients, &node.store.links);
    let accounts = &node.store.accounts;
    for round in 0..40_u32 {
        let number = (round * 7 + seed) % 3;
        let whose = patient(number);
        let tag = format!("{seed} {round}");
        patients.put(&whose, at(0)).await.unwrap();
        let new = attempt(&entropy, &whose);
        if patients.begin(BY, &new).await.unwrap() && patients.burn(new.id, at(2)).await.unwrap() {
            let link = NewLink {
                public_id: PublicId(uuid::Uuid::from_u128(u128::from(round % 4))),
                ..new_link(key, number, &tag)
            };
            patients.link(BY, new.id, &link, at(10)).await.unwrap();
        }
        if let Some(tokens) = links.tokens(&whose).await.unwrap() {
            links.used(&whose, tokens.generation, at(15)).await.unwrap();
            if let Flight::Yours { fence, tokens } = node.take(&whose, tokens.generation, 20).await
            {
                let public_id = tokens.public_id;
                let details = super::world::sealed(key, &tag);
                let kept = links.keep_details(&whose, public_id, &details, at(20));
                kept.await.unwrap();
                if round % 3 != 0 {
                    links.calling(&whose, fence, at(21)).await.unwrap();
                }
                let landed = match round % 4 {
                    0 => Landed::Renewed(pair(key, &tag)),
                    1 => Landed::NotSpent {
                        retry_at: at(50),
                        risk: None,
                    },
                    2 => Landed::Lapsed(Lapse::SessionOver),
                    _ => continue,
                };
                links
                    .land(BY, &whose, fence, &landed, at(22))
                    .await
                    .unwrap();
            }
            let generation = tokens.generation;
            let lapse = links.lapse(BY, &whose, generation, Lapse::NotAccepted, at(23));
            lapse.await.unwrap();
        }
        match round % 8 {
            0 => drop(patients.unlink(BY, &whose, at(30)).await.unwrap()),
            1 => drop(patients.delete(BY, &whose, at(30)).await.unwrap()),
            2 => drop(patients.sweep(BY, at(700), 5).await.unwrap()),
            3 => drop(links.settle_flights(BY, at(90), 5).await.unwrap()),
            4 => drop(links.forget_flights(at(60), 5).await.unwrap()),
            5 => drop(links.due(at(900), 5).await.unwrap()),
            6 => drop(
                patients
                    .fail(BY, new.id, Failure::Denied, at(30))
                    .await
                    .unwrap(),
            ),
            _ => drop(patients.counts().await.unwrap()),
        }
        let account = Account {
            patient: whose.clone(),
            email: Email::parse(&format!("amy-{}@example.com", round % 5)).unwrap(),
            password_hash: tag.clone(),
            made_at: at(0),
            failures: 0,
            locked_until: None,
        };
        accounts.add(&account).await.unwrap();
        let session = |number: u32| AccountSession {
            hash: Hash::from_bytes([u8::try_from(number % 6).unwrap(); 32]),
            patient: whose.clone(),
            made_at: at(round.into()),
            ends_at: at(i64::from(round) + 5),
            used_at: at(round.into()),
        };
        let (new, before) = (session(round), session(round + 3));
        accounts.add_session(&new, Some(before.hash)).await.unwrap();
        accounts.set_password(&whose, &tag).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn nodes_that_do_everything_to_links_never_wait_for_each_other_in_a_ring() {
    let (one, other, database) = two_nodes().await;
    let (_, key) = one.user().await;
    let tasks = (0..8).map(|seed| {
        let node = if seed % 2 == 0 { &one } else { &other }.clone();
        tokio::spawn(everything(node, seed, key))
    });
    for task in join_all(tasks).await {
        task.unwrap();
    }
    assert_eq!(database.deadlocks().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn no_refresh_token_of_a_backup_is_sent_again() {
    let database = Database::new().await;
    let lost = World::new(database.open_gateway().await);
    let (_, key) = lost.user().await;
    let idle = lost.linked(1, key, "idle").await;
    let in_flight = lost.linked(2, key, "in flight").await;
    let generation = lost.generation(&in_flight).await;
    let taken = lost.take(&in_flight, generation, 20).await;
    assert!(matches!(taken, Flight::Yours { .. }));
    let last = patient(3);
    let id = lost.burned(&last, &SeededEntropy::new(3)).await;
    let mut without = new_link(key, 3, "last");
    without.pair.has_refresh = false;
    let linked = lost.store.patients.link(BY, id, &without, at(10)).await;
    assert_eq!(linked.unwrap(), Linked::Linked);
    drop(lost);
    let settings = database.settings();
    store_postgres::backup::gateway_go_on(&settings)
        .await
        .unwrap();
    let world = World::new(database.open_gateway().await);
    let links = &world.store.links;
    assert_eq!(links.due(at(700), 10).await.unwrap().len(), 1);
    let generation = world.generation(&idle).await;
    assert_eq!(world.take(&idle, generation, 90).await, Flight::NotLinked);
    assert_eq!(links.settle_flights(BY, at(90), 10).await.unwrap(), 1);
    assert_eq!(links.tokens(&in_flight).await.unwrap(), None);
    assert!(links.tokens(&last).await.unwrap().is_some());
    let lapsed = ["patient.needs-reauthorisation"; 2];
    assert!(world.told().await.ends_with(&lapsed));
}
