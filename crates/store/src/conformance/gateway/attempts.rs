//! Attempts at linking: `state` and `result` used once, ends told once.

use super::people::{ATTEMPT, BY, People, attempt_id, patient, record, result_of, state_of};
use super::sealing::{key, sealed};
use crate::conformance::world::{at, race};
use crate::gateway::{
    Awaiting, GatewayStore, Happening, LinkAttempt, Linked, NewAttempt, PatientHappening, Way,
};
use model::pkb_link::{Failure, Lapse, MAX_ATTEMPTS, State};
use model::{AttemptId, Hash};

async fn found(people: &People, number: u8) -> Option<LinkAttempt> {
    let attempt = people.store.patients.attempt(state_of(number)).await;
    attempt.unwrap()
}

async fn sweep(people: &People, now: i64, limit: u32) -> u64 {
    let swept = people.store.patients.sweep("gateway", at(now), limit).await;
    swept.unwrap()
}

async fn fail(people: &People, id: AttemptId, why: Failure) -> bool {
    let failed = people.store.patients.fail(BY, id, why, at(30)).await;
    failed.unwrap()
}

/// Has an attempt wait under a result until 900 s after the start.
async fn await_word(people: &People, id: AttemptId, result: Hash) -> bool {
    let secret = sealed(people.key, "tokens");
    let waits = people
        .store
        .patients
        .await_word(id, result, record(1), &secret, at(900));
    waits.await.unwrap()
}

pub async fn an_attempt_is_found_by_its_state(store: GatewayStore) {
    let people = People::new(store).await;
    let id = people.add("amy").await;
    let product = people.attempt(1, &id, 10);
    let session = Hash::of(b"cookie");
    let app = NewAttempt {
        way: Way::App { session },
        verifier: None,
        ..people.attempt(2, &id, 20)
    };
    for attempt in [&product, &app] {
        assert!(people.store.patients.begin(BY, attempt).await.unwrap());
    }
    for (number, attempt) in [(1, product), (2, app)] {
        let expected = LinkAttempt {
            id: attempt.id,
            patient: attempt.patient,
            way: attempt.way,
            redirect_uri: attempt.redirect_uri,
            verifier: attempt.verifier,
            until: attempt.until,
            burned: false,
        };
        assert_eq!(found(&people, number).await, Some(expected));
    }
    assert_eq!(found(&people, 3).await, None);
}

pub async fn an_attempt_is_told_when_it_begins(store: GatewayStore) {
    let people = People::new(store).await;
    let nobody = people.attempt(9, &patient("nobody"), 10);
    let begun = people.store.patients.begin(BY, &nobody).await;
    assert!(!begun.unwrap());
    assert_eq!(people.happened().await, []);
    let id = people.add("amy").await;
    people.begin(1, &id, 10).await;
    let pending = Happening::Patient {
        patient: id,
        what: PatientHappening::Pending,
    };
    let expected = [(at(10), BY.to_owned(), pending)];
    assert_eq!(people.happened().await, expected);
}

pub async fn an_attempt_beside_a_link_is_not_told_as_pending(store: GatewayStore) {
    let people = People::new(store).await;
    let (linked, lapsed) = (
        people.linked("linked", 1).await,
        people.linked("lapsed", 2).await,
    );
    let generation = people.tokens(&lapsed).await.unwrap().generation;
    let why = Lapse::TokenOver;
    let links = &people.store.links;
    let done = links.lapse("gateway", &lapsed, generation, why, at(20));
    assert!(done.await.unwrap());
    for (number, id) in [(91, &linked), (92, &lapsed)] {
        let before = people.all_told(id).await;
        people.begin(number, id, 30).await;
        assert_eq!(people.all_told(id).await, before, "the state is as it was");
        assert!(found(&people, number).await.is_some());
    }
    assert!(people.unlink(&linked, 40).await);
    people.begin(93, &linked, 50).await;
    let told = people.all_told(&linked).await;
    assert_eq!(told.last(), Some(&PatientHappening::Pending));
}

