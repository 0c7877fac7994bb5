//! Accounts of the patient app and their sessions.

use super::people::patient;
use crate::conformance::world::{at, race};
use crate::gateway::{Account, AccountSession, GatewayStore};
use model::patient::Email;
use model::pkb_link::Standing;
use model::{AppUserId, Hash};

fn hash(number: u8) -> Hash {
    Hash::from_bytes([number; 32])
}

fn email(name: &str) -> Email {
    Email::parse(&format!("{name}@example.com")).unwrap()
}

fn account(id: &str, name: &str) -> Account {
    Account {
        patient: patient(id),
        email: email(name),
        password_hash: "phc-1".to_owned(),
        made_at: at(1),
        failures: 0,
        locked_until: None,
    }
}

fn session(number: u8, of: &str, made: i64) -> AccountSession {
    AccountSession {
        hash: hash(number),
        patient: patient(of),
        made_at: at(made),
        ends_at: at(made + 100),
        used_at: at(made),
    }
}

async fn add(store: &GatewayStore, account: &Account) -> bool {
    store.accounts.add(account).await.unwrap()
}

async fn begin(store: &GatewayStore, session: &AccountSession, before: Option<Hash>) -> bool {
    store.accounts.add_session(session, before).await.unwrap()
}

async fn found(store: &GatewayStore, number: u8) -> Option<AccountSession> {
    store.accounts.session(hash(number)).await.unwrap()
}

async fn of(store: &GatewayStore, id: &AppUserId) -> Account {
    store.accounts.of_patient(id).await.unwrap().unwrap()
}

pub async fn an_account_comes_with_its_patient(store: GatewayStore) {
    let amy = account("p1", "amy");
    assert_eq!(store.accounts.by_email(&amy.email).await.unwrap(), None);
    assert_eq!(store.accounts.of_patient(&amy.patient).await.unwrap(), None);
    assert!(add(&store, &amy).await);
    let by_email = store.accounts.by_email(&email("amy")).await.unwrap();
    assert!(by_email == Some(amy.clone()));
    assert!(of(&store, &amy.patient).await == amy);
    let made = store.patients.get(&amy.patient).await.unwrap().unwrap();
    assert_eq!((made.made_at, made.standing), (at(1), Standing::None));
}

pub async fn an_address_and_an_id_are_one_accounts(store: GatewayStore) {
    assert!(add(&store, &account("p1", "amy")).await);
    assert!(!add(&store, &account("p1", "ben")).await);
    assert!(!add(&store, &account("p2", "amy")).await);
    let patients = &store.patients;
    assert_eq!(patients.get(&patient("p2")).await.unwrap(), None);
    assert_eq!(store.accounts.by_email(&email("ben")).await.unwrap(), None);
    // Nor does an account come to a product's patient.
    assert!(patients.put(&patient("p3"), at(1)).await.unwrap());
    assert!(!add(&store, &account("p3", "cas")).await);
    let none = store.accounts.of_patient(&patient("p3")).await.unwrap();
    assert_eq!(none, None);
    assert!(add(&store, &account("p4", "cas")).await);
}

pub async fn an_address_raced_is_one_accounts(store: GatewayStore) {
    let added = race(6, |place| {
        let store = store.clone();
        async move { add(&store, &account(&format!("p{place}"), "amy")).await }
    });
    assert_eq!(added.await.into_iter().filter(|added| *added).count(), 1);
    let holder = store.accounts.by_email(&email("amy")).await.unwrap();
    let holder = holder.unwrap().patient;
    for place in 0..6 {
        let id = patient(&format!("p{place}"));
        let made = store.patients.get(&id).await.unwrap().is_some();
        assert_eq!(made, id == holder);
    }
}

pub async fn wrong_passwords_of_a_patient_are_counted_and_lock(store: GatewayStore) {
    let amy = account("p1", "amy");
    assert!(add(&store, &amy).await);
    let until = Some(at(300));
    let accounts = &store.accounts;
    accounts.set_failures(&amy.patient, 5, until).await.unwrap();
    let locked = of(&store, &amy.patient).await;
    assert_eq!((locked.failures, locked.locked_until), (5, until));
    accounts.set_failures(&amy.patient, 0, None).await.unwrap();
    assert!(of(&store, &amy.patient).await == amy);
    let nobody = accounts.set_failures(&patient("p9"), 1, None).await;
    nobody.unwrap();
}

