//! Toolbars, the keys that register them, and sessions.

use super::world::{SOMEBODY, World, at, ods, race, unknown};
use crate::platform::PlatformStore;
use model::{DeviceId, SessionId};

pub async fn a_registration_key_is_kept(store: PlatformStore) {
    let world = World::new(store).await;
    let key = world.registration_key("key-1", false).await;
    let devices = &world.store.devices;
    let found = devices.registration_key("key-1").await.unwrap().unwrap();
    assert_eq!((found.key, found.uses), (key, 0));
    assert_eq!(devices.registration_key("key-2").await.unwrap(), None);
}

pub async fn a_single_use_key_registers_one_device(store: PlatformStore) {
    let world = World::new(store).await;
    world.registration_key("key-1", false).await;
    let devices = &world.store.devices;
    let (first, second) = (world.new_device(1), world.new_device(2));
    assert!(devices.register(&SOMEBODY, "key-1", &first).await.unwrap());
    assert!(!devices.register(&SOMEBODY, "key-1", &second).await.unwrap());
    assert_eq!(devices.device(first.id).await.unwrap(), Some(first));
    assert_eq!(devices.device(second.id).await.unwrap(), None);
    let found = devices.registration_key("key-1").await.unwrap().unwrap();
    assert_eq!(found.uses, 1);
}

pub async fn a_single_use_key_raced_registers_one_device(store: PlatformStore) {
    let world = World::new(store).await;
    world.registration_key("key-1", false).await;
    let answers = race(20, |_| {
        let world = world.clone();
        async move {
            let device = world.new_device(1);
            let devices = &world.store.devices;
            devices.register(&SOMEBODY, "key-1", &device).await.unwrap()
        }
    })
    .await;
    assert_eq!(answers.iter().filter(|registered| **registered).count(), 1);
    let devices = world.store.devices.devices(None).await.unwrap();
    assert_eq!(devices.len(), 1);
}

pub async fn a_key_for_many_registers_many(store: PlatformStore) {
    let world = World::new(store).await;
    world.registration_key("key-1", true).await;
    let devices = &world.store.devices;
    for _ in 0..3 {
        let device = world.new_device(1);
        assert!(devices.register(&SOMEBODY, "key-1", &device).await.unwrap());
    }
    let found = devices.registration_key("key-1").await.unwrap().unwrap();
    assert_eq!(found.uses, 3);
}

pub async fn an_unknown_key_registers_nothing(store: PlatformStore) {
    let world = World::new(store).await;
    let device = world.new_device(1);
    let devices = &world.store.devices;
    assert!(!devices.register(&SOMEBODY, "key-1", &device).await.unwrap());
    assert_eq!(devices.device(device.id).await.unwrap(), None);
}

pub async fn devices_are_listed_oldest_first(store: PlatformStore) {
    let world = World::new(store).await;
    world.registration_key("key-1", true).await;
    let devices = &world.store.devices;
    let mut made = [
        world.new_device(30),
        world.new_device(10),
        world.new_device(20),
    ];
    made[2].practice = world.other_practice.clone();
    for device in &made {
        assert!(devices.register(&SOMEBODY, "key-1", device).await.unwrap());
    }
    let [third, first, second] = made;
    let of_one = devices.devices(Some(&world.practice)).await.unwrap();
    assert_eq!(of_one, [first.clone(), third.clone()]);
    assert_eq!(devices.devices(None).await.unwrap(), [first, second, third]);
    let nowhere = devices.devices(Some(&ods("NOWHERE"))).await.unwrap();
    assert!(nowhere.is_empty());
}

pub async fn blocking_a_device_ends_its_sessions(store: PlatformStore) {
    let world = World::new(store).await;
    let devices = &world.store.devices;
    let (blocked, other) = (world.device().await, world.device().await);
    let session = world.new_session(&blocked, "a", 5);
    let others = world.new_session(&other, "a", 5);
    assert!(devices.sign_in(&SOMEBODY, &session).await.unwrap());
    assert!(devices.sign_in(&SOMEBODY, &others).await.unwrap());
    let done = devices.block_device(&SOMEBODY, blocked.id, at(9)).await;
    assert!(done.unwrap());
    assert_eq!(devices.session(session.hash).await.unwrap(), None);
    assert!(devices.session(others.hash).await.unwrap().is_some());
    let found = devices.device(blocked.id).await.unwrap().unwrap();
    assert_eq!(found.blocked_at, Some(at(9)));
    // Whoever signs in all the same is told of as blocked: the caller decides.
    let again = world.new_session(&blocked, "b", 10);
    assert!(devices.sign_in(&SOMEBODY, &again).await.unwrap());
    let found = devices.session(again.hash).await.unwrap().unwrap();
    assert!(found.device_blocked);
    let nobody: DeviceId = unknown();
    let done = devices.block_device(&SOMEBODY, nobody, at(9)).await;
    assert!(!done.unwrap());
}

pub async fn the_first_block_stands(store: PlatformStore) {
    let world = World::new(store).await;
    let devices = &world.store.devices;
    let device = world.device().await;
    for when in [9, 20] {
        let done = devices.block_device(&SOMEBODY, device.id, at(when)).await;
        assert!(done.unwrap());
    }
    let found = devices.device(device.id).await.unwrap().unwrap();
    assert_eq!(found.blocked_at, Some(at(9)));
}

