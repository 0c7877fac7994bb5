//! Patients: made, listed, counted, deleted with all they had.

use super::people::{ATTEMPT, BY, People, patient, record};
use crate::conformance::world::{at, race};
use crate::gateway::{
    Account, AccountSession, GatewayStore, Linked, Patient, PatientFilter, PatientHappening,
};
use model::patient::Email;
use model::pkb_link::{Failure, Lapse, Risk, Standing, State};
use model::{AppUserId, Hash};

async fn ids(store: &GatewayStore, filter: &PatientFilter, now: i64, limit: u32) -> Vec<String> {
    let found = store.patients.list(filter, at(now), limit).await.unwrap();
    found
        .into_iter()
        .map(|found| found.id.as_str().to_owned())
        .collect()
}

fn in_state(state: State) -> PatientFilter {
    PatientFilter {
        state: Some(state),
        ..PatientFilter::default()
    }
}

/// One patient in each state, and one more who is linked and has an attempt under way: `a` none, `b` pending, `c` linked,
/// `d` lapsed, `e` unlinked, `f` pending again, `g` linked with an attempt. Attempts that are under way end after 1000 s.
async fn one_in_each_state(people: &People) {
    let store = &people.store;
    people.add("a").await;
    let b = people.add("b").await;
    people.begin(1, &b, 400).await;
    people.linked("c", 3).await;
    let d = people.linked("d", 4).await;
    let generation = people.tokens(&d).await.unwrap().generation;
    let lapsed = store
        .links
        .lapse("gateway", &d, generation, Lapse::SessionOver, at(20));
    assert!(lapsed.await.unwrap());
    for (name, n) in [("e", 5), ("f", 6)] {
        let id = people.linked(name, n).await;
        assert!(people.unlink(&id, 30).await);
    }
    people.begin(2, &patient("f"), 400).await;
    let g = people.linked("g", 7).await;
    people.begin(3, &g, 400).await;
}

pub async fn a_patient_is_put_once(store: GatewayStore) {
    let people = People::new(store).await;
    let (patients, id) = (&people.store.patients, patient("amy"));
    assert_eq!(patients.get(&id).await.unwrap(), None);
    let new = race(8, |_| {
        let (patients, id) = (patients.clone(), id.clone());
        async move { patients.put(&id, at(3)).await.unwrap() }
    });
    assert_eq!(new.await.into_iter().filter(|new| *new).count(), 1);
    assert!(!patients.put(&id, at(9)).await.unwrap());
    let expected = Patient {
        id: id.clone(),
        made_at: at(3),
        standing: Standing::None,
        since: None,
        linked_at: None,
        authorised_at: None,
        risk: None,
        attempt_until: None,
        details: None,
    };
    assert_eq!(people.get(&id).await, expected);
    assert_eq!(people.tokens(&id).await, None);
    assert_eq!(people.happened().await, []);
}

pub async fn putting_a_patient_again_changes_nothing(store: GatewayStore) {
    let people = People::new(store).await;
    let id = people.linked("amy", 1).await;
    let (was, tokens) = (people.get(&id).await, people.tokens(&id).await);
    assert!(!people.store.patients.put(&id, at(90)).await.unwrap());
    assert_eq!(people.get(&id).await, was);
    assert_eq!(people.tokens(&id).await, tokens);
}

pub async fn patients_are_listed_by_id_in_pages(store: GatewayStore) {
    let people = People::new(store).await;
    for name in ["b", "d", "a", "é", "C"] {
        people.add(name).await;
    }
    let first = PatientFilter::default();
    let all = ids(&people.store, &first, 1, 10).await;
    assert_eq!(all, ["C", "a", "b", "d", "é"]);
    assert_eq!(ids(&people.store, &first, 1, 3).await, all[..3]);
    let rest = PatientFilter {
        after: Some(patient("b")),
        ..first
    };
    assert_eq!(ids(&people.store, &rest, 1, 3).await, all[3..]);
    assert_eq!(ids(&people.store, &rest, 1, 1).await, all[3..4]);
    let one = people.store.patients.list(&rest, at(1), 1).await.unwrap();
    assert_eq!(one, [people.get(&patient("d")).await]);
}

