//! Tokens between renewals: used, refused, and what they brought.

use super::people::{LEASE, People, patient, record};
use super::sealing::{key, sealed};
use crate::conformance::world::{at, race};
use crate::gateway::{GatewayStore, Landed, PatientHappening};
use model::AppUserId;
use model::pkb_link::{Lapse, Standing};

async fn used(people: &People, id: &AppUserId, generation: u64, due_at: i64) {
    let used = people.store.links.used(id, generation, at(due_at)).await;
    used.unwrap();
}

async fn is_due(people: &People, now: i64) -> bool {
    let due = people.store.links.due(at(now), 10).await.unwrap();
    !due.is_empty()
}

async fn lapse(people: &People, id: &AppUserId, generation: u64, why: Lapse) -> bool {
    let links = &people.store.links;
    let lapsed = links.lapse("gateway", id, generation, why, at(40)).await;
    lapsed.unwrap()
}

async fn keep(people: &People, id: &AppUserId, n: u128, of: &str) -> bool {
    let details = people.details(of);
    let links = &people.store.links;
    let kept = links.keep_details(id, record(n), &details, at(50)).await;
    kept.unwrap()
}

pub async fn tokens_that_are_used_are_renewed_earlier(store: GatewayStore) {
    let people = People::new(store).await;
    let id = people.linked("amy", 1).await;
    let generation = people.tokens(&id).await.unwrap().generation;
    used(&people, &id, generation + 1, 100).await;
    used(&people, &patient("nobody"), generation, 100).await;
    assert!(!people.tokens(&id).await.unwrap().used);
    assert!(!is_due(&people, 459).await);
    used(&people, &id, generation, 300).await;
    assert!(people.tokens(&id).await.unwrap().used);
    assert!(!is_due(&people, 299).await);
    assert!(is_due(&people, 300).await);
    // Only the first use says when.
    used(&people, &id, generation, 200).await;
    assert!(!is_due(&people, 299).await);
}

pub async fn use_never_puts_a_renewal_off(store: GatewayStore) {
    let people = People::new(store).await;
    let id = people.linked("amy", 1).await;
    let generation = people.tokens(&id).await.unwrap().generation;
    used(&people, &id, generation, 5_000).await;
    assert!(people.tokens(&id).await.unwrap().used);
    assert!(is_due(&people, 460).await);
}

pub async fn use_does_not_hurry_what_is_being_tried_again(store: GatewayStore) {
    let people = People::new(store).await;
    let id = people.linked("amy", 1).await;
    let tokens = people.tokens(&id).await.unwrap();
    let fence = people.call(&id, 20).await;
    let landed = Landed::NotSpent {
        retry_at: at(400),
        risk: None,
    };
    assert!(people.land(&id, fence, &landed, 21).await);
    used(&people, &id, tokens.generation, 100).await;
    assert!(people.tokens(&id).await.unwrap().used);
    assert!(!is_due(&people, 399).await);
    assert!(is_due(&people, 400).await);
}

pub async fn tokens_that_are_not_taken_end_the_link_once(store: GatewayStore) {
    let people = People::new(store).await;
    let id = people.linked("amy", 1).await;
    let generation = people.tokens(&id).await.unwrap().generation;
    let lapsed = race(6, |_| {
        let (people, id) = (people.clone(), id.clone());
        async move { lapse(&people, &id, generation, Lapse::NotAccepted).await }
    });
    assert_eq!(lapsed.await.into_iter().filter(|done| *done).count(), 1);
    // The first reason stands.
    assert!(!lapse(&people, &id, generation, Lapse::SessionOver).await);
    let found = people.get(&id).await;
    let (public_id, why) = (record(1), Lapse::NotAccepted);
    assert_eq!(found.standing, Standing::Lapsed { public_id, why });
    assert_eq!(
        (found.since, found.authorised_at),
        (Some(at(40)), Some(at(10)))
    );
    assert!(found.details.is_some());
    assert_eq!(people.tokens(&id).await, None);
    let told = PatientHappening::NeedsReauthorisation(why);
    assert_eq!(people.told(&id).await, [PatientHappening::Linked, told]);
}

pub async fn a_refusal_of_former_tokens_says_nothing(store: GatewayStore) {
    let people = People::new(store).await;
    let id = people.linked("amy", 1).await;
    let former = people.tokens(&id).await.unwrap().generation;
    let fence = people.call(&id, 20).await;
    assert!(people.renew(&id, fence, "second", 21).await);
    let tokens = people.tokens(&id).await;
    assert!(!lapse(&people, &id, former, Lapse::SessionOver).await);
    assert!(!lapse(&people, &patient("nobody"), former, Lapse::SessionOver).await);
    let never = people.add("never").await;
    assert!(!lapse(&people, &never, 0, Lapse::SessionOver).await);
    assert_eq!(people.tokens(&id).await, tokens);
    assert_eq!(people.told(&id).await.len(), 1);
}

pub async fn a_refusal_during_a_flight_says_nothing(store: GatewayStore) {
    let people = People::new(store).await;
    let id = people.linked("amy", 1).await;
    let generation = people.tokens(&id).await.unwrap().generation;
    people.take(&id, 20).await;
    assert!(!lapse(&people, &id, generation, Lapse::SessionOver).await);
    assert_eq!(people.settle(20 + LEASE).await, 1);
    assert!(lapse(&people, &id, generation, Lapse::SessionOver).await);
}

pub async fn of_a_refusal_and_a_flight_at_once_one_is_heard(store: GatewayStore) {
    let people = People::new(store).await;
    for n in 0..6_u8 {
        let id = people.linked(&format!("p{n}"), n.into()).await;
        let generation = people.tokens(&id).await.unwrap().generation;
        let heard = race(2, |which| {
            let (people, id) = (people.clone(), id.clone());
            async move {
                if which == 0 {
                    lapse(&people, &id, generation, Lapse::SessionOver).await
                } else {
                    let flight = people.ask_for(&id, generation, 40).await;
                    matches!(flight, crate::gateway::Flight::Yours { .. })
                }
            }
        });
        assert_eq!(heard.await.into_iter().filter(|heard| *heard).count(), 1);
    }
}

pub async fn details_are_kept_for_the_record_they_are_about(store: GatewayStore) {
    let people = People::new(store).await;
    let id = people.linked("amy", 1).await;
    assert!(!keep(&people, &id, 2, "other").await);
    assert!(!keep(&people, &patient("nobody"), 1, "other").await);
    let first = Some((people.details("first"), at(10)));
    assert_eq!(people.get(&id).await.details, first);
    assert!(keep(&people, &id, 1, "newer").await);
    let newer = Some((people.details("newer"), at(50)));
    assert_eq!(people.get(&id).await.details, newer);
    // Also where the patient has to authorise again: it was read before.
    let generation = people.tokens(&id).await.unwrap().generation;
    assert!(lapse(&people, &id, generation, Lapse::TokenOver).await);
    assert!(keep(&people, &id, 1, "newer").await);
    let unknown = sealed(key(9).id, "x");
    let links = &people.store.links;
    let kept = links.keep_details(&id, record(1), &unknown, at(60)).await;
    assert!(kept.is_err());
    assert_eq!(people.get(&id).await.details, newer);
    assert!(people.unlink(&id, 70).await);
    assert!(!keep(&people, &id, 1, "late").await);
    assert_eq!(people.get(&id).await.details, None);
    assert!(people.nothing_is_sealed().await);
}
