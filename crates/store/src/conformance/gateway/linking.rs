//! Links: made of attempts, one record for one patient, ended with all they held.

use super::people::{ATTEMPT, BY, People, at_risk, attempt_id, patient, record, result_of};
use super::sealing::{key, sealed};
use crate::conformance::world::{at, race};
use crate::gateway::{GatewayStore, Happening, Linked, NewLink, Patient, PatientHappening, Tokens};
use model::pkb_link::{Failure, Lapse, Risk, Standing};

async fn lapse(people: &People, name: &str, why: Lapse, when: i64) {
    let id = patient(name);
    let generation = people.tokens(&id).await.unwrap().generation;
    let lapsed = people
        .store
        .links
        .lapse("gateway", &id, generation, why, at(when));
    assert!(lapsed.await.unwrap());
}

pub async fn a_burned_attempt_becomes_a_link(store: GatewayStore) {
    let people = People::new(store).await;
    let id = people.add("amy").await;
    let attempt = people.begin(1, &id, 5).await;
    assert!(people.burn(attempt, 8).await);
    let new = people.new_link(record(1), "first", 9);
    assert_eq!(people.link(attempt, &new, 10).await, Linked::Linked);
    let public_id = record(1);
    let expected = Patient {
        id: id.clone(),
        made_at: at(0),
        standing: Standing::Linked { public_id },
        since: Some(at(10)),
        linked_at: Some(at(10)),
        authorised_at: Some(at(10)),
        risk: None,
        attempt_until: None,
        details: new.details.clone(),
    };
    assert_eq!(people.get(&id).await, expected);
    let tokens = people.tokens(&id).await.unwrap();
    let expected = Tokens {
        generation: tokens.generation,
        sealed: new.pair.tokens,
        has_refresh: true,
        obtained_at: at(9),
        good_until: new.pair.good_until,
        used: false,
        failures: 0,
        authorised_at: at(10),
        public_id,
    };
    assert_eq!(tokens, expected);
    assert!(tokens.generation > 0);
    let linked = Happening::Patient {
        patient: id.clone(),
        what: PatientHappening::Linked,
    };
    let told = people.happened().await.pop().unwrap();
    assert_eq!(told, (at(10), BY.to_owned(), linked));
    assert_eq!(people.told(&id).await.len(), 1);
}

pub async fn an_attempt_that_waits_becomes_a_link(store: GatewayStore) {
    let people = People::new(store).await;
    let id = people.add("amy").await;
    let attempt = people.burned(&id, 5).await;
    let secret = sealed(people.key, "tokens");
    let patients = &people.store.patients;
    let waits = patients.await_word(attempt, result_of(1), record(1), &secret, at(900));
    assert!(waits.await.unwrap());
    let new = people.new_link(record(1), "first", 800);
    assert_eq!(people.link(attempt, &new, 899).await, Linked::Linked);
    let gone = patients.awaiting(result_of(1), at(899)).await.unwrap();
    assert_eq!(gone, None);
    assert_eq!(people.get(&id).await.attempt_until, None);
}

pub async fn an_attempt_makes_one_link(store: GatewayStore) {
    let people = People::new(store).await;
    let id = people.add("amy").await;
    let attempt = people.burned(&id, 5).await;
    let linked = race(6, |place| {
        let people = people.clone();
        async move {
            let new = people.new_link(record(1), &format!("pair {place}"), 10);
            people.link(attempt, &new, 10).await
        }
    });
    let linked = linked.await;
    let made = linked.iter().filter(|one| **one == Linked::Linked).count();
    let gone = linked.iter().filter(|one| **one == Linked::Gone).count();
    assert_eq!((made, gone), (1, 5));
    assert_eq!(people.told(&id).await, [PatientHappening::Linked]);
}

pub async fn only_a_burned_attempt_whose_time_is_not_over_makes_a_link(store: GatewayStore) {
    let people = People::new(store).await;
    let id = people.add("amy").await;
    let fresh = people.begin(1, &id, 5).await;
    let new = people.new_link(record(1), "first", 10);
    assert_eq!(people.link(fresh, &new, 10).await, Linked::Gone);
    let over = people.burned(&id, 5).await;
    assert_eq!(people.link(over, &new, 5 + ATTEMPT).await, Linked::Gone);
    assert_eq!(people.link(attempt_id(9), &new, 10).await, Linked::Gone);
    assert_eq!(people.get(&id).await.standing, Standing::None);
    assert_eq!(people.told(&id).await, []);
    // What is over is ended, and told, by the sweep.
    let swept = people.store.patients.sweep("gateway", at(5 + ATTEMPT), 10);
    assert_eq!(swept.await.unwrap(), 2);
    let expected = [PatientHappening::LinkFailed(Failure::Expired)];
    assert_eq!(people.told(&id).await, expected);
}