pub async fn patients_are_found_by_the_state_of_their_link(store: GatewayStore) {
    let people = People::new(store).await;
    one_in_each_state(&people).await;
    let expected = [
        (State::None, vec!["a"], vec!["a", "b"]),
        (State::Pending, vec!["b", "f"], vec![]),
        (State::Linked, vec!["c", "g"], vec!["c", "g"]),
        (State::NeedsReauthorisation, vec!["d"], vec!["d"]),
        (State::Unlinked, vec!["e"], vec!["e", "f"]),
    ];
    for (state, now, later) in expected {
        let filter = in_state(state);
        assert_eq!(ids(&people.store, &filter, 999, 10).await, now, "{state:?}");
        assert_eq!(
            ids(&people.store, &filter, 1_000, 10).await,
            later,
            "{state:?}"
        );
        let found = people.store.patients.list(&filter, at(999), 10);
        for found in found.await.unwrap() {
            assert_eq!(found.state(at(999)), state);
        }
    }
    let page = PatientFilter {
        after: Some(patient("b")),
        ..in_state(State::Pending)
    };
    assert_eq!(ids(&people.store, &page, 999, 1).await, ["f"]);
    let page = PatientFilter {
        after: Some(patient("c")),
        ..in_state(State::Linked)
    };
    assert_eq!(ids(&people.store, &page, 999, 1).await, ["g"]);
    let first = in_state(State::Pending);
    assert_eq!(ids(&people.store, &first, 999, 1).await, ["b"]);
}

pub async fn links_at_risk_are_found(store: GatewayStore) {
    let people = People::new(store).await;
    one_in_each_state(&people).await;
    for (name, n) in [("h", 8), ("i", 9)] {
        let id = people.add(name).await;
        let attempt = people.burned(&id, 10).await;
        let mut new = people.new_link(record(n), "first", 10);
        new.pair.risk = Some(super::people::at_risk(Risk::LastToken, 10));
        assert_eq!(people.link(attempt, &new, 10).await, Linked::Linked);
    }
    let risky = PatientFilter {
        at_risk: true,
        ..PatientFilter::default()
    };
    assert_eq!(ids(&people.store, &risky, 20, 10).await, ["h", "i"]);
    assert_eq!(ids(&people.store, &risky, 20, 1).await, ["h"]);
    let linked = PatientFilter {
        state: Some(State::Linked),
        after: Some(patient("h")),
        ..risky.clone()
    };
    assert_eq!(ids(&people.store, &linked, 20, 10).await, ["i"]);
    for state in State::ALL
        .into_iter()
        .filter(|state| *state != State::Linked)
    {
        let none = PatientFilter {
            state: Some(state),
            ..risky.clone()
        };
        assert!(ids(&people.store, &none, 20, 10).await.is_empty());
    }
}

pub async fn an_attempt_under_way_shows_where_there_is_no_link(store: GatewayStore) {
    let people = People::new(store).await;
    let id = people.add("amy").await;
    let attempt = people.begin(1, &id, 10).await;
    people.begin(2, &id, 5).await;
    let found = people.get(&id).await;
    assert_eq!(found.attempt_until, Some(at(10 + ATTEMPT)));
    assert_eq!(found.state(at(10)), State::Pending);
    assert_eq!(found.state(at(10 + ATTEMPT)), State::None);
    let fail = people
        .store
        .patients
        .fail(BY, attempt, Failure::Denied, at(20));
    assert!(fail.await.unwrap());
    let found = people.get(&id).await;
    assert_eq!(found.attempt_until, Some(at(5 + ATTEMPT)));
}

pub async fn counts_of_patients_follow_them(store: GatewayStore) {
    let people = People::new(store).await;
    let counts = || async {
        let mut counts = people.store.patients.counts().await.unwrap();
        counts.sort_by_key(|(state, _)| state.as_str());
        counts
    };
    let all = |linked, lapsed, none, unlinked| {
        [
            (State::Linked, linked),
            (State::NeedsReauthorisation, lapsed),
            (State::None, none),
            (State::Unlinked, unlinked),
        ]
    };
    assert_eq!(counts().await, all(0, 0, 0, 0));
    one_in_each_state(&people).await;
    assert_eq!(counts().await, all(2, 1, 2, 2));
    for name in ["b", "c"] {
        let id = patient(name);
        let done = people.store.patients.delete(BY, &id, at(50));
        assert!(done.await.unwrap());
    }
    assert_eq!(counts().await, all(1, 1, 1, 2));
}

async fn with_account(people: &People, id: &AppUserId) -> AccountSession {
    let email = format!("{}@example.com", id.as_str());
    let account = Account {
        patient: id.clone(),
        email: Email::parse(&email).unwrap(),
        password_hash: "phc".to_owned(),
        made_at: at(0),
        failures: 0,
        locked_until: None,
    };
    assert!(people.store.accounts.add(&account).await.unwrap());
    let session = AccountSession {
        hash: Hash::of(id.as_str().as_bytes()),
        patient: id.clone(),
        made_at: at(1),
        ends_at: at(1_000),
        used_at: at(1),
    };
    let added = people.store.accounts.add_session(&session, None).await;
    assert!(added.unwrap());
    session
}

