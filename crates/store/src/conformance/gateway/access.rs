//! Product keys, operators and their sessions, leases.

use crate::conformance::world::{at, race};
use crate::gateway::{GatewayStore, Operator, OperatorSession, ProductKey};
use model::Hash;

fn hash(number: u8) -> Hash {
    Hash::from_bytes([number; 32])
}

fn product_key(number: u8) -> ProductKey {
    ProductKey {
        id: format!("k{number}"),
        name: format!("Product {number}"),
        hash: hash(number),
        made_at: at(number.into()),
        ends_at: None,
    }
}

fn session(number: u8, made: i64) -> OperatorSession {
    OperatorSession {
        hash: hash(number),
        operator: "ada".to_owned(),
        made_at: at(made),
        ends_at: at(made + 100),
        used_at: at(made),
    }
}

async fn ada(store: &GatewayStore) -> Option<Operator> {
    store.access.operator("ada").await.unwrap()
}

pub async fn a_key_is_found_by_its_public_part(store: GatewayStore) {
    let key = product_key(1);
    assert_eq!(store.access.key("k1").await.unwrap(), None);
    assert!(store.access.add_key(&key).await.unwrap());
    assert_eq!(store.access.key("k1").await.unwrap(), Some(key.clone()));
    let taken = ProductKey {
        id: key.id.clone(),
        ..product_key(2)
    };
    assert!(!store.access.add_key(&taken).await.unwrap());
    assert_eq!(store.access.key("k1").await.unwrap(), Some(key));
}

pub async fn keys_of_the_product_are_listed_oldest_first(store: GatewayStore) {
    for number in [3, 1, 2] {
        let added = store.access.add_key(&product_key(number)).await;
        assert!(added.unwrap());
    }
    let expected: Vec<ProductKey> = [1, 2, 3].map(product_key).into();
    assert_eq!(store.access.keys().await.unwrap(), expected);
}

pub async fn an_ended_key_is_found_and_an_earlier_end_stands(store: GatewayStore) {
    assert!(store.access.add_key(&product_key(1)).await.unwrap());
    assert!(store.access.end_key("k1", at(50)).await.unwrap());
    assert!(store.access.end_key("k1", at(90)).await.unwrap());
    let found = store.access.key("k1").await.unwrap().unwrap();
    assert_eq!(found.ends_at, Some(at(50)));
    assert!(store.access.end_key("k1", at(20)).await.unwrap());
    let found = store.access.key("k1").await.unwrap().unwrap();
    assert_eq!(found.ends_at, Some(at(20)));
    assert!(!store.access.end_key("k2", at(20)).await.unwrap());
}

pub async fn an_operator_is_made_once(store: GatewayStore) {
    assert_eq!(ada(&store).await, None);
    let made = race(4, |_| {
        let access = store.access.clone();
        async move { access.put_operator("ada", "phc-1", at(1)).await.unwrap() }
    });
    assert_eq!(made.await.into_iter().filter(|new| *new).count(), 1);
    let expected = Operator {
        name: "ada".to_owned(),
        password_hash: "phc-1".to_owned(),
        made_at: at(1),
        failures: 0,
        locked_until: None,
    };
    assert_eq!(ada(&store).await, Some(expected.clone()));
    let bob = store.access.put_operator("Bob", "phc-2", at(2)).await;
    assert!(bob.unwrap());
    let names = store.access.operators().await.unwrap();
    let names: Vec<String> = names.into_iter().map(|one| one.name).collect();
    assert_eq!(names, ["Bob", "ada"]);
}

pub async fn wrong_passwords_are_counted_and_lock(store: GatewayStore) {
    store
        .access
        .put_operator("ada", "phc", at(1))
        .await
        .unwrap();
    let until = Some(at(300));
    store.access.set_failures("ada", 5, until).await.unwrap();
    let found = ada(&store).await.unwrap();
    assert_eq!((found.failures, found.locked_until), (5, until));
    store.access.set_failures("ada", 0, None).await.unwrap();
    let found = ada(&store).await.unwrap();
    assert_eq!((found.failures, found.locked_until), (0, None));
    store.access.set_failures("nobody", 1, None).await.unwrap();
}

pub async fn a_new_password_ends_sessions_and_the_lock(store: GatewayStore) {
    let access = &store.access;
    access.put_operator("ada", "phc-1", at(1)).await.unwrap();
    access.add_session(&session(1, 2)).await.unwrap();
    access.set_failures("ada", 5, Some(at(300))).await.unwrap();
    assert!(!access.put_operator("ada", "phc-2", at(9)).await.unwrap());
    let found = ada(&store).await.unwrap();
    assert_eq!(found.password_hash, "phc-2");
    assert_eq!((found.failures, found.locked_until), (0, None));
    assert_eq!(found.made_at, at(1));
    assert_eq!(access.session(hash(1)).await.unwrap(), None);
}