pub async fn a_patient_deleted_meanwhile_is_not_linked(store: GatewayStore) {
    let people = People::new(store).await;
    let id = people.add("amy").await;
    let attempt = people.burned(&id, 5).await;
    assert!(people.store.patients.delete(BY, &id, at(6)).await.unwrap());
    let new = people.new_link(record(1), "first", 10);
    assert_eq!(people.link(attempt, &new, 10).await, Linked::Gone);
    assert_eq!(people.told(&id).await, []);
}

pub async fn a_link_is_not_made_under_a_key_that_is_not_there(store: GatewayStore) {
    let people = People::new(store).await;
    let id = people.add("amy").await;
    let attempt = people.burned(&id, 5).await;
    let mut new = people.new_link(record(1), "first", 10);
    new.pair.tokens = sealed(key(9).id, "first");
    let linked = people.store.patients.link(BY, attempt, &new, at(10)).await;
    assert!(linked.is_err());
    assert_eq!(people.get(&id).await.standing, Standing::None);
    assert_eq!(people.told(&id).await, []);
    // The attempt is still there.
    let new = people.new_link(record(1), "first", 10);
    assert_eq!(people.link(attempt, &new, 11).await, Linked::Linked);
}

pub async fn another_persons_record_is_refused_and_the_link_stays(store: GatewayStore) {
    let people = People::new(store).await;
    let id = people.linked("amy", 1).await;
    let (was, tokens) = (people.get(&id).await, people.tokens(&id).await);
    let refused = people.authorise(&id, record(2), "second", 20).await;
    assert_eq!(refused, Linked::Refused(Failure::AnotherPerson));
    assert_eq!(people.get(&id).await, was);
    assert_eq!(people.tokens(&id).await, tokens);
    // Nor while the patient has to authorise again.
    lapse(&people, "amy", Lapse::SessionOver, 30).await;
    let was = people.get(&id).await;
    let refused = people.authorise(&id, record(2), "third", 40).await;
    assert_eq!(refused, Linked::Refused(Failure::AnotherPerson));
    assert_eq!(people.get(&id).await, was);
    let failed = PatientHappening::LinkFailed(Failure::AnotherPerson);
    let expected = [
        PatientHappening::Linked,
        failed,
        PatientHappening::NeedsReauthorisation(Lapse::SessionOver),
        failed,
    ];
    assert_eq!(people.told(&id).await, expected);
    // The other record is free for its own patient.
    people.linked("ben", 2).await;
}

pub async fn a_record_is_one_patients(store: GatewayStore) {
    let people = People::new(store).await;
    let amy = people.linked("amy", 1).await;
    let ben = people.add("ben").await;
    let elsewhere = Linked::Refused(Failure::LinkedElsewhere);
    let refused = people.authorise(&ben, record(1), "his", 20).await;
    assert_eq!(refused, elsewhere);
    lapse(&people, "amy", Lapse::AnswerLost, 30).await;
    let refused = people.authorise(&ben, record(1), "his", 40).await;
    assert_eq!(refused, elsewhere);
    assert_eq!(people.get(&ben).await.standing, Standing::None);
    assert_eq!(people.get(&ben).await.attempt_until, None);
    assert_eq!(people.tokens(&ben).await, None);
    let failed = PatientHappening::LinkFailed(Failure::LinkedElsewhere);
    assert_eq!(people.told(&ben).await, [failed, failed]);
    // Once it is given up, it may be anybody's.
    assert!(people.unlink(&amy, 50).await);
    let linked = people.authorise(&ben, record(1), "his", 60).await;
    assert_eq!(linked, Linked::Linked);
    let refused = people.authorise(&amy, record(1), "hers", 70).await;
    assert_eq!(refused, elsewhere);
    assert_eq!(people.get(&amy).await.standing, Standing::Unlinked);
}