pub async fn removing_a_device_forgets_it_and_its_sessions(store: PlatformStore) {
    let world = World::new(store).await;
    let devices = &world.store.devices;
    let device = world.device().await;
    let session = world.new_session(&device, "a", 5);
    assert!(devices.sign_in(&SOMEBODY, &session).await.unwrap());
    let remove = async || devices.remove_device(&SOMEBODY, device.id, at(9)).await;
    assert!(remove().await.unwrap());
    assert_eq!(devices.device(device.id).await.unwrap(), None);
    assert_eq!(devices.session(session.hash).await.unwrap(), None);
    assert!(!remove().await.unwrap());
}

pub async fn a_session_is_found_until_it_ends(store: PlatformStore) {
    let world = World::new(store).await;
    let devices = &world.store.devices;
    let device = world.device().await;
    let new = world.new_session(&device, "a", 5);
    assert_eq!(devices.session(new.hash).await.unwrap(), None);
    assert!(devices.sign_in(&SOMEBODY, &new).await.unwrap());
    let found = devices.session(new.hash).await.unwrap().unwrap();
    assert_eq!((found.id, found.device), (new.id, device.id));
    assert_eq!(found.practitioner, world.doctor);
    assert_eq!(found.name, new.name);
    assert_eq!((found.made_at, found.last_used_at), (at(5), at(5)));
    assert!(!found.device_blocked);
    let end = async || devices.end_session(&SOMEBODY, new.id, at(6)).await;
    assert!(end().await.unwrap());
    assert_eq!(devices.session(new.hash).await.unwrap(), None);
    assert!(!end().await.unwrap());
}

pub async fn an_assertion_signs_in_once(store: PlatformStore) {
    let world = World::new(store).await;
    let devices = &world.store.devices;
    let device = world.device().await;
    let first = world.new_session(&device, "a", 5);
    let replay = world.new_session(&device, "a", 6);
    assert!(devices.sign_in(&SOMEBODY, &first).await.unwrap());
    assert!(!devices.sign_in(&SOMEBODY, &replay).await.unwrap());
    assert_eq!(devices.session(replay.hash).await.unwrap(), None);
    // Not after sign-out either.
    let ended = devices.end_session(&SOMEBODY, first.id, at(7)).await;
    assert!(ended.unwrap());
    assert!(!devices.sign_in(&SOMEBODY, &replay).await.unwrap());
}

pub async fn an_assertion_raced_signs_in_once(store: PlatformStore) {
    let world = World::new(store).await;
    let device = world.device().await;
    let answers = race(20, |_| {
        let world = world.clone();
        let session = world.new_session(&device, "a", 5);
        async move {
            let devices = &world.store.devices;
            devices.sign_in(&SOMEBODY, &session).await.unwrap()
        }
    })
    .await;
    assert_eq!(answers.iter().filter(|signed_in| **signed_in).count(), 1);
}

pub async fn two_devices_may_use_one_assertion_id(store: PlatformStore) {
    let world = World::new(store).await;
    let devices = &world.store.devices;
    for device in [world.device().await, world.device().await] {
        let session = world.new_session(&device, "a", 5);
        assert!(devices.sign_in(&SOMEBODY, &session).await.unwrap());
    }
}

pub async fn touching_a_session_moves_its_last_use(store: PlatformStore) {
    let world = World::new(store).await;
    let devices = &world.store.devices;
    let device = world.device().await;
    let new = world.new_session(&device, "a", 5);
    assert!(devices.sign_in(&SOMEBODY, &new).await.unwrap());
    for (touched, expected) in [(90, 90), (60, 90)] {
        devices.touch_session(new.id, at(touched)).await.unwrap();
        let found = devices.session(new.hash).await.unwrap().unwrap();
        assert_eq!((found.made_at, found.last_used_at), (at(5), at(expected)));
    }
    // One that ended meanwhile is no fault.
    let nobody: SessionId = unknown();
    devices.touch_session(nobody, at(99)).await.unwrap();
}

pub async fn old_sessions_and_assertions_are_forgotten(store: PlatformStore) {
    let world = World::new(store).await;
    let devices = &world.store.devices;
    let device = world.device().await;
    let (old, new) = (
        world.new_session(&device, "old", 5),
        world.new_session(&device, "new", 500),
    );
    for session in [&old, &new] {
        assert!(devices.sign_in(&SOMEBODY, session).await.unwrap());
    }
    // The old assertion ended at 65.
    let forgotten = devices.forget_old_sessions(at(500), at(66)).await.unwrap();
    assert_eq!(forgotten, 2);
    assert_eq!(devices.session(old.hash).await.unwrap(), None);
    assert!(devices.session(new.hash).await.unwrap().is_some());
    let replay = world.new_session(&device, "new", 501);
    assert!(!devices.sign_in(&SOMEBODY, &replay).await.unwrap());
    let forgotten = devices.forget_old_sessions(at(500), at(66)).await.unwrap();
    assert_eq!(forgotten, 0);
}

pub async fn ending_a_session_wakes_the_practice(store: PlatformStore) {
    let world = World::new(store).await;
    let devices = &world.store.devices;
    let device = world.device().await;
    let (first, second) = (
        world.new_session(&device, "a", 5),
        world.new_session(&device, "b", 5),
    );
    for session in [&first, &second] {
        assert!(devices.sign_in(&SOMEBODY, session).await.unwrap());
    }
    let mut woken = world.store.feed.wakes(&world.toolbars());
    assert!(
        devices
            .end_session(&SOMEBODY, first.id, at(6))
            .await
            .unwrap()
    );
    assert!(woken.has_changed().unwrap());
    woken.mark_unchanged();
    let blocked = devices.block_device(&SOMEBODY, device.id, at(6)).await;
    assert!(blocked.unwrap());
    assert!(woken.has_changed().unwrap());
}