pub async fn a_deleted_patient_leaves_nothing(store: GatewayStore) {
    let people = People::new(store).await;
    let id = patient("amy");
    let session = with_account(&people, &id).await;
    let linked = people.authorise(&id, record(1), "first", 10).await;
    assert_eq!(linked, Linked::Linked);
    let fence = people.call(&id, 20).await;
    let waiting = people.begin(1, &id, 20).await;
    let deleted = race(4, |_| {
        let (patients, id) = (people.store.patients.clone(), id.clone());
        async move { patients.delete(BY, &id, at(30)).await.unwrap() }
    });
    assert_eq!(deleted.await.into_iter().filter(|done| *done).count(), 1);
    let store = &people.store;
    assert_eq!(store.patients.get(&id).await.unwrap(), None);
    assert_eq!(people.tokens(&id).await, None);
    assert_eq!(store.accounts.of_patient(&id).await.unwrap(), None);
    assert_eq!(store.accounts.session(session.hash).await.unwrap(), None);
    let state = super::people::state_of(1);
    assert_eq!(store.patients.attempt(state).await.unwrap(), None);
    assert!(!people.burn(waiting, 31).await);
    assert_eq!(people.journal(&id).await, []);
    assert!(!people.renew(&id, fence, "late", 32).await);
    let told = people.told(&id).await;
    assert_eq!(told, [PatientHappening::Linked, PatientHappening::Unlinked]);
    assert!(people.nothing_is_sealed().await);
}

pub async fn deleting_who_is_not_linked_tells_nothing(store: GatewayStore) {
    let people = People::new(store).await;
    let delete = |id: AppUserId| {
        let patients = people.store.patients.clone();
        async move { patients.delete(BY, &id, at(30)).await.unwrap() }
    };
    let never = people.add("never").await;
    let ended = people.linked("ended", 1).await;
    assert!(people.unlink(&ended, 20).await);
    let lapsed = people.linked("lapsed", 2).await;
    let generation = people.tokens(&lapsed).await.unwrap().generation;
    let why = Lapse::SessionOver;
    let done = people
        .store
        .links
        .lapse("gateway", &lapsed, generation, why, at(20));
    assert!(done.await.unwrap());
    for id in [&never, &ended, &lapsed] {
        assert!(delete(id.clone()).await);
        assert!(!delete(id.clone()).await);
    }
    assert!(!delete(patient("nobody")).await);
    assert_eq!(people.told(&never).await, []);
    let ended = people.told(&ended).await;
    assert_eq!(
        ended,
        [PatientHappening::Linked, PatientHappening::Unlinked]
    );
    // The pair of one who has to authorise again was kept until now.
    let lapsed = people.told(&lapsed).await;
    assert_eq!(lapsed.last(), Some(&PatientHappening::Unlinked));
    assert_eq!(lapsed.len(), 3);
}

pub async fn a_patient_made_anew_begins_anew(store: GatewayStore) {
    let people = People::new(store).await;
    let id = people.linked("amy", 1).await;
    let former = people.tokens(&id).await.unwrap();
    let fence = people.call(&id, 20).await;
    let deleted = people.store.patients.delete(BY, &id, at(30)).await;
    assert!(deleted.unwrap());
    assert!(people.store.patients.put(&id, at(31)).await.unwrap());
    let found = people.get(&id).await;
    assert_eq!(found.standing, Standing::None);
    assert_eq!((found.made_at, found.details), (at(31), None));
    assert_eq!(people.journal(&id).await, []);
    // The record is free, for anybody.
    let linked = people.authorise(&id, record(1), "second", 40).await;
    assert_eq!(linked, Linked::Linked);
    let tokens = people.tokens(&id).await.unwrap();
    assert!(tokens.generation > former.generation);
    // What was under way for the one before says nothing about this one.
    assert!(!people.renew(&id, fence, "late", 41).await);
    assert!(!people.calling(&id, fence, 41).await);
    let newer = people.call(&id, 42).await;
    assert!(newer > fence);
    assert!(!people.renew(&id, fence, "late", 43).await);
    assert_eq!(people.tokens(&id).await, Some(tokens));
    let lapsed = people.store.links.lapse(
        "gateway",
        &id,
        former.generation,
        Lapse::NotAccepted,
        at(44),
    );
    assert!(!lapsed.await.unwrap());
}