pub async fn a_record_raced_is_one_patients(store: GatewayStore) {
    let people = People::new(store).await;
    for n in 0..5_u8 {
        let mut attempts = Vec::new();
        for name in ["a", "b", "c"] {
            let id = people.add(&format!("{name}{n}")).await;
            attempts.push((people.burned(&id, 5).await, id));
        }
        let linked = race(3, |place| {
            let (people, (attempt, _)) = (people.clone(), attempts[place].clone());
            async move {
                let new = people.new_link(record(n.into()), "pair", 10);
                people.link(attempt, &new, 10).await
            }
        });
        let linked = linked.await;
        let made = linked.iter().filter(|one| **one == Linked::Linked).count();
        let elsewhere = Linked::Refused(Failure::LinkedElsewhere);
        let refused = linked.iter().filter(|one| **one == elsewhere).count();
        assert_eq!((made, refused), (1, 2));
        let mut holders = 0;
        for (_, id) in &attempts {
            holders += u32::from(people.tokens(id).await.is_some());
            assert_eq!(people.told(id).await.len(), 1);
        }
        assert_eq!(holders, 1);
    }
}

pub async fn whoever_authorises_again_keeps_the_pair_and_gets_new_tokens(store: GatewayStore) {
    let people = People::new(store).await;
    let id = people.linked("amy", 1).await;
    let first = people.tokens(&id).await.unwrap();
    lapse(&people, "amy", Lapse::SessionOver, 20).await;
    let linked = people.authorise(&id, record(1), "second", 30).await;
    assert_eq!(linked, Linked::Linked);
    let found = people.get(&id).await;
    let public_id = record(1);
    assert_eq!(found.standing, Standing::Linked { public_id });
    assert_eq!(
        (found.linked_at, found.authorised_at),
        (Some(at(10)), Some(at(30)))
    );
    assert_eq!(found.since, Some(at(30)));
    assert_eq!(found.details, Some((people.details("second"), at(30))));
    let second = people.tokens(&id).await.unwrap();
    assert_eq!(second.sealed, sealed(people.key, "second"));
    assert!(second.generation > first.generation);
    // Also without having to.
    let linked = people.authorise(&id, record(1), "third", 40).await;
    assert_eq!(linked, Linked::Linked);
    let found = people.get(&id).await;
    assert_eq!(
        (found.linked_at, found.authorised_at),
        (Some(at(10)), Some(at(40)))
    );
    assert_eq!(found.since, Some(at(30)));
    let third = people.tokens(&id).await.unwrap();
    assert!(third.generation > second.generation);
    let expected = [
        PatientHappening::Linked,
        PatientHappening::NeedsReauthorisation(Lapse::SessionOver),
        PatientHappening::Linked,
        PatientHappening::Linked,
    ];
    assert_eq!(people.told(&id).await, expected);
}

pub async fn a_new_authorisation_leaves_no_risk_and_no_failures(store: GatewayStore) {
    let people = People::new(store).await;
    let id = people.add("amy").await;
    let attempt = people.burned(&id, 5).await;
    let mut new = people.new_link(record(1), "first", 10);
    let risk = at_risk(Risk::LastToken, 10);
    (new.pair.risk, new.pair.has_refresh) = (Some(risk), false);
    assert_eq!(people.link(attempt, &new, 10).await, Linked::Linked);
    assert_eq!(people.get(&id).await.risk, Some(risk));
    assert!(!people.tokens(&id).await.unwrap().has_refresh);
    let fence = people.call(&id, 20).await;
    let failing = at_risk(Risk::RefreshFailing, 21);
    let landed = crate::gateway::Landed::NotSpent {
        retry_at: at(50),
        risk: Some(failing),
    };
    assert!(people.land(&id, fence, &landed, 21).await);
    assert_eq!(people.tokens(&id).await.unwrap().failures, 1);
    let linked = people.authorise(&id, record(1), "second", 30).await;
    assert_eq!(linked, Linked::Linked);
    assert_eq!(people.get(&id).await.risk, None);
    let tokens = people.tokens(&id).await.unwrap();
    assert_eq!((tokens.failures, tokens.used), (0, false));
    assert!(tokens.has_refresh);
    let expected = [
        PatientHappening::Linked,
        PatientHappening::AtRisk(Risk::LastToken),
        PatientHappening::AtRisk(Risk::RefreshFailing),
        PatientHappening::Linked,
    ];
    assert_eq!(people.told(&id).await, expected);
}