pub async fn ending_a_link_ends_every_attempt(store: GatewayStore) {
    let people = People::new(store).await;
    let (id, other) = (people.linked("amy", 1).await, people.add("ben").await);
    people.begin(91, &id, 20).await;
    let waiting = people.burned(&id, 20).await;
    assert!(await_word(&people, waiting, result_of(1)).await);
    people.begin(92, &other, 20).await;
    assert!(people.unlink(&id, 30).await);
    assert_eq!(found(&people, 91).await, None);
    let patients = &people.store.patients;
    let gone = patients.awaiting(result_of(1), at(30)).await.unwrap();
    assert_eq!(gone, None);
    let new = people.new_link(record(1), "late", 31);
    assert_eq!(people.link(waiting, &new, 31).await, Linked::Gone);
    assert_eq!(people.get(&id).await.state(at(31)), State::Unlinked);
    let expected = [PatientHappening::Linked, PatientHappening::Unlinked];
    assert_eq!(people.told(&id).await, expected);
    assert!(found(&people, 92).await.is_some(), "somebody else's");
    assert!(fail(&people, attempt_id(92), Failure::Denied).await);
    assert!(people.nothing_is_sealed().await);
}

pub async fn ending_without_a_link_cancels_attempts_and_tells_it_once(store: GatewayStore) {
    let people = People::new(store).await;
    let id = people.add("amy").await;
    assert!(!people.unlink(&id, 5).await);
    people.begin(1, &id, 10).await;
    let waiting = people.burned(&id, 10).await;
    assert!(await_word(&people, waiting, result_of(1)).await);
    assert_eq!(people.get(&id).await.state(at(20)), State::Pending);
    let ended = race(4, |_| {
        let (people, id) = (people.clone(), id.clone());
        async move { people.unlink(&id, 20).await }
    });
    assert_eq!(ended.await.into_iter().filter(|done| *done).count(), 1);
    assert_eq!(people.get(&id).await.state(at(20)), State::None);
    let expected = [PatientHappening::LinkFailed(Failure::Cancelled)];
    assert_eq!(people.told(&id).await, expected);
    assert_eq!(sweep(&people, 2_000, 10).await, 0);
    assert!(people.nothing_is_sealed().await);
}

pub async fn nothing_begins_under_a_key_that_is_not_there(store: GatewayStore) {
    let people = People::new(store).await;
    let id = people.add("amy").await;
    let attempt = NewAttempt {
        verifier: Some(sealed(key(9).id, "verifier")),
        ..people.attempt(1, &id, 10)
    };
    let begun = people.store.patients.begin(BY, &attempt).await;
    assert!(begun.is_err());
    assert_eq!(found(&people, 1).await, None);
    assert_eq!(people.happened().await, []);
}

pub async fn the_oldest_attempts_of_a_patient_go_when_there_are_too_many(store: GatewayStore) {
    let people = People::new(store).await;
    let (id, other) = (people.add("amy").await, people.add("ben").await);
    people.begin(90, &other, 1).await;
    let most = u8::try_from(MAX_ATTEMPTS).unwrap();
    // Each is younger by the clock than the next one: the clock is being set back.
    for number in 0..most + 2 {
        people.begin(number, &id, 100 - i64::from(number)).await;
    }
    for number in 0..2 {
        assert_eq!(found(&people, number).await, None, "{number}");
        assert!(!people.burn(attempt_id(number), 100).await);
    }
    for number in 2..most + 2 {
        assert!(found(&people, number).await.is_some(), "{number}");
    }
    assert!(found(&people, 90).await.is_some());
    let told = people.all_told(&id).await;
    assert_eq!(told, vec![PatientHappening::Pending; usize::from(most) + 2]);
}

pub async fn attempts_begun_by_many_at_once_are_no_more_than_allowed(store: GatewayStore) {
    let people = People::new(store).await;
    let id = people.add("amy").await;
    let begun = race(12, |place| {
        let (people, id) = (people.clone(), id.clone());
        async move {
            let number = u8::try_from(place).unwrap();
            people.begin(number, &id, 10).await;
        }
    });
    begun.await;
    let mut left = 0;
    for number in 0..12 {
        left += u32::from(found(&people, number).await.is_some());
    }
    assert_eq!(left, MAX_ATTEMPTS);
}

pub async fn a_state_is_used_up_once(store: GatewayStore) {
    let people = People::new(store).await;
    let id = people.add("amy").await;
    let attempt = people.begin(1, &id, 10).await;
    let burned = race(8, |_| {
        let people = people.clone();
        async move { people.burn(attempt, 20).await }
    });
    assert_eq!(burned.await.into_iter().filter(|done| *done).count(), 1);
    assert!(found(&people, 1).await.is_some_and(|found| found.burned));
    assert!(!people.burn(attempt, 21).await);
    assert!(!people.burn(attempt_id(9), 21).await);
}

