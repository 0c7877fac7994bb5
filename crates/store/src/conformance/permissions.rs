//! Access codes and tokens.

use super::world::{SOMEBODY, World, at, minutes, race};
use crate::platform::{Audience, Exchanged, FeedItem, PlatformStore};
use model::ClientSystemId;
use model::access_code::MAX_WRONG;

/// Brings a code that nobody made.
async fn guess(world: &World, client: ClientSystemId, when: i64) -> Exchanged {
    let exchange = world.exchange(client, world.hash(), when);
    let permissions = &world.store.permissions;
    permissions.exchange(&SOMEBODY, &exchange).await.unwrap()
}

pub async fn a_code_is_exchanged_once(store: PlatformStore) {
    let world = World::new(store).await;
    let permissions = &world.store.permissions;
    let code = world.code(&world.doctor, 0).await;
    let first = world.exchange(world.client, code, 1);
    let second = world.exchange(world.other_client, code, 2);
    let answer = permissions.exchange(&SOMEBODY, &first).await.unwrap();
    assert_eq!(answer, Exchanged::Token(world.doctor.clone()));
    let answer = permissions.exchange(&SOMEBODY, &second).await.unwrap();
    assert_eq!(answer, Exchanged::Wrong);
    assert_eq!(permissions.token(second.token_hash).await.unwrap(), None);
}

pub async fn a_code_raced_gives_one_token(store: PlatformStore) {
    let world = World::new(store).await;
    let code = world.code(&world.doctor, 0).await;
    let answers = race(4, |place| {
        let world = world.clone();
        let client = if place % 2 == 0 {
            world.client
        } else {
            world.other_client
        };
        let exchange = world.exchange(client, code, 1);
        async move {
            let permissions = &world.store.permissions;
            permissions.exchange(&SOMEBODY, &exchange).await.unwrap()
        }
    })
    .await;
    let count = |wanted: &Exchanged| answers.iter().filter(|answer| *answer == wanted).count();
    assert_eq!(count(&Exchanged::Token(world.doctor.clone())), 1);
    assert_eq!(count(&Exchanged::Wrong), 3);
    let tokens = world.store.permissions.tokens_of(&world.doctor).await;
    assert_eq!(tokens.unwrap().len(), 1);
}

pub async fn an_ended_code_is_wrong(store: PlatformStore) {
    let world = World::new(store).await;
    let permissions = &world.store.permissions;
    let code = world.code(&world.doctor, 0).await;
    let late = world.exchange(world.client, code, 60);
    let answer = permissions.exchange(&SOMEBODY, &late).await.unwrap();
    assert_eq!(answer, Exchanged::Wrong);
    let just = world.exchange(world.client, code, 59);
    let answer = permissions.exchange(&SOMEBODY, &just).await.unwrap();
    assert_eq!(answer, Exchanged::Token(world.doctor.clone()));
}

pub async fn ended_codes_are_dropped(store: PlatformStore) {
    let world = World::new(store).await;
    let permissions = &world.store.permissions;
    let ended = world.code(&world.doctor, 0).await;
    let good = world.code(&world.colleague, 30).await;
    world.code(&world.doctor, 70).await;
    // A clock that goes back does not bring the first one back.
    let dropped = world.exchange(world.client, ended, 40);
    let answer = permissions.exchange(&SOMEBODY, &dropped).await.unwrap();
    assert_eq!(answer, Exchanged::Wrong);
    let kept = world.exchange(world.client, good, 71);
    let answer = permissions.exchange(&SOMEBODY, &kept).await.unwrap();
    assert_eq!(answer, Exchanged::Token(world.colleague.clone()));
}

pub async fn five_wrong_codes_stop_a_client_system(store: PlatformStore) {
    let world = World::new(store).await;
    let permissions = &world.store.permissions;
    for when in 0..i64::from(MAX_WRONG) {
        assert_eq!(guess(&world, world.client, when).await, Exchanged::Wrong);
    }
    // The code is not looked at, right or wrong, and can be used afterwards.
    let code = world.code(&world.doctor, 10).await;
    let stopped = world.exchange(world.client, code, 59);
    let answer = permissions.exchange(&SOMEBODY, &stopped).await.unwrap();
    let until = at(0) + minutes(1);
    assert_eq!(answer, Exchanged::TooMany { until });
    let again = world.exchange(world.client, code, 60);
    let answer = permissions.exchange(&SOMEBODY, &again).await.unwrap();
    assert_eq!(answer, Exchanged::Token(world.doctor.clone()));
    // Four are left in the window, so one more wrong one is the fifth.
    assert_eq!(guess(&world, world.client, 60).await, Exchanged::Wrong);
    let until = at(1) + minutes(1);
    let answer = guess(&world, world.client, 60).await;
    assert_eq!(answer, Exchanged::TooMany { until });
}

