//! Re-sealing in the background.

use super::super::rotate::LINGER;
use super::{VaultError, World, secret, token_of};
use httpkit::lifecycle::Shutdown;
use jiff::SignedDuration;
use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use store::StoreError;
use store::gateway::VaultKeys as _;

#[tokio::test]
async fn everything_is_sealed_anew_and_the_old_key_goes_when_nobody_can_be_using_it() {
    let world = World::new();
    let vault = world.node().await;
    for n in 0..120 {
        let place = token_of(&format!("user-{n}"));
        let sealed = vault
            .seal(&place, &secret(&format!("token-{n}")))
            .await
            .unwrap();
        assert!(world.store.put(place, sealed));
    }
    let newer = vault.rotate().await.unwrap();
    let before = vault.progress().await.unwrap();
    assert_eq!(
        (before.active, before.secrets, before.left),
        (newer, 120, 120)
    );
    let (shutdown, mut unreadable) = (Shutdown::default(), HashSet::new());
    vault.tend(&mut unreadable, &shutdown).await.unwrap();
    let after = vault.progress().await.unwrap();
    assert!(after.is_done() && after.keys.len() == 2, "{after:?}");
    assert_eq!(after.keys[0].goes_at, Some(after.keys[1].made_at + LINGER));

    world.wait(LINGER - SignedDuration::from_secs(1));
    vault.tend(&mut unreadable, &shutdown).await.unwrap();
    assert_eq!(
        world.store.keys().await.unwrap().len(),
        2,
        "a node may still use it"
    );
    world.wait(SignedDuration::from_secs(2));
    vault.tend(&mut unreadable, &shutdown).await.unwrap();
    assert_eq!(world.store.keys().await.unwrap().len(), 1);
    for n in 0..120 {
        let place = token_of(&format!("user-{n}"));
        let sealed = world.store.get(&place).unwrap();
        let opened = vault.unseal(&place, &sealed).await.unwrap();
        assert_eq!(opened.reveal(), format!("token-{n}"));
    }
}

#[tokio::test]
async fn what_does_not_open_is_counted_and_keeps_its_key_but_nobody_from_their_turn() {
    let world = World::new();
    let vault = world.node().await;
    for n in 0..200 {
        let place = token_of(&format!("user-{n}"));
        let mut sealed = vault.seal(&place, &secret("t")).await.unwrap();
        if n < 70 {
            sealed.bytes[25] ^= 1;
        }
        world.store.put(place, sealed);
    }
    vault.rotate().await.unwrap();
    world.wait(LINGER);
    let (shutdown, mut unreadable) = (Shutdown::default(), HashSet::new());
    // A batch may hold nothing but damaged ones, and then the round ends early: the next one goes on.
    for _ in 0..3 {
        vault.tend(&mut unreadable, &shutdown).await.unwrap();
    }
    let after = vault.progress().await.unwrap();
    assert_eq!((after.left, after.unreadable), (70, 70));
    assert_eq!(after.keys.len(), 2, "its key stays");
}

#[tokio::test]
async fn a_node_that_slept_through_a_rotation_writes_nothing_that_nobody_can_open() {
    let world = World::new();
    let (awake, asleep) = (world.node().await, world.node().await);
    let place = token_of("ada");
    let late = asleep.seal(&place, &secret("t")).await.unwrap();
    awake.rotate().await.unwrap();
    world.wait(LINGER * 2);
    awake
        .tend(&mut HashSet::new(), &Shutdown::default())
        .await
        .unwrap();
    assert!(
        !world.store.put(place.clone(), late),
        "the database refuses it"
    );
    asleep.read_anew().await.unwrap();
    let anew = asleep.seal(&place, &secret("t")).await.unwrap();
    assert!(world.store.put(place, anew));
}

#[tokio::test]
async fn a_node_that_knows_an_older_key_only_does_not_seal_backwards() {
    let world = World::new();
    let (one, other) = (world.node().await, world.node().await);
    one.rotate().await.unwrap();
    other.read_anew().await.unwrap();
    let newest = one.rotate().await.unwrap();
    let place = token_of("ada");
    let sealed = one.seal(&place, &secret("t")).await.unwrap();
    world.store.put(place.clone(), sealed.clone());
    let round = other.tend(&mut HashSet::new(), &Shutdown::default()).await;
    round.unwrap();
    assert!(world.store.get(&place).unwrap() == sealed && sealed.key == newest);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn four_tasks_seal_and_unseal_while_keys_change_and_nothing_is_lost() {
    const ROTATIONS: u64 = 12;
    let world = Arc::new(World::new());
    let ended = Arc::new(AtomicBool::new(false));
    let done = Arc::new(AtomicU64::new(0));
    let shutdown = Shutdown::default();
    let mut tasks = Vec::new();
    for task in 0..4 {
        let (world, ended, done) = (world.clone(), ended.clone(), done.clone());
        tasks.push(tokio::spawn(async move {
            let vault = world.node().await;
            let mut round = 0_u64;
            while !ended.load(Ordering::SeqCst) {
                let place = token_of(&format!("user-{task}-{}", round % 40));
                let text = format!("{task}-{round}");
                loop {
                    let sealed = vault.seal(&place, &secret(&text)).await.unwrap();
                    if world.store.put(place.clone(), sealed) {
                        break;
                    }
                    vault.read_anew().await.unwrap();
                }
                tokio::task::yield_now().await;
                // It may have been sealed anew meanwhile; it is the same secret all the same.
                let found = loop {
                    let found = world.store.get(&place).unwrap();
                    match vault.unseal(&place, &found).await {
                        // Time goes so fast here that two rotations fit between two lines.
                        Err(VaultError::UnknownKey(_)) => {}
                        answer => break answer.unwrap(),
                    }
                };
                assert_eq!(found.reveal(), text);
                done.fetch_add(1, Ordering::SeqCst);
                round += 1;
            }
        }));
    }
    for node in 0..2 {
        let (world, ended, shutdown) = (world.clone(), ended.clone(), shutdown.clone());
        tasks.push(tokio::spawn(async move {
            let (vault, mut unreadable) = (world.node().await, HashSet::new());
            let mut turns = 0;
            while !ended.load(Ordering::SeqCst) {
                match vault.tend(&mut unreadable, &shutdown).await {
                    // The database refuses a key that went meanwhile: as above.
                    Ok(()) | Err(VaultError::Store(StoreError::Fault { .. })) => {}
                    Err(error) => panic!("{error}"),
                }
                tokio::task::yield_now().await;
                turns += 1;
                assert!(unreadable.is_empty(), "node {node}, turn {turns}");
            }
        }));
    }
    let vault = world.node().await;
    for rotation in 1..=ROTATIONS {
        vault.rotate().await.unwrap();
        world.wait(LINGER / 2);
        while done.load(Ordering::SeqCst) < rotation * 400 {
            assert!(
                !tasks.iter().any(tokio::task::JoinHandle::is_finished),
                "a task failed"
            );
            tokio::task::yield_now().await;
        }
    }
    ended.store(true, Ordering::SeqCst);
    for task in tasks {
        task.await.unwrap();
    }
    world.wait(LINGER * 2);
    vault.tend(&mut HashSet::new(), &shutdown).await.unwrap();
    let progress = vault.progress().await.unwrap();
    assert!(
        progress.is_done() && progress.keys.len() == 1,
        "{progress:?}"
    );
    assert_eq!(progress.secrets, 160);
}