pub async fn an_old_state_is_not_used_up(store: GatewayStore) {
    let people = People::new(store).await;
    let id = people.add("amy").await;
    let attempt = people.begin(1, &id, 10).await;
    assert!(!people.burn(attempt, 10 + ATTEMPT).await);
    assert!(found(&people, 1).await.is_some_and(|found| !found.burned));
    assert!(people.burn(attempt, 10 + ATTEMPT - 1).await);
}

pub async fn what_came_of_an_attempt_waits_for_the_products_word(store: GatewayStore) {
    let people = People::new(store).await;
    let id = people.add("amy").await;
    let attempt = people.begin(1, &id, 10).await;
    // Only once it has come back.
    assert!(!await_word(&people, attempt, result_of(1)).await);
    assert!(people.burn(attempt, 20).await);
    let waits = race(6, |place| {
        let people = people.clone();
        async move {
            let result = result_of(u8::try_from(place).unwrap());
            let waits = await_word(&people, attempt, result).await;
            waits.then_some(result)
        }
    });
    let results: Vec<Hash> = waits.await.into_iter().flatten().collect();
    assert_eq!(results.len(), 1);
    let patients = &people.store.patients;
    let expected = Awaiting {
        id: attempt,
        patient: id.clone(),
        public_id: record(1),
        secret: sealed(people.key, "tokens"),
        until: at(900),
    };
    let waiting = patients.awaiting(results[0], at(899)).await.unwrap();
    assert_eq!(waiting, Some(expected));
    assert_eq!(patients.awaiting(results[0], at(900)).await.unwrap(), None);
    let other = patients.awaiting(result_of(9), at(30)).await.unwrap();
    assert_eq!(other, None);
    assert!(!await_word(&people, attempt_id(9), result_of(9)).await);
    // It lasts longer now, and no verifier is left.
    let seen = found(&people, 1).await.unwrap();
    assert_eq!(
        (seen.until, seen.verifier, seen.burned),
        (at(900), None, true)
    );
    assert_eq!(people.get(&id).await.attempt_until, Some(at(900)));
    assert_eq!(people.told(&id).await, []);
}

pub async fn a_failed_attempt_is_told_and_leaves_nothing(store: GatewayStore) {
    let people = People::new(store).await;
    let id = people.add("amy").await;
    let fresh = people.begin(1, &id, 10).await;
    let waiting = people.burned(&id, 10).await;
    assert!(await_word(&people, waiting, result_of(1)).await);
    assert!(fail(&people, fresh, Failure::Denied).await);
    let failed = race(4, |_| {
        let people = people.clone();
        async move { fail(&people, waiting, Failure::NotTheirs).await }
    });
    assert_eq!(failed.await.into_iter().filter(|done| *done).count(), 1);
    assert!(!fail(&people, fresh, Failure::Denied).await);
    assert_eq!(found(&people, 1).await, None);
    let patients = &people.store.patients;
    let gone = patients.awaiting(result_of(1), at(30)).await.unwrap();
    assert_eq!(gone, None);
    let expected = [Failure::Denied, Failure::NotTheirs].map(PatientHappening::LinkFailed);
    assert_eq!(people.told(&id).await, expected);
    assert!(people.nothing_is_sealed().await);
}

pub async fn every_failure_is_read_as_it_was_told(store: GatewayStore) {
    let people = People::new(store).await;
    let id = people.add("amy").await;
    for why in Failure::ALL {
        let attempt = people.burned(&id, 10).await;
        assert!(fail(&people, attempt, *why).await);
    }
    let expected = Failure::ALL
        .iter()
        .copied()
        .map(PatientHappening::LinkFailed);
    assert_eq!(people.told(&id).await, expected.collect::<Vec<_>>());
}

