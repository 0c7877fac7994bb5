//! The audit log: every act leaves an entry, and every entry is bound to the one before.

use super::world::{SOMEBODY, World, at, race};
use crate::audit::{chain, start};
use crate::platform::PlatformStore;
use model::Actor;
use model::message::{ClaimMode, Event};

/// The actions noted, oldest first.
async fn actions(world: &World) -> Vec<String> {
    let mut entries = world.store.audit.recent(1_000).await.unwrap();
    entries.reverse();
    entries.into_iter().map(|entry| entry.action).collect()
}

pub async fn an_empty_log_is_whole(store: PlatformStore) {
    let verified = store.audit.verify().await.unwrap();
    assert_eq!((verified.entries, verified.broken_at), (0, None));
    assert_eq!(verified.head, start());
    assert!(store.audit.recent(10).await.unwrap().is_empty());
}

pub async fn entries_are_numbered_and_read_newest_first(store: PlatformStore) {
    let audit = &store.audit;
    let who = Actor::Operator("Ash".to_owned());
    for (place, action) in ["open", "look", "close"].into_iter().enumerate() {
        let when = at(place.try_into().unwrap());
        audit.note(&who, action, "the ledger", when).await.unwrap();
    }
    let recent = audit.recent(2).await.unwrap();
    let shown: Vec<_> = recent
        .iter()
        .map(|entry| (entry.seq, entry.at, entry.action.as_str()))
        .collect();
    assert_eq!(shown, [(3, at(2), "close"), (2, at(1), "look")]);
    assert_eq!(recent[0].actor, "operator:Ash");
    assert_eq!(recent[0].subject, "the ledger");
    let [last, before] = recent.as_slice() else {
        panic!("two entries");
    };
    let expected = chain(before.hash, 3, at(2), "operator:Ash", "close", "the ledger");
    assert_eq!(last.hash, expected);
    let verified = audit.verify().await.unwrap();
    assert_eq!((verified.entries, verified.broken_at), (3, None));
    assert_eq!(verified.head, last.hash);
}

pub async fn every_act_leaves_its_entry(store: PlatformStore) {
    let world = World::new(store).await;
    let before = actions(&world).await.len();
    let device = world.device().await;
    let session = world.new_session(&device, "a", 5);
    world
        .store
        .devices
        .sign_in(&SOMEBODY, &session)
        .await
        .unwrap();
    let token = world.token(&world.doctor).await;
    let message = world.instant(&world.doctor, token, 5);
    world.accept(&message).await;
    let reference = message.envelope.reference;
    world.claim(reference, ClaimMode::Automatic, 6).await;
    let permissions = &world.store.permissions;
    let withdrawn = permissions
        .withdraw(&SOMEBODY, &world.doctor, token, at(7))
        .await;
    assert!(withdrawn.unwrap());
    // The lease has ended by then.
    let fence = world.claim(reference, ClaimMode::Review, 100).await;
    world
        .changed(reference, Event::Imported { fence }, 101)
        .await;
    let actions = actions(&world).await;
    let of_message = world.store.audit.recent(1_000).await.unwrap();
    let of_message = of_message
        .iter()
        .filter(|entry| entry.subject == reference.to_string())
        .count();
    // Accepted, claimed, withdrawn, lease ended, claimed, completed.
    assert_eq!(of_message, 6);
    // Key, registration, sign-in, code, exchange, withdrawal of the token.
    assert_eq!(actions.len() - before, 6 + 6);
    assert_eq!(world.store.audit.verify().await.unwrap().broken_at, None);
}

pub async fn a_log_written_by_many_at_once_is_whole(store: PlatformStore) {
    let world = World::new(store).await;
    let before = world.store.audit.verify().await.unwrap().entries;
    race(100, |place| {
        let world = world.clone();
        async move {
            if place % 3 == 0 {
                // Fails: the client system is there already.
                let clients = world.store.directory.clients().await.unwrap();
                let again = world
                    .store
                    .directory
                    .add_client(&SOMEBODY, &clients[0], at(1))
                    .await;
                assert!(again.is_err());
            } else {
                world.accept_standard(5).await;
            }
        }
    })
    .await;
    let verified = world.store.audit.verify().await.unwrap();
    assert_eq!(verified.broken_at, None);
    assert_eq!(verified.entries - before, 66);
}

pub async fn acts_that_change_nothing_leave_no_entry(store: PlatformStore) {
    let world = World::new(store).await;
    let before = world.store.audit.verify().await.unwrap();
    let directory = &world.store.directory;
    let known = directory.practice(&world.practice).await.unwrap().unwrap();
    assert!(
        !directory
            .put_practice(&SOMEBODY, &known, at(9))
            .await
            .unwrap()
    );
    let nobody = world.session_id();
    let ended = world
        .store
        .devices
        .end_session(&SOMEBODY, nobody, at(9))
        .await;
    assert!(!ended.unwrap());
    assert_eq!(world.store.audit.verify().await.unwrap(), before);
}
