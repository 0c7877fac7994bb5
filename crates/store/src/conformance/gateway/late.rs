//! Flights whose holders are gone: free if nothing was sent, lost if something may have been; answers that come late.

use super::people::{LEASE, People, UNDER_WAY, record};
use super::sealing::sealed;
use crate::conformance::world::{at, race};
use crate::gateway::{Flight, GatewayStore, Happening, Landed, Linked, PatientHappening};
use model::AppUserId;
use model::pkb_link::{Lapse, Standing};

const LINKED: PatientHappening = PatientHappening::Linked;
const LOST: PatientHappening = PatientHappening::NeedsReauthorisation(Lapse::AnswerLost);

fn not_spent(retry_at: i64) -> Landed {
    Landed::NotSpent {
        retry_at: at(retry_at),
        risk: None,
    }
}

async fn standing(people: &People, id: &AppUserId) -> Standing {
    people.get(id).await.standing
}

pub async fn a_flight_that_had_not_called_is_free_after_its_lease(store: GatewayStore) {
    let people = People::new(store).await;
    let id = people.linked("amy", 1).await;
    let tokens = people.tokens(&id).await.unwrap();
    let first = people.take(&id, 20).await;
    let others = Flight::Others {
        until: at(20 + LEASE),
    };
    assert_eq!(people.ask(&id, 19 + LEASE).await, others);
    let second = match people.ask(&id, 20 + LEASE).await {
        Flight::Yours {
            fence,
            tokens: same,
        } => {
            assert_eq!(same, tokens);
            fence
        }
        other => panic!("{other:?}"),
    };
    assert!(!people.renew(&id, first, "late", 21 + LEASE).await);
    assert!(people.calling(&id, second, 21 + LEASE).await);
    assert_eq!(people.outcomes(&id).await, [UNDER_WAY, "freed"]);
    assert_eq!(people.told(&id).await, [LINKED]);
}

pub async fn a_flight_that_had_called_is_lost_after_its_lease(store: GatewayStore) {
    let people = People::new(store).await;
    let id = people.linked("amy", 1).await;
    let generation = people.tokens(&id).await.unwrap().generation;
    people.call(&id, 20).await;
    let asked = race(4, |_| {
        let (people, id) = (people.clone(), id.clone());
        async move { people.ask_for(&id, generation, 20 + LEASE).await }
    });
    for flight in asked.await {
        assert_eq!(flight, Flight::NotLinked);
    }
    let (public_id, why) = (record(1), Lapse::AnswerLost);
    assert_eq!(
        standing(&people, &id).await,
        Standing::Lapsed { public_id, why }
    );
    assert_eq!(people.tokens(&id).await, None);
    assert_eq!(people.outcomes(&id).await, ["answer-lost"]);
    assert_eq!(people.told(&id).await, [LINKED, LOST]);
    let told = people.happened().await.pop().unwrap();
    let expected = Happening::Patient {
        patient: id,
        what: LOST,
    };
    assert_eq!(told, (at(20 + LEASE), "gateway".to_owned(), expected));
}

/// A patient whose flight was given up as lost at 20 s + its lease; the flight's fence.
async fn lost(people: &People) -> (AppUserId, u64) {
    let id = people.linked("amy", 1).await;
    let fence = people.call(&id, 20).await;
    assert_eq!(people.settle(20 + LEASE).await, 1);
    assert_eq!(people.told(&id).await, [LINKED, LOST]);
    (id, fence)
}

pub async fn an_answer_given_up_as_lost_may_still_come(store: GatewayStore) {
    let people = People::new(store).await;
    let (id, fence) = lost(&people).await;
    let was = people.get(&id).await;
    assert!(people.renew(&id, fence, "second", 200).await);
    assert!(people.renew(&id, fence, "second", 201).await);
    let found = people.get(&id).await;
    let public_id = record(1);
    assert_eq!(found.standing, Standing::Linked { public_id });
    assert_eq!(found.since, Some(at(200)));
    assert_eq!(found.linked_at, was.linked_at);
    assert_eq!(found.authorised_at, was.authorised_at);
    let tokens = people.tokens(&id).await.unwrap();
    assert_eq!(tokens.sealed, sealed(people.key, "second"));
    assert_eq!(people.outcomes(&id).await, ["renewed"]);
    assert_eq!(people.told(&id).await, [LINKED, LOST, LINKED]);
    let fence = people.call(&id, 300).await;
    assert!(people.renew(&id, fence, "third", 301).await);
}

pub async fn a_lost_answer_that_brings_no_tokens_changes_nothing(store: GatewayStore) {
    let people = People::new(store).await;
    let (id, fence) = lost(&people).await;
    let was = people.get(&id).await;
    assert!(!people.land(&id, fence, &not_spent(900), 200).await);
    let over = Landed::Lapsed(Lapse::SessionOver);
    assert!(!people.land(&id, fence, &over, 200).await);
    assert_eq!(people.get(&id).await, was);
    assert_eq!(people.outcomes(&id).await, ["answer-lost"]);
    // What its own node gave up as lost may come as well.
    assert!(people.renew(&id, fence, "second", 210).await);
}

