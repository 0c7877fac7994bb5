//! A connection that is lost during a COMMIT about a link: no `state` and no refresh token is used twice, and none is
//! lost for it.

use super::doubt::Cuttable;
use super::people::{attempt, new_link, pair, patient, record};
use super::world::{BY, World, at, sealed};
use crate::proxy::Cut;
use model::entropy::SeededEntropy;
use model::patient::Email;
use model::pkb_link::{Failure, Lapse};
use model::{AppUserId, DataKeyId, Hash};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use store::StoreError;
use store::gateway::{Account, AccountSession, Flight, Landed, Linked};

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn a_state_is_used_up_once_and_not_lost() {
    for cut in [Cut::After, Cut::Before] {
        let world = Cuttable::new().await;
        let (_, key) = world.node.user().await;
        let whose = patient(1);
        let patients = &world.node.store.patients;
        world.proxy.cut(cut);
        assert!(patients.put(&whose, at(0)).await.unwrap());
        let new = attempt(&SeededEntropy::new(3), &whose);
        world.proxy.cut(cut);
        assert!(patients.begin(BY, &new).await.unwrap());
        world.proxy.cut(cut);
        assert!(patients.burn(new.id, at(2)).await.unwrap());
        assert!(!patients.burn(new.id, at(2)).await.unwrap());
        assert!(world.onlooker.attempt_of(&new).await.unwrap().burned);
        let (result, secret) = (Hash::from_bytes([8; 32]), sealed(key, "tokens"));
        world.proxy.cut(cut);
        let waits = patients.await_word(new.id, result, record(1), &secret, at(602));
        assert!(waits.await.unwrap());
        let again = patients.await_word(new.id, result, record(1), &secret, at(602));
        assert!(!again.await.unwrap());
        let waits = world.onlooker.store.patients.awaiting(result, at(3)).await;
        assert_eq!(waits.unwrap().unwrap().secret, secret);
        assert_eq!(world.proxy.cuts(), 4);
        assert_eq!(world.onlooker.told().await, ["patient.pending"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn a_link_is_made_once_and_a_refusal_is_a_refusal() {
    for cut in [Cut::After, Cut::Before] {
        let world = Cuttable::new().await;
        let (_, key) = world.node.user().await;
        let entropy = SeededEntropy::new(3);
        let patients = &world.node.store.patients;
        let [first, second] = [patient(1), patient(2)];
        let id = world.node.burned(&first, &entropy).await;
        world.proxy.cut(cut);
        let new = new_link(key, 1, "tokens");
        let linked = patients.link(BY, id, &new, at(10)).await;
        assert_eq!(linked.unwrap(), Linked::Linked);
        let again = patients.link(BY, id, &new, at(10)).await;
        assert_eq!(again.unwrap(), Linked::Gone);
        let tokens = world.onlooker.store.links.tokens(&first).await.unwrap();
        assert_eq!(tokens.unwrap().sealed, new.pair.tokens);
        let id = world.node.burned(&second, &entropy).await;
        world.proxy.cut(cut);
        let refused = patients.link(BY, id, &new, at(10)).await;
        let elsewhere = Linked::Refused(Failure::LinkedElsewhere);
        assert_eq!(refused.unwrap(), elsewhere);
        assert_eq!(world.proxy.cuts(), 2);
        assert_eq!(
            world.onlooker.told().await,
            [
                "patient.pending",
                "patient.linked",
                "patient.pending",
                "patient.link-failed"
            ]
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn a_flight_stays_its_holders_and_lands_once() {
    for cut in [Cut::After, Cut::Before] {
        let world = Cuttable::new().await;
        let (_, key) = world.node.user().await;
        let whose = world.node.linked(1, key, "first").await;
        let generation = world.node.generation(&whose).await;
        let links = &world.node.store.links;
        world.proxy.cut(cut);
        let Flight::Yours { fence, tokens } = world.node.take(&whose, generation, 20).await else {
            panic!("the flight is lost to its own holder");
        };
        assert_eq!(tokens.generation, generation);
        let others = Flight::Others { until: at(80) };
        // Neither another node nor the same one a second time.
        assert_eq!(world.onlooker.take(&whose, generation, 20).await, others);
        assert_eq!(world.node.take(&whose, generation, 20).await, others);
        world.proxy.cut(cut);
        assert!(links.calling(&whose, fence, at(21)).await.unwrap());
        assert!(!links.calling(&whose, fence, at(21)).await.unwrap());
        let new = Landed::Renewed(pair(key, "second"));
        world.proxy.cut(cut);
        assert!(links.land(BY, &whose, fence, &new, at(22)).await.unwrap());
        // Who asks for minutes hears the same.
        assert!(links.land(BY, &whose, fence, &new, at(90)).await.unwrap());
        assert_eq!(world.proxy.cuts(), 3);
        let found = world.onlooker.store.links.tokens(&whose).await.unwrap();
        let found = found.unwrap();
        assert_eq!(found.sealed, sealed(key, "second"));
        assert!(found.generation > generation);
        let journal = world
            .onlooker
            .store
            .links
            .flights(&whose, 10)
            .await
            .unwrap();
        assert_eq!(journal.len(), 1);
        assert_eq!(journal[0].called_at, Some(at(21)));
        assert_eq!(journal[0].ended, Some((at(22), "renewed".to_owned())));
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn a_lapse_is_told_once() {
    for cut in [Cut::After, Cut::Before] {
        let world = Cuttable::new().await;
        let (_, key) = world.node.user().await;
        let links = &world.node.store.links;
        let whose = world.node.linked(1, key, "first").await;
        let generation = world.node.generation(&whose).await;
        let Flight::Yours { fence, .. } = world.node.take(&whose, generation, 20).await else {
            panic!("not taken");
        };
        assert!(links.calling(&whose, fence, at(21)).await.unwrap());
        world.proxy.cut(cut);
        let expired = world.node.take(&whose, generation, 80).await;
        assert_eq!(expired, Flight::NotLinked);
        // The answer has come after all.
        let new = Landed::Renewed(pair(key, "second"));
        world.proxy.cut(cut);
        assert!(links.land(BY, &whose, fence, &new, at(82)).await.unwrap());
        let generation = world.node.generation(&whose).await;
        world.proxy.cut(cut);
        let lapse = links.lapse(BY, &whose, generation, Lapse::NotAccepted, at(90));
        // Told, whoever hears that it was so by then.
        lapse.await.unwrap();
        assert_eq!(world.proxy.cuts(), 3);
        let told = world.onlooker.told().await;
        let lapsed = "patient.needs-reauthorisation";
        assert_eq!(
            told,
            [
                "patient.pending",
                "patient.linked",
                lapsed,
                "patient.linked",
                lapsed
            ]
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn an_account_and_a_session_are_made_once() {
    for cut in [Cut::After, Cut::Before] {
        let world = Cuttable::new().await;
        let accounts = &world.node.store.accounts;
        let account = Account {
            patient: patient(1),
            email: Email::parse("amy@example.com").unwrap(),
            password_hash: "$argon2id$1".to_owned(),
            made_at: at(1),
            failures: 0,
            locked_until: None,
        };
        world.proxy.cut(cut);
        assert!(accounts.add(&account).await.unwrap());
        assert!(!accounts.add(&account).await.unwrap());
        let session = AccountSession {
            hash: Hash::from_bytes([1; 32]),
            patient: patient(1),
            made_at: at(2),
            ends_at: at(50),
            used_at: at(2),
        };
        world.proxy.cut(cut);
        assert!(accounts.add_session(&session, None).await.unwrap());
        assert_eq!(world.proxy.cuts(), 2);
        let found = world.onlooker.store.accounts.session(session.hash).await;
        assert_eq!(found.unwrap(), Some(session));
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn an_end_that_may_be_anothers_is_not_told_as_done() {
    for (cut, there) in [(Cut::After, false), (Cut::Before, true)] {
        let world = Cuttable::new().await;
        let (_, key) = world.node.user().await;
        let whose = world.node.linked(1, key, "first").await;
        world.proxy.cut(cut);
        let ended = world.node.store.patients.unlink(BY, &whose, at(20)).await;
        assert!(matches!(ended, Err(StoreError::Unavailable { .. })));
        // It may be at work on it still.
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        let tokens = world.onlooker.store.links.tokens(&whose).await.unwrap();
        assert_eq!(tokens.is_some(), there);
    }
}

/// Renews again and again until so many renewals have landed; the tokens that it would have sent.
async fn renew(
    node: World,
    whose: AppUserId,
    key: DataKeyId,
    done: Arc<AtomicUsize>,
) -> Vec<Vec<u8>> {
    let (links, mut sent) = (&node.store.links, Vec::new());
    while done.load(Ordering::SeqCst) < 40 {
        let generation = node.generation(&whose).await;
        let (fence, tokens) = match node.take(&whose, generation, 20).await {
            Flight::Yours { fence, tokens } => (fence, tokens),
            Flight::NotLinked => panic!("the link is lost"),
            Flight::Others { .. } | Flight::Renewed => {
                tokio::time::sleep(Duration::from_millis(10)).await;
                continue;
            }
        };
        assert!(links.calling(&whose, fence, at(21)).await.unwrap());
        sent.push(tokens.sealed.bytes);
        let new = Landed::Renewed(pair(key, &format!("pair {fence}")));
        assert!(links.land(BY, &whose, fence, &new, at(22)).await.unwrap());
        done.fetch_add(1, Ordering::SeqCst);
    }
    sent
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn no_refresh_token_is_sent_twice_while_commits_are_cut_off() {
    let world = Cuttable::new().await;
    let (_, key) = world.onlooker.user().await;
    let whose = world.onlooker.linked(1, key, "first").await;
    let done = Arc::new(AtomicUsize::new(0));
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..6 {
        let node = if number % 3 == 0 {
            &world.onlooker
        } else {
            &world.node
        };
        tasks.spawn(renew(node.clone(), whose.clone(), key, Arc::clone(&done)));
    }
    let mut by_token: BTreeMap<Vec<u8>, u32> = BTreeMap::new();
    let (mut cut, mut landed) = (Cut::After, usize::MAX);
    while !tasks.is_empty() {
        // One after each landing, so that those who try again get through.
        let now = done.load(Ordering::SeqCst);
        if now != landed {
            landed = now;
            world.proxy.cut(cut);
            cut = match cut {
                Cut::After => Cut::Before,
                Cut::Before => Cut::After,
            };
        }
        let ended = tokio::time::timeout(Duration::from_millis(5), tasks.join_next());
        if let Ok(Some(sent)) = ended.await {
            for token in sent.unwrap() {
                *by_token.entry(token).or_default() += 1;
            }
        }
    }
    assert!(by_token.len() >= 40, "{}", by_token.len());
    assert!(by_token.values().all(|times| *times == 1));
    let journal = world.onlooker.store.links.flights(&whose, 1_000).await;
    assert_eq!(journal.unwrap().len(), by_token.len());
    assert!(world.proxy.cuts() >= 3, "{}", world.proxy.cuts());
}
