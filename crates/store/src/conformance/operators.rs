//! Operators and their sessions at the pages.

use super::world::{SOMEBODY, at, race};
use crate::platform::{Operator, OperatorSession, PlatformStore};
use model::Hash;

fn hash(number: u8) -> Hash {
    Hash::from_bytes([number; 32])
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

async fn add_ada(store: &PlatformStore) {
    let added = store
        .operators
        .put_operator(&SOMEBODY, "ada", "phc-1", at(1));
    assert!(added.await.unwrap());
}

async fn ada(store: &PlatformStore) -> Option<Operator> {
    store.operators.operator("ada").await.unwrap()
}

/// Actions of the audit log, oldest first, with who did them.
async fn noted(store: &PlatformStore) -> Vec<(String, String)> {
    let mut entries = store.audit.recent(100).await.unwrap();
    entries.sort_by_key(|entry| entry.at);
    entries
        .into_iter()
        .map(|entry| (entry.actor, entry.action))
        .collect()
}

pub async fn an_operator_is_made_once(store: PlatformStore) {
    assert_eq!(ada(&store).await, None);
    let made = race(4, |_| {
        let operators = store.operators.clone();
        async move {
            let put = operators.put_operator(&SOMEBODY, "ada", "phc-1", at(1));
            put.await.unwrap()
        }
    });
    assert_eq!(made.await.into_iter().filter(|new| *new).count(), 1);
    let expected = Operator {
        name: "ada".to_owned(),
        password_hash: "phc-1".to_owned(),
        made_at: at(1),
        failures: 0,
        locked_until: None,
    };
    assert_eq!(ada(&store).await, Some(expected));
    let bob = store
        .operators
        .put_operator(&SOMEBODY, "Bob", "phc-2", at(2));
    assert!(bob.await.unwrap());
    let names = store.operators.operators().await.unwrap();
    let names: Vec<String> = names.into_iter().map(|one| one.name).collect();
    assert_eq!(names, ["Bob", "ada"]);
}

pub async fn wrong_passwords_are_counted_and_a_lock_is_noted(store: PlatformStore) {
    add_ada(&store).await;
    let (operators, until) = (&store.operators, Some(at(300)));
    operators.set_failures("ada", 4, None, at(2)).await.unwrap();
    operators
        .set_failures("ada", 5, until, at(3))
        .await
        .unwrap();
    let found = ada(&store).await.unwrap();
    assert_eq!((found.failures, found.locked_until), (5, until));
    operators.set_failures("ada", 0, None, at(4)).await.unwrap();
    let found = ada(&store).await.unwrap();
    assert_eq!((found.failures, found.locked_until), (0, None));
    let nobody = operators.set_failures("nobody", 5, until, at(5));
    nobody.await.unwrap();
    let locks = noted(&store).await;
    let locks: Vec<_> = locks
        .iter()
        .filter(|(_, what)| what == "lock operator")
        .collect();
    assert_eq!(locks.len(), 1);
}

pub async fn a_new_password_ends_sessions_and_the_lock(store: PlatformStore) {
    add_ada(&store).await;
    let operators = &store.operators;
    assert!(operators.begin_session(&session(1, 2), None).await.unwrap());
    let locked = operators.set_failures("ada", 5, Some(at(300)), at(3));
    locked.await.unwrap();
    let put = operators.put_operator(&SOMEBODY, "ada", "phc-2", at(9));
    assert!(!put.await.unwrap());
    let found = ada(&store).await.unwrap();
    assert_eq!(found.password_hash, "phc-2");
    assert_eq!((found.failures, found.locked_until), (0, None));
    assert_eq!(found.made_at, at(1));
    assert_eq!(operators.operator_session(hash(1)).await.unwrap(), None);
}

pub async fn removing_an_operator_ends_the_sessions(store: PlatformStore) {
    add_ada(&store).await;
    let operators = &store.operators;
    assert!(operators.begin_session(&session(1, 2), None).await.unwrap());
    let remove = || operators.remove_operator(&SOMEBODY, "ada", at(9));
    assert!(remove().await.unwrap());
    assert!(!remove().await.unwrap());
    assert_eq!(ada(&store).await, None);
    assert_eq!(operators.operator_session(hash(1)).await.unwrap(), None);
    // Somebody who signs in at the same moment is too late.
    assert!(
        !operators
            .begin_session(&session(2, 10), None)
            .await
            .unwrap()
    );
}

pub async fn an_operators_session_is_found_used_and_ended(store: PlatformStore) {
    add_ada(&store).await;
    let operators = &store.operators;
    assert_eq!(operators.operator_session(hash(1)).await.unwrap(), None);
    let begun = session(1, 2);
    assert!(operators.begin_session(&begun, None).await.unwrap());
    let found = operators.operator_session(hash(1)).await.unwrap();
    assert_eq!(found, Some(begun.clone()));
    operators.use_session(hash(1), at(30)).await.unwrap();
    operators.use_session(hash(1), at(20)).await.unwrap();
    let used = OperatorSession {
        used_at: at(30),
        ..begun
    };
    let found = operators.operator_session(hash(1)).await.unwrap();
    assert_eq!(found, Some(used));
    operators.leave(hash(1), at(40)).await.unwrap();
    operators.leave(hash(1), at(41)).await.unwrap();
    operators.use_session(hash(1), at(42)).await.unwrap();
    assert_eq!(operators.operator_session(hash(1)).await.unwrap(), None);
    let expected = ["add operator", "sign in operator", "sign out operator"];
    let noted = noted(&store).await;
    let actions: Vec<&str> = noted.iter().map(|(_, action)| action.as_str()).collect();
    assert_eq!(actions, expected);
    assert_eq!(noted[1].0, "operator:ada");
}

pub async fn a_new_session_takes_the_place_of_one_and_of_those_that_ended(store: PlatformStore) {
    add_ada(&store).await;
    let operators = &store.operators;
    assert!(operators.begin_session(&session(1, 2), None).await.unwrap());
    assert!(
        operators
            .begin_session(&session(2, 50), None)
            .await
            .unwrap()
    );
    assert!(
        operators
            .begin_session(&session(3, 60), None)
            .await
            .unwrap()
    );
    let (next, before) = (session(4, 102), Some(hash(3)));
    assert!(operators.begin_session(&next, before).await.unwrap());
    for (number, lives) in [(1, false), (2, true), (3, false), (4, true)] {
        let found = operators.operator_session(hash(number)).await.unwrap();
        assert_eq!(found.is_some(), lives, "{number}");
    }
}