pub async fn a_patients_new_password_ends_sessions_and_the_lock(store: GatewayStore) {
    let (amy, ben) = (account("p1", "amy"), account("p2", "ben"));
    for account in [&amy, &ben] {
        assert!(add(&store, account).await);
    }
    assert!(begin(&store, &session(1, "p1", 2), None).await);
    assert!(begin(&store, &session(2, "p2", 2), None).await);
    let accounts = &store.accounts;
    let lock = accounts.set_failures(&amy.patient, 5, Some(at(300))).await;
    lock.unwrap();
    assert!(accounts.set_password(&amy.patient, "phc-2").await.unwrap());
    let expected = Account {
        password_hash: "phc-2".to_owned(),
        ..amy.clone()
    };
    assert!(of(&store, &amy.patient).await == expected);
    assert_eq!(found(&store, 1).await, None);
    assert!(found(&store, 2).await.is_some());
    let nobody = accounts.set_password(&patient("p9"), "phc").await;
    assert!(!nobody.unwrap());
}

pub async fn a_patients_session_is_found_used_and_ended(store: GatewayStore) {
    assert!(add(&store, &account("p1", "amy")).await);
    let begun = session(1, "p1", 2);
    assert_eq!(found(&store, 1).await, None);
    assert!(begin(&store, &begun, None).await);
    assert_eq!(found(&store, 1).await, Some(begun.clone()));
    let accounts = &store.accounts;
    accounts.use_session(hash(1), at(30)).await.unwrap();
    // A clock that was set back does not make it older.
    accounts.use_session(hash(1), at(20)).await.unwrap();
    let used = AccountSession {
        used_at: at(30),
        ..begun
    };
    assert_eq!(found(&store, 1).await, Some(used));
    for _ in 0..2 {
        accounts.end_session(hash(1)).await.unwrap();
    }
    accounts.use_session(hash(1), at(31)).await.unwrap();
    assert_eq!(found(&store, 1).await, None);
}

pub async fn a_session_takes_the_place_of_the_one_before(store: GatewayStore) {
    assert!(add(&store, &account("p1", "amy")).await);
    assert!(begin(&store, &session(1, "p1", 2), None).await);
    assert!(begin(&store, &session(2, "p1", 3), None).await);
    assert!(begin(&store, &session(3, "p1", 4), Some(hash(1))).await);
    assert_eq!(found(&store, 1).await, None);
    assert!(found(&store, 2).await.is_some());
    assert!(found(&store, 3).await.is_some());
    let unknown = Some(hash(9));
    assert!(begin(&store, &session(4, "p1", 5), unknown).await);
}

pub async fn patients_sessions_that_ended_go_when_another_begins(store: GatewayStore) {
    assert!(add(&store, &account("p1", "amy")).await);
    for (number, made) in [(1, 2), (2, 50), (3, 102)] {
        assert!(begin(&store, &session(number, "p1", made), None).await);
    }
    assert_eq!(found(&store, 1).await, None);
    assert!(found(&store, 2).await.is_some());
    assert!(found(&store, 3).await.is_some());
}

pub async fn nobody_signs_in_without_an_account(store: GatewayStore) {
    assert!(store.patients.put(&patient("p1"), at(1)).await.unwrap());
    for of in ["p1", "p2"] {
        assert!(!begin(&store, &session(1, of, 2), None).await);
    }
    assert_eq!(found(&store, 1).await, None);
    let amy = account("p3", "amy");
    assert!(add(&store, &amy).await);
    assert!(begin(&store, &session(1, "p3", 2), None).await);
    let deleted = store.patients.delete("patient", &amy.patient, at(3)).await;
    assert!(deleted.unwrap());
    assert_eq!(found(&store, 1).await, None);
    assert_eq!(store.accounts.by_email(&amy.email).await.unwrap(), None);
    assert!(!begin(&store, &session(2, "p3", 4), None).await);
    // The address is free again.
    assert!(add(&store, &account("p4", "amy")).await);
}