pub async fn a_link_without_details_keeps_those_of_the_same_person(store: GatewayStore) {
    let people = People::new(store).await;
    let id = people.linked("amy", 1).await;
    let without = |tokens, when| NewLink {
        details: None,
        ..people.new_link(record(1), tokens, when)
    };
    let attempt = people.burned(&id, 20).await;
    let linked = people.link(attempt, &without("second", 20), 20).await;
    assert_eq!(linked, Linked::Linked);
    let kept = Some((people.details("first"), at(10)));
    assert_eq!(people.get(&id).await.details, kept);
    assert!(people.unlink(&id, 30).await);
    let attempt = people.burned(&id, 40).await;
    let linked = people.link(attempt, &without("third", 40), 40).await;
    assert_eq!(linked, Linked::Linked);
    assert_eq!(people.get(&id).await.details, None);
}

pub async fn an_unlinked_patient_keeps_nothing_of_the_link(store: GatewayStore) {
    let people = People::new(store).await;
    let id = people.linked("amy", 1).await;
    let unlinked = race(4, |_| {
        let (people, id) = (people.clone(), id.clone());
        async move { people.unlink(&id, 20).await }
    });
    assert_eq!(unlinked.await.into_iter().filter(|done| *done).count(), 1);
    assert!(!people.unlink(&id, 30).await);
    let expected = Patient {
        id: id.clone(),
        made_at: at(0),
        standing: Standing::Unlinked,
        since: Some(at(20)),
        linked_at: None,
        authorised_at: None,
        risk: None,
        attempt_until: None,
        details: None,
    };
    assert_eq!(people.get(&id).await, expected);
    assert_eq!(people.tokens(&id).await, None);
    let told = people.told(&id).await;
    assert_eq!(told, [PatientHappening::Linked, PatientHappening::Unlinked]);
    assert!(people.nothing_is_sealed().await);
}

pub async fn only_what_stands_or_stood_lately_is_unlinked(store: GatewayStore) {
    let people = People::new(store).await;
    let never = people.add("never").await;
    assert!(!people.unlink(&never, 20).await);
    assert!(!people.unlink(&patient("nobody"), 20).await);
    assert_eq!(people.told(&never).await, []);
    let id = people.linked("amy", 1).await;
    lapse(&people, "amy", Lapse::NotAccepted, 20).await;
    assert!(people.unlink(&id, 30).await);
    assert_eq!(people.get(&id).await.standing, Standing::Unlinked);
    let told = people.told(&id).await;
    assert_eq!(told.last(), Some(&PatientHappening::Unlinked));
    assert!(people.nothing_is_sealed().await);
}

pub async fn an_unlinked_patient_may_link_any_record(store: GatewayStore) {
    let people = People::new(store).await;
    let id = people.linked("amy", 1).await;
    let former = people.tokens(&id).await.unwrap();
    assert!(people.unlink(&id, 20).await);
    let linked = people.authorise(&id, record(2), "second", 30).await;
    assert_eq!(linked, Linked::Linked);
    let found = people.get(&id).await;
    let public_id = record(2);
    assert_eq!(found.standing, Standing::Linked { public_id });
    assert_eq!(found.linked_at, Some(at(30)));
    let tokens = people.tokens(&id).await.unwrap();
    assert!(tokens.generation > former.generation);
}

pub async fn unlinking_and_linking_at_once_leaves_no_link(store: GatewayStore) {
    let people = People::new(store).await;
    for n in 0..5_u8 {
        let id = people.linked(&format!("p{n}"), n.into()).await;
        let attempt = people.burned(&id, 20).await;
        let new = people.new_link(record(n.into()), "second", 30);
        let linked = race(2, |which| {
            let (people, id, new) = (people.clone(), id.clone(), new.clone());
            async move {
                if which == 0 {
                    assert!(people.unlink(&id, 30).await);
                    return None;
                }
                Some(people.link(attempt, &new, 30).await)
            }
        });
        // Either it was made before the end of all, or there was no attempt any more.
        let mut expected = match linked.await.into_iter().flatten().next() {
            Some(Linked::Linked) => vec![PatientHappening::Linked; 2],
            other => {
                assert_eq!(other, Some(Linked::Gone));
                vec![PatientHappening::Linked]
            }
        };
        expected.push(PatientHappening::Unlinked);
        assert_eq!(people.told(&id).await, expected);
        assert_eq!(people.tokens(&id).await, None);
    }
}