pub async fn removing_an_operator_ends_the_sessions(store: GatewayStore) {
    let access = &store.access;
    access.put_operator("ada", "phc", at(1)).await.unwrap();
    access.add_session(&session(1, 2)).await.unwrap();
    assert!(access.remove_operator("ada").await.unwrap());
    assert!(!access.remove_operator("ada").await.unwrap());
    assert_eq!(ada(&store).await, None);
    assert_eq!(access.session(hash(1)).await.unwrap(), None);
}

pub async fn a_session_is_found_used_and_ended(store: GatewayStore) {
    let access = &store.access;
    access.put_operator("ada", "phc", at(1)).await.unwrap();
    assert_eq!(access.session(hash(1)).await.unwrap(), None);
    let begun = session(1, 2);
    access.add_session(&begun).await.unwrap();
    assert_eq!(access.session(hash(1)).await.unwrap(), Some(begun.clone()));
    access.use_session(hash(1), at(30)).await.unwrap();
    let used = OperatorSession {
        used_at: at(30),
        ..begun
    };
    assert_eq!(access.session(hash(1)).await.unwrap(), Some(used));
    access.end_session(hash(1)).await.unwrap();
    access.end_session(hash(1)).await.unwrap();
    access.use_session(hash(1), at(31)).await.unwrap();
    assert_eq!(access.session(hash(1)).await.unwrap(), None);
}

pub async fn sessions_that_ended_go_when_another_begins(store: GatewayStore) {
    let access = &store.access;
    access.put_operator("ada", "phc", at(1)).await.unwrap();
    access.add_session(&session(1, 2)).await.unwrap();
    access.add_session(&session(2, 50)).await.unwrap();
    access.add_session(&session(3, 102)).await.unwrap();
    assert_eq!(access.session(hash(1)).await.unwrap(), None);
    assert!(access.session(hash(2)).await.unwrap().is_some());
    assert!(access.session(hash(3)).await.unwrap().is_some());
}

pub async fn a_lease_raced_is_one_holders(store: GatewayStore) {
    let held = race(8, |place| {
        let access = store.access.clone();
        async move {
            let holder = format!("node {place}");
            let held = access.hold("follow", &holder, at(1), at(10)).await;
            held.unwrap()
        }
    });
    let held: Vec<String> = held.await.into_iter().flatten().collect();
    assert_eq!(held, [""]);
    let other = store.access.hold("rotate", "node 9", at(1), at(10)).await;
    assert_eq!(other.unwrap(), Some(String::new()));
}

pub async fn a_lease_is_kept_by_its_holder_until_it_ends(store: GatewayStore) {
    let hold = |holder, now, until| {
        let access = store.access.clone();
        async move {
            let held = access.hold("follow", holder, at(now), at(until)).await;
            held.unwrap().is_some()
        }
    };
    assert!(hold("a", 1, 10).await);
    assert!(!hold("b", 5, 15).await);
    assert!(hold("a", 6, 20).await);
    assert!(!hold("b", 12, 22).await);
    assert!(!hold("b", 19, 29).await);
    assert!(hold("b", 20, 30).await);
    assert!(!hold("a", 21, 31).await);
}

pub async fn a_note_stays_with_its_lease(store: GatewayStore) {
    let access = &store.access;
    assert!(!access.note("follow", "a", "17").await.unwrap());
    let held = access.hold("follow", "a", at(1), at(10)).await.unwrap();
    assert_eq!(held, Some(String::new()));
    assert!(access.note("follow", "a", "17").await.unwrap());
    assert!(!access.note("follow", "b", "18").await.unwrap());
    let held = access.hold("follow", "a", at(2), at(12)).await.unwrap();
    assert_eq!(held.as_deref(), Some("17"));
    let held = access.hold("follow", "b", at(12), at(20)).await.unwrap();
    assert_eq!(held.as_deref(), Some("17"));
    assert!(!access.note("follow", "a", "19").await.unwrap());
}

pub async fn a_lease_that_is_given_back_is_free(store: GatewayStore) {
    let access = &store.access;
    access.hold("follow", "a", at(1), at(10)).await.unwrap();
    assert!(access.note("follow", "a", "17").await.unwrap());
    access.let_go("follow", "b").await.unwrap();
    let held = access.hold("follow", "b", at(2), at(12)).await.unwrap();
    assert_eq!(held, None);
    access.let_go("follow", "a").await.unwrap();
    assert!(!access.note("follow", "a", "18").await.unwrap());
    let held = access.hold("follow", "b", at(3), at(12)).await.unwrap();
    assert_eq!(held.as_deref(), Some("17"));
}