pub async fn a_lost_answer_comes_too_late_after_a_new_authorisation(store: GatewayStore) {
    let people = People::new(store).await;
    let (id, fence) = lost(&people).await;
    let linked = people.authorise(&id, record(1), "anew", 100).await;
    assert_eq!(linked, Linked::Linked);
    let tokens = people.tokens(&id).await;
    assert!(!people.renew(&id, fence, "late", 200).await);
    assert_eq!(people.tokens(&id).await, tokens);
    // Nor after the new link's own flight, or its end.
    let own = people.call(&id, 210).await;
    assert!(!people.renew(&id, fence, "late", 211).await);
    assert_eq!(people.settle(210 + LEASE).await, 1);
    assert!(!people.renew(&id, fence, "late", 212 + LEASE).await);
    assert_eq!(people.tokens(&id).await, None);
    assert!(people.renew(&id, own, "own", 213 + LEASE).await);
}

pub async fn a_lost_answer_comes_too_late_after_unlinking(store: GatewayStore) {
    let people = People::new(store).await;
    let (id, fence) = lost(&people).await;
    assert!(people.unlink(&id, 100).await);
    assert!(!people.renew(&id, fence, "late", 200).await);
    assert_eq!(standing(&people, &id).await, Standing::Unlinked);
    // The record may be somebody else's by now.
    people.linked("ben", 1).await;
    assert!(!people.renew(&id, fence, "late", 300).await);
    assert_eq!(people.tokens(&id).await, None);
    assert_eq!(people.told(&id).await.len(), 3);
}

pub async fn landing_and_settling_at_once_leaves_the_tokens(store: GatewayStore) {
    let people = People::new(store).await;
    for n in 0..6_u8 {
        let id = people.linked(&format!("p{n}"), n.into()).await;
        let fence = people.call(&id, 20).await;
        race(2, |which| {
            let (people, id) = (people.clone(), id.clone());
            async move {
                if which == 0 {
                    people.settle(20 + LEASE).await;
                } else {
                    assert!(people.renew(&id, fence, "second", 20 + LEASE).await);
                }
            }
        })
        .await;
        let tokens = people.tokens(&id).await.unwrap();
        assert_eq!(tokens.sealed, sealed(people.key, "second"));
        let told = people.told(&id).await;
        assert!(
            told == [LINKED] || told == [LINKED, LOST, LINKED],
            "{told:?}"
        );
    }
}

pub async fn flights_whose_leases_ended_are_settled(store: GatewayStore) {
    let people = People::new(store).await;
    let called = people.linked("called", 1).await;
    let not_called = people.linked("not-called", 2).await;
    let later = people.linked("later", 3).await;
    people.call(&called, 20).await;
    people.take(&not_called, 21).await;
    people.call(&later, 30).await;
    assert_eq!(people.settle(19 + LEASE).await, 0);
    let settled = race(4, |_| {
        let people = people.clone();
        async move { people.settle(29 + LEASE).await }
    });
    assert_eq!(settled.await.into_iter().sum::<u64>(), 2);
    assert_eq!(people.told(&called).await, [LINKED, LOST]);
    assert_eq!(people.told(&not_called).await, [LINKED]);
    assert!(people.tokens(&not_called).await.is_some());
    assert_eq!(people.outcomes(&not_called).await, ["freed"]);
    assert_eq!(people.outcomes(&later).await, [UNDER_WAY]);
    people.take(&not_called, 100).await;
    let one = people.store.links.settle_flights("gateway", at(900), 1);
    assert_eq!(one.await.unwrap(), 1);
    assert_eq!(people.told(&later).await, [LINKED, LOST]);
}

pub async fn all_flights_are_settled_when_nobody_else_can_be_at_them(store: GatewayStore) {
    let people = People::new(store).await;
    let called = people.linked("called", 1).await;
    let not_called = people.linked("not-called", 2).await;
    people.linked("idle", 3).await;
    people.call(&called, 20).await;
    let fence = people.take(&not_called, 20).await;
    let links = &people.store.links;
    assert_eq!(
        links.settle_all_flights("gateway", at(21)).await.unwrap(),
        2
    );
    assert_eq!(
        links.settle_all_flights("gateway", at(21)).await.unwrap(),
        0
    );
    assert_eq!(people.told(&called).await, [LINKED, LOST]);
    assert!(!people.calling(&not_called, fence, 22).await);
    assert!(people.take(&not_called, 22).await > fence);
}

pub async fn a_clock_set_back_leaves_a_flight_one_lease(store: GatewayStore) {
    let people = People::new(store).await;
    let id = people.linked("amy", 1).await;
    people.take(&id, 100_000).await;
    let others = Flight::Others {
        until: at(20 + LEASE),
    };
    assert_eq!(people.ask(&id, 20).await, others);
    let others = Flight::Others {
        until: at(20 + LEASE),
    };
    assert_eq!(people.ask(&id, 30).await, others);
    people.take(&id, 20 + LEASE).await;
}