pub async fn attempts_that_are_over_are_swept_and_told_once(store: GatewayStore) {
    let people = People::new(store).await;
    let id = people.add("amy").await;
    let first = people.begin(1, &id, 10).await;
    people.begin(2, &id, 20).await;
    assert!(people.burn(first, 30).await);
    assert!(await_word(&people, first, result_of(1)).await);
    assert_eq!(sweep(&people, 19 + ATTEMPT, 10).await, 0);
    // The first waits longer: as long as it does, nothing has failed.
    assert_eq!(sweep(&people, 20 + ATTEMPT, 10).await, 1);
    assert_eq!(people.told(&id).await, []);
    let swept = race(4, |_| {
        let people = people.clone();
        async move { sweep(&people, 900, 10).await }
    });
    assert_eq!(swept.await.into_iter().sum::<u64>(), 1);
    let expected = [PatientHappening::LinkFailed(Failure::Expired)];
    assert_eq!(people.told(&id).await, expected);
    let told = people.happened().await.pop().unwrap();
    assert_eq!((told.0, told.1), (at(900), "gateway".to_owned()));
    assert_eq!(sweep(&people, 2_000, 10).await, 0);
    assert!(people.nothing_is_sealed().await);
}

pub async fn many_old_attempts_of_a_patient_are_told_once(store: GatewayStore) {
    let people = People::new(store).await;
    let (amy, ben) = (people.add("amy").await, people.add("ben").await);
    for number in 1..=3 {
        people.begin(number, &amy, i64::from(number)).await;
    }
    people.begin(4, &ben, 4).await;
    assert_eq!(sweep(&people, 5_000, 2).await, 2);
    assert_eq!(people.told(&amy).await, []);
    assert_eq!(sweep(&people, 5_000, 10).await, 2);
    let expected = [PatientHappening::LinkFailed(Failure::Expired)];
    assert_eq!(people.told(&amy).await, expected);
    assert_eq!(people.told(&ben).await, expected);
}

pub async fn an_old_attempt_is_not_told_while_another_is_under_way(store: GatewayStore) {
    let people = People::new(store).await;
    let id = people.add("amy").await;
    people.begin(1, &id, 10).await;
    people.begin(2, &id, 100).await;
    assert_eq!(sweep(&people, 10 + ATTEMPT, 10).await, 1);
    assert_eq!(found(&people, 1).await, None);
    assert!(found(&people, 2).await.is_some());
    assert_eq!(people.told(&id).await, []);
    assert_eq!(sweep(&people, 100 + ATTEMPT, 10).await, 1);
    assert_eq!(people.told(&id).await.len(), 1);
}

pub async fn an_old_attempt_is_not_told_where_there_is_a_link(store: GatewayStore) {
    let people = People::new(store).await;
    let linked = people.linked("linked", 1).await;
    let lapsed = people.linked("lapsed", 2).await;
    let unlinked = people.linked("unlinked", 3).await;
    let generation = people.tokens(&lapsed).await.unwrap().generation;
    let why = Lapse::TokenOver;
    let done = people
        .store
        .links
        .lapse("gateway", &lapsed, generation, why, at(20));
    assert!(done.await.unwrap());
    assert!(people.unlink(&unlinked, 20).await);
    for (number, id) in [(1, &linked), (2, &lapsed), (3, &unlinked)] {
        people.begin(number, id, 30).await;
    }
    assert_eq!(sweep(&people, 30 + ATTEMPT, 10).await, 3);
    assert_eq!(people.told(&linked).await, [PatientHappening::Linked]);
    let expired = PatientHappening::LinkFailed(Failure::Expired);
    for id in [&lapsed, &unlinked] {
        assert_eq!(people.told(id).await.last(), Some(&expired));
        assert_eq!(people.told(id).await.len(), 3);
    }
}

pub async fn of_sweeping_and_linking_at_once_one_wins(store: GatewayStore) {
    let people = People::new(store).await;
    for n in 0..6_u8 {
        let id = people.add(&format!("p{n}")).await;
        let attempt = people.burned(&id, 10).await;
        let new = people.new_link(record(n.into()), "first", 20);
        let outcomes = race(2, |which| {
            let (people, new) = (people.clone(), new.clone());
            async move {
                if which == 0 {
                    sweep(&people, 10 + ATTEMPT, 10).await > 0
                } else {
                    people.link(attempt, &new, 10 + ATTEMPT - 1).await == Linked::Linked
                }
            }
        });
        let won = outcomes.await.into_iter().filter(|won| *won).count();
        assert_eq!(won, 1);
        assert_eq!(people.told(&id).await.len(), 1);
    }
}