pub async fn wrong_codes_raced_stop_at_the_limit(store: PlatformStore) {
    let world = World::new(store).await;
    let answers = race(20, |_| {
        let world = world.clone();
        async move { guess(&world, world.client, 5).await }
    })
    .await;
    let wrong = answers.iter().filter(|answer| **answer == Exchanged::Wrong);
    assert_eq!(wrong.count(), MAX_WRONG as usize);
    let until = at(5) + minutes(1);
    let stopped = answers
        .iter()
        .filter(|answer| **answer == Exchanged::TooMany { until });
    assert_eq!(stopped.count(), 20 - MAX_WRONG as usize);
}

pub async fn wrong_codes_count_for_their_client_system_only(store: PlatformStore) {
    let world = World::new(store).await;
    for when in 0..i64::from(MAX_WRONG) {
        assert_eq!(guess(&world, world.client, when).await, Exchanged::Wrong);
    }
    let answer = guess(&world, world.other_client, 9).await;
    assert_eq!(answer, Exchanged::Wrong);
}

pub async fn the_practitioner_is_told_that_a_code_was_used(store: PlatformStore) {
    let world = World::new(store).await;
    world.token(&world.doctor).await;
    let told = world.told(&world.toolbars()).await;
    let items: Vec<_> = told
        .into_iter()
        .map(|entry| (entry.at, entry.item))
        .collect();
    let expected = FeedItem::CodeUsed {
        only: world.doctor.spine_user_id.clone(),
        client_name: "Pharmacy".to_owned(),
    };
    assert_eq!(items, [(at(1), expected)]);
    let elsewhere = Audience::Practice(world.other_practice.clone());
    assert!(world.told(&elsewhere).await.is_empty());
}

pub async fn a_token_is_found_by_its_hash(store: PlatformStore) {
    let world = World::new(store).await;
    let permissions = &world.store.permissions;
    let code = world.code(&world.doctor, 0).await;
    let exchange = world.exchange(world.client, code, 1);
    permissions.exchange(&SOMEBODY, &exchange).await.unwrap();
    let hash = exchange.token_hash;
    let found = permissions.token(hash).await.unwrap().unwrap();
    assert_eq!((found.id, found.client), (exchange.token, world.client));
    assert_eq!(found.practitioner, world.doctor);
    assert_eq!(found.withdrawn_at, None);
    let withdrawn = permissions
        .withdraw(&SOMEBODY, &world.doctor, exchange.token, at(9))
        .await;
    assert!(withdrawn.unwrap());
    let found = permissions.token(hash).await.unwrap().unwrap();
    assert_eq!(found.withdrawn_at, Some(at(9)));
    assert_eq!(permissions.token(world.hash()).await.unwrap(), None);
}

pub async fn tokens_are_listed_newest_first(store: PlatformStore) {
    let world = World::new(store).await;
    let permissions = &world.store.permissions;
    let mut made = Vec::new();
    for (whose, client, when) in [
        (&world.doctor, world.client, 10),
        (&world.doctor, world.other_client, 20),
        (&world.doctor, world.client, 15),
        (&world.colleague, world.client, 30),
    ] {
        let code = world.code(whose, when).await;
        let exchange = world.exchange(client, code, when);
        permissions.exchange(&SOMEBODY, &exchange).await.unwrap();
        made.push(exchange.token);
    }
    let withdrawn = permissions
        .withdraw(&SOMEBODY, &world.doctor, made[2], at(40))
        .await;
    assert!(withdrawn.unwrap());
    let listed = permissions.tokens_of(&world.doctor).await.unwrap();
    let listed: Vec<_> = listed
        .iter()
        .map(|token| {
            (
                token.id,
                token.client_name.as_str(),
                token.made_at,
                token.last_used_at,
            )
        })
        .collect();
    assert_eq!(
        listed,
        [
            (made[1], "Hospital", at(20), None),
            (made[0], "Pharmacy", at(10), None)
        ]
    );
}
