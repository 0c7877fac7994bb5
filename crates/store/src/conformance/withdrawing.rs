//! Withdrawing a token: at once, and for every message that waits under it.

use super::world::{CONVERTS, SOMEBODY, World, at};
use crate::platform::{Accepted, PlatformStore};
use model::TokenId;
use model::message::{ClaimMode, Event, Stage, SubStatus};
use model::practitioner::Practitioner;

async fn withdraw(world: &World, who: &Practitioner, token: TokenId, when: i64) -> bool {
    let permissions = &world.store.permissions;
    permissions
        .withdraw(&SOMEBODY, who, token, at(when))
        .await
        .unwrap()
}

pub async fn only_its_practitioner_withdraws_a_token(store: PlatformStore) {
    let world = World::new(store).await;
    let token = world.token(&world.doctor).await;
    assert!(!withdraw(&world, &world.colleague, token, 9).await);
    let elsewhere = Practitioner {
        practice: world.other_practice.clone(),
        spine_user_id: world.doctor.spine_user_id.clone(),
    };
    assert!(!withdraw(&world, &elsewhere, token, 9).await);
    assert!(withdraw(&world, &world.doctor, token, 9).await);
}

pub async fn a_token_is_withdrawn_once(store: PlatformStore) {
    let world = World::new(store).await;
    let token = world.token(&world.doctor).await;
    assert!(withdraw(&world, &world.doctor, token, 9).await);
    assert!(!withdraw(&world, &world.doctor, token, 10).await);
    let tokens = world.store.permissions.tokens_of(&world.doctor).await;
    assert!(tokens.unwrap().is_empty());
}

pub async fn messages_under_the_token_turn_into_standard_ones(store: PlatformStore) {
    let world = World::new(store).await;
    let token = world.token(&world.doctor).await;
    let mut sent = Vec::new();
    for accepted in [5, 6, 500] {
        let message = world.instant(&world.doctor, token, accepted);
        assert_eq!(world.accept(&message).await, Accepted::New);
        sent.push(message.envelope.reference);
    }
    // The first two have converted by then, though nobody wrote it yet.
    assert!(withdraw(&world, &world.doctor, token, 7 + CONVERTS).await);
    for (place, reference) in sent.into_iter().enumerate() {
        let last = world.history(reference).await.pop().unwrap();
        let expected = match place {
            0 => ("PENDING", "Instant message timed out", 5 + CONVERTS),
            1 => ("PENDING", "Instant message timed out", 6 + CONVERTS),
            _ => ("PENDING", "Authorisation withdrawn", 7 + CONVERTS),
        };
        assert_eq!(last, expected);
    }
    let told = world.statuses_told().await.pop().unwrap();
    assert_eq!(told.1, Some(SubStatus::AuthorisationWithdrawn));
    let messages = &world.store.messages;
    let colleague = &world.colleague.spine_user_id;
    let seen = messages.waiting(&world.practice, colleague, None, 10).await;
    assert_eq!(seen.unwrap().len(), 3);
}

pub async fn an_import_under_way_may_still_complete(store: PlatformStore) {
    let world = World::new(store).await;
    let token = world.token(&world.doctor).await;
    let message = world.instant(&world.doctor, token, 5);
    assert_eq!(world.accept(&message).await, Accepted::New);
    let reference = message.envelope.reference;
    let fence = world.claim(reference, ClaimMode::Automatic, 6).await;
    assert!(withdraw(&world, &world.doctor, token, 7).await);
    let stored = world.changed(reference, Event::Imported { fence }, 8).await;
    let mode = ClaimMode::Automatic;
    assert_eq!(stored.stage, Stage::Completed { mode });
}

pub async fn messages_under_other_tokens_stay(store: PlatformStore) {
    let world = World::new(store).await;
    let withdrawn = world.token(&world.doctor).await;
    let other = world.accept_instant(5).await;
    let standard = world.accept_standard(5).await;
    let before = (world.find(other).await, world.find(standard).await);
    assert!(withdraw(&world, &world.doctor, withdrawn, 7).await);
    let after = (world.find(other).await, world.find(standard).await);
    assert_eq!(before, after);
}

pub async fn accepting_and_withdrawing_at_once_leaves_no_instant_message(store: PlatformStore) {
    let world = World::new(store).await;
    for _ in 0..10 {
        let token = world.token(&world.doctor).await;
        let mut sending = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let world = world.clone();
            let message = world.instant(&world.doctor, token, 5);
            sending.spawn(async move {
                let answer = world.accept(&message).await;
                (message.envelope.reference, answer)
            });
        }
        assert!(withdraw(&world, &world.doctor, token, 6).await);
        for (reference, answer) in sending.join_all().await {
            if answer == Accepted::New {
                let last = world.history(reference).await.pop().unwrap();
                assert_eq!(last.1, "Authorisation withdrawn");
            } else {
                assert_eq!(answer, Accepted::TokenWithdrawn);
            }
        }
    }
}
