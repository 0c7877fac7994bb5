//! Endpoints: added, disabled, tried, rotated, deleted.

use super::sealing::sealed;
use super::telling::{BY, World, id, to};
use crate::conformance::world::{at, race};
use crate::gateway::{
    DeliveryState, GatewayStore, Happening, HappeningKind, NewWebhook, Webhook, WebhookChange,
};
use model::WebhookId;
use std::collections::BTreeSet;
use std::sync::Arc;

pub async fn an_endpoint_comes_back_as_it_was_added(store: GatewayStore) {
    let world = World::new(store).await;
    assert_eq!(world.store.webhooks.get(id(1)).await.unwrap(), None);
    let wants = [HappeningKind::Accepted, HappeningKind::Forgotten];
    let added = world.endpoint(1, &wants);
    world.store.webhooks.add(&added).await.unwrap();
    let expected = Webhook {
        id: added.id,
        url: added.url,
        description: added.description,
        wants: wants.to_vec(),
        secret: added.secret,
        former_secret: None,
        made_at: added.made_at,
        disabled: None,
        last: None,
    };
    assert_eq!(world.get(id(1)).await, expected);
    let without = NewWebhook {
        description: None,
        ..world.endpoint(2, &[])
    };
    world.store.webhooks.add(&without).await.unwrap();
    let found = world.get(id(2)).await;
    assert_eq!((found.description, found.wants), (None, Vec::new()));
}

pub async fn endpoints_are_listed_oldest_first(store: GatewayStore) {
    let world = World::new(store).await;
    for number in [3, 1, 2] {
        world.add(number, &[]).await;
    }
    let listed = world.store.webhooks.list().await.unwrap();
    let listed: Vec<WebhookId> = listed.into_iter().map(|one| one.id).collect();
    assert_eq!(listed, [id(1), id(2), id(3)]);
}

pub async fn a_disabled_endpoint_gives_up_what_is_owed(store: GatewayStore) {
    let world = World::new(store).await;
    let (hook, other) = (world.add(1, &[]).await, world.add(2, &[]).await);
    world.tell(1).await;
    world.tell(2).await;
    let held = world.claim_some(5, &[other], 1, 1).await.remove(0);
    assert_eq!(held.webhook, hook);
    world.disable(hook, 6).await;
    let disabled = Some((at(6), "asked".to_owned()));
    assert_eq!(world.get(hook).await.disabled, disabled);
    assert_eq!(world.states(hook).await, [DeliveryState::Failed; 2]);
    assert_eq!(to(&world.claim(10).await), BTreeSet::from([other]));
    world.answered(&held, 11, 500, DeliveryState::Owed).await;
    assert_eq!(world.states(hook).await, [DeliveryState::Failed; 2]);
    world.tell(12).await;
    assert_eq!(world.deliveries(hook).await.len(), 2);
    // The first time stands.
    world.disable(hook, 20).await;
    assert_eq!(world.get(hook).await.disabled, disabled);
}

pub async fn one_enabled_again_hears_of_what_comes(store: GatewayStore) {
    let world = World::new(store).await;
    let hook = world.add(1, &[]).await;
    world.tell(1).await;
    world.disable(hook, 2).await;
    world.tell(3).await;
    world.change(hook, WebhookChange::Enable).await;
    assert_eq!(world.get(hook).await.disabled, None);
    assert_eq!(world.claim(10).await, []);
    world.tell(11).await;
    assert_eq!(world.claim(20).await.len(), 1);
}

pub async fn a_disabled_endpoint_raced_is_owed_nothing_afterwards(store: GatewayStore) {
    let world = Arc::new(World::new(store).await);
    for number in 1..6 {
        let hook = world.add(number, &[]).await;
        race(6, |place| {
            let world = Arc::clone(&world);
            async move {
                if place == 3 {
                    world.disable(hook, 5).await;
                } else {
                    let when = i64::try_from(number).unwrap() * 10 + i64::try_from(place).unwrap();
                    world.tell(when).await;
                }
            }
        })
        .await;
        let states = world.states(hook).await;
        assert!(!states.contains(&DeliveryState::Owed), "{states:?}");
    }
}

pub async fn a_test_goes_to_one_endpoint_enabled_or_not(store: GatewayStore) {
    let world = World::new(store).await;
    let hook = world.add(1, &[HappeningKind::Queued]).await;
    world.add(2, &[]).await;
    assert!(world.store.webhooks.test(BY, hook, at(5)).await.unwrap());
    let claimed = world.claim(6).await;
    assert_eq!(to(&claimed), BTreeSet::from([hook]));
    assert_eq!(claimed[0].entry.happened.what, Happening::Test(hook));
    world.disable(hook, 7).await;
    assert!(world.store.webhooks.test(BY, hook, at(8)).await.unwrap());
    assert_eq!(to(&world.claim(9).await), BTreeSet::from([hook]));
    assert!(!world.store.webhooks.test(BY, id(9), at(8)).await.unwrap());
    assert_eq!(world.store.events.since(0, 10).await.unwrap(), []);
}

pub async fn a_rotated_secret_leaves_the_former_one_for_a_while(store: GatewayStore) {
    let world = World::new(store).await;
    let hook = world.add(1, &[]).await;
    let rotate = WebhookChange::Rotate {
        secret: sealed(world.key, "new"),
        former: sealed(world.key, "old, for its new place"),
        former_until: at(90_000),
    };
    world.change(hook, rotate.clone()).await;
    let found = world.get(hook).await;
    assert_eq!(found.secret, sealed(world.key, "new"));
    let former = sealed(world.key, "old, for its new place");
    assert_eq!(found.former_secret, Some((former, at(90_000))));
    for change in [rotate, WebhookChange::Enable] {
        let changed = world.store.webhooks.change(id(9), &change).await;
        assert!(!changed.unwrap());
    }
}

pub async fn a_deleted_endpoint_takes_its_deliveries_along(store: GatewayStore) {
    let world = World::new(store).await;
    let (hook, other) = (world.add(1, &[]).await, world.add(2, &[]).await);
    world.tell(1).await;
    let claimed = world.claim(5).await;
    assert_eq!(to(&claimed), BTreeSet::from([hook, other]));
    assert!(world.store.webhooks.delete(hook).await.unwrap());
    assert!(!world.store.webhooks.delete(hook).await.unwrap());
    assert_eq!(world.store.webhooks.get(hook).await.unwrap(), None);
    assert_eq!(world.deliveries(hook).await, []);
    // Whoever was posting to it has no trouble.
    for delivery in &claimed {
        world
            .answered(delivery, 6, 200, DeliveryState::Delivered)
            .await;
    }
    assert_eq!(world.states(other).await, [DeliveryState::Delivered]);
    world.tell(7).await;
    assert_eq!(world.deliveries(other).await.len(), 2);
}
