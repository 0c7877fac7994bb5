//! Which links are due, the journal of their renewals, and its numbers.

use super::people::{BY, LEASE, People, UNDER_WAY, patient, record};
use crate::conformance::world::at;
use crate::gateway::{FlightLine, GatewayStore, Linked};
use model::AppUserId;
use std::collections::BTreeSet;

async fn due(people: &People, now: i64, limit: u32) -> Vec<AppUserId> {
    let due = people.store.links.due(at(now), limit).await.unwrap();
    for (id, generation) in &due {
        let tokens = people.tokens(id).await.unwrap();
        assert_eq!(tokens.generation, *generation);
    }
    due.into_iter().map(|(id, _)| id).collect()
}

pub async fn the_journal_tells_of_each_flight(store: GatewayStore) {
    let people = People::new(store).await;
    let (id, other) = (people.linked("amy", 1).await, people.linked("ben", 2).await);
    let first = people.call(&id, 20).await;
    assert!(people.renew(&id, first, "second", 22).await);
    people.take(&other, 25).await;
    let second = people.take(&id, 30).await;
    let line = |fence, taken: i64, called: Option<i64>, ended: Option<(i64, &str)>| FlightLine {
        fence,
        holder: "node 1".to_owned(),
        taken_at: at(taken),
        called_at: called.map(at),
        ended: ended.map(|(when, how)| (at(when), how.to_owned())),
    };
    let expected = [
        line(second, 30, None, None),
        line(first, 20, Some(20), Some((22, "renewed"))),
    ];
    assert_eq!(people.journal(&id).await, expected);
    let newest = people.store.links.flights(&id, 1).await.unwrap();
    assert_eq!(newest, expected[..1]);
    assert_eq!(people.journal(&patient("nobody")).await, []);
}

pub async fn old_lines_of_the_journal_are_forgotten(store: GatewayStore) {
    let people = People::new(store).await;
    let id = people.linked("amy", 1).await;
    for (tokens, when) in [("second", 20), ("third", 30), ("fourth", 40)] {
        let fence = people.call(&id, when).await;
        assert!(people.renew(&id, fence, tokens, when).await);
    }
    people.take(&id, 45).await;
    let links = &people.store.links;
    assert_eq!(links.forget_flights(at(20), 10).await.unwrap(), 0);
    assert_eq!(links.forget_flights(at(40), 1).await.unwrap(), 1);
    let first = people.journal(&id).await.pop().unwrap();
    assert_eq!(first.taken_at, at(30));
    assert_eq!(links.forget_flights(at(40), 10).await.unwrap(), 1);
    // What is under way stays.
    assert_eq!(links.forget_flights(at(9_000), 10).await.unwrap(), 1);
    assert_eq!(people.outcomes(&id).await, [UNDER_WAY]);
}

pub async fn links_that_are_due_are_found_longest_due_first(store: GatewayStore) {
    let people = People::new(store).await;
    let mut ids = Vec::new();
    for (n, due_at) in (1..).zip([300, 100, 200, 900]) {
        let id = people.add(&format!("p{n}")).await;
        let attempt = people.burned(&id, 5).await;
        let mut new = people.new_link(record(n), "first", 10);
        new.pair.due_at = at(due_at);
        assert_eq!(people.link(attempt, &new, 10).await, Linked::Linked);
        ids.push(id);
    }
    let [a, b, c, _] = ids.try_into().unwrap();
    assert_eq!(due(&people, 99, 10).await, []);
    assert_eq!(due(&people, 300, 10).await, [&b, &c, &a].map(Clone::clone));
    assert_eq!(due(&people, 300, 2).await, [&b, &c].map(Clone::clone));
    // Who is in flight is not due, whoever let go is.
    people.take(&b, 300).await;
    assert_eq!(due(&people, 310, 10).await, [&c, &a].map(Clone::clone));
    assert_eq!(people.settle(300 + LEASE).await, 1);
    assert_eq!(due(&people, 310, 1).await, [b]);
    assert!(people.unlink(&c, 320).await);
    assert_eq!(due(&people, 320, 10).await.len(), 2);
}

pub async fn no_generation_and_no_fence_comes_twice(store: GatewayStore) {
    let people = People::new(store).await;
    let (mut fences, mut generations) = (BTreeSet::new(), BTreeSet::new());
    for round in 0..3_u8 {
        for name in ["amy", "ben"] {
            let id = patient(name);
            people.store.patients.put(&id, at(0)).await.unwrap();
            let n = u128::from(name == "ben");
            for tokens in ["one", "two"] {
                let linked = people.authorise(&id, record(n), tokens, 10).await;
                assert_eq!(linked, Linked::Linked);
                let generation = people.tokens(&id).await.unwrap().generation;
                assert!(generations.insert((name, generation)));
                let fence = people.call(&id, 20).await;
                assert!(fences.insert((name, fence)));
                assert!(people.renew(&id, fence, "next", 21).await);
                let generation = people.tokens(&id).await.unwrap().generation;
                assert!(generations.insert((name, generation)));
                assert!(people.unlink(&id, 30).await);
            }
            if round == 1 {
                let deleted = people.store.patients.delete(BY, &id, at(40)).await;
                assert!(deleted.unwrap());
            }
        }
    }
    assert_eq!((fences.len(), generations.len()), (12, 24));
}
