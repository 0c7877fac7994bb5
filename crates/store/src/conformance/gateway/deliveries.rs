//! What is owed to endpoints: claimed, answered, forgotten.

use super::telling::{BY, LEASE, World, id, to};
use crate::conformance::world::{at, race};
use crate::gateway::{Answer, Delivery, DeliveryState, GatewayStore, Happening, HappeningKind};
use model::WebhookId;
use std::collections::{BTreeMap, BTreeSet};

pub async fn a_delivery_is_owed_to_each_that_wants_it(store: GatewayStore) {
    let world = World::new(store).await;
    let all = world.add(1, &[]).await;
    let some = [HappeningKind::Authorised, HappeningKind::Queued];
    let wanting = world.add(2, &some).await;
    let other = world.add(3, &[HappeningKind::Forgotten]).await;
    let disabled = world.add(4, &[]).await;
    world.disable(disabled, 4).await;
    world.tell(10).await;
    let claimed = world.claim(20).await;
    assert_eq!(to(&claimed), BTreeSet::from([all, wanting]));
    for delivery in &claimed {
        assert_eq!(delivery.state, DeliveryState::Owed);
        assert_eq!((delivery.tries, &delivery.last), (0, &None));
        let happened = &delivery.entry.happened;
        assert_eq!(happened.what, Happening::Authorised(world.user.clone()));
        assert_eq!((happened.at, happened.by.as_str()), (at(10), BY));
    }
    let forgotten = world.store.users.forget(BY, &world.user, at(30)).await;
    assert!(forgotten.unwrap());
    let claimed = world.claim(40).await;
    assert_eq!(to(&claimed), BTreeSet::from([all, other]));
    let entries = world.store.events.since(0, 10).await.unwrap();
    let owed = world.deliveries(all).await;
    let owed: Vec<_> = owed.into_iter().rev().map(|owed| owed.entry).collect();
    assert_eq!(owed, entries);
}

pub async fn one_added_later_hears_nothing_earlier(store: GatewayStore) {
    let world = World::new(store).await;
    world.tell(1).await;
    let later = world.add(2, &[]).await;
    assert_eq!(world.deliveries(later).await, []);
    world.tell(3).await;
    assert_eq!(world.deliveries(later).await.len(), 1);
}

pub async fn nothing_is_claimed_before_it_is_due(store: GatewayStore) {
    let world = World::new(store).await;
    world.add(1, &[]).await;
    world.tell(10).await;
    assert_eq!(world.claim(9).await, []);
    assert_eq!(world.claim(10).await.len(), 1);
}

pub async fn deliveries_raced_are_claimed_once(store: GatewayStore) {
    let world = World::new(store).await;
    for number in 1..=3 {
        world.add(number, &[]).await;
    }
    for when in 0..8 {
        world.tell(when).await;
    }
    let claimed = race(6, |_| {
        let webhooks = world.store.webhooks.clone();
        async move {
            let mut claimed = Vec::new();
            loop {
                let some = webhooks.claim(at(20), at(80), &[], 2, 3).await.unwrap();
                if some.is_empty() {
                    return claimed;
                }
                claimed.extend(some.into_iter().map(|one| (one.webhook, one.entry.place)));
            }
        }
    });
    let claimed: Vec<_> = claimed.await.into_iter().flatten().collect();
    let once: BTreeSet<_> = claimed.iter().collect();
    assert_eq!(claimed.len(), once.len());
    // Whoever looked while others held all there was may have left some for the next look.
    let left = world.claim(20).await.len();
    assert_eq!(once.len() + left, 24);
}

pub async fn no_endpoint_takes_more_than_its_share(store: GatewayStore) {
    let world = World::new(store).await;
    world.add(1, &[]).await;
    for when in 0..5 {
        world.tell(when).await;
    }
    world.add(2, &[]).await;
    world.tell(5).await;
    let mut shares: BTreeMap<WebhookId, usize> = BTreeMap::new();
    for delivery in world.claim_some(20, &[], 2, 10).await {
        *shares.entry(delivery.webhook).or_default() += 1;
    }
    assert_eq!(shares, BTreeMap::from([(id(1), 2), (id(2), 1)]));
}

pub async fn the_oldest_are_claimed_first(store: GatewayStore) {
    let world = World::new(store).await;
    world.add(1, &[]).await;
    for when in [3, 1, 2] {
        world.tell(when).await;
    }
    let of = |claimed: Vec<Delivery>| -> Vec<_> {
        let moments = claimed.into_iter().map(|one| one.entry.happened.at);
        moments.collect()
    };
    let two: BTreeSet<_> = of(world.claim_some(20, &[], 10, 2).await)
        .into_iter()
        .collect();
    assert_eq!(two, BTreeSet::from([at(1), at(2)]));
    assert_eq!(of(world.claim(20).await), [at(3)]);
}

pub async fn a_busy_endpoint_is_left_alone(store: GatewayStore) {
    let world = World::new(store).await;
    let (busy, free) = (world.add(1, &[]).await, world.add(2, &[]).await);
    world.tell(1).await;
    let claimed = world.claim_some(5, &[busy], 10, 10).await;
    assert_eq!(to(&claimed), BTreeSet::from([free]));
    assert_eq!(to(&world.claim(5).await), BTreeSet::from([busy]));
}

pub async fn a_claim_comes_back_when_its_lease_ends(store: GatewayStore) {
    let world = World::new(store).await;
    world.add(1, &[]).await;
    world.tell(1).await;
    assert_eq!(world.claim(5).await.len(), 1);
    assert_eq!(world.claim(5 + LEASE - 1).await, []);
    assert_eq!(world.claim(5 + LEASE).await.len(), 1);
}

pub async fn an_answer_ends_a_delivery_or_puts_it_off(store: GatewayStore) {
    let world = World::new(store).await;
    let hook = world.add(1, &[]).await;
    world.tell(1).await;
    let claimed = world.claim(5).await;
    let refused = Answer::Nothing("timed-out".to_owned());
    let put_off =
        world
            .store
            .webhooks
            .answered(&claimed[0], at(6), &refused, DeliveryState::Owed, at(100));
    put_off.await.unwrap();
    let found = world.deliveries(hook).await;
    assert_eq!((found[0].tries, found[0].due_at), (1, at(100)));
    assert_eq!(found[0].last, Some((at(6), refused.clone())));
    assert_eq!(world.get(hook).await.last, Some((at(6), refused)));
    assert_eq!(world.claim(99).await, []);
    let claimed = world.claim(100).await;
    assert_eq!(claimed[0].tries, 1);
    world
        .answered(&claimed[0], 101, 204, DeliveryState::Delivered)
        .await;
    let found = world.deliveries(hook).await;
    assert_eq!(
        (found[0].tries, found[0].state),
        (2, DeliveryState::Delivered)
    );
    let last = Some((at(101), Answer::Status(204)));
    assert_eq!(found[0].last, last);
    assert_eq!(world.get(hook).await.last, last);
    assert_eq!(world.claim(100_000).await, []);
}

pub async fn what_has_ended_is_not_owed_again(store: GatewayStore) {
    let world = World::new(store).await;
    let hook = world.add(1, &[]).await;
    world.tell(1).await;
    let first = world.claim(5).await.remove(0);
    // Another node took over, and was answered.
    let second = world.claim(5 + LEASE).await.remove(0);
    world
        .answered(&second, 70, 200, DeliveryState::Delivered)
        .await;
    world.answered(&first, 71, 500, DeliveryState::Owed).await;
    assert_eq!(world.states(hook).await, [DeliveryState::Delivered]);
    assert_eq!(world.claim(100_000).await, []);
}

pub async fn deliveries_are_listed_newest_first(store: GatewayStore) {
    let world = World::new(store).await;
    let hook = world.add(1, &[]).await;
    for when in 1..=4 {
        world.tell(when).await;
    }
    let listed = world.store.webhooks.deliveries(hook, 3).await.unwrap();
    let listed: Vec<_> = listed.iter().map(|one| one.entry.happened.at).collect();
    assert_eq!(listed, [at(4), at(3), at(2)]);
}

pub async fn what_is_owed_is_counted(store: GatewayStore) {
    let world = World::new(store).await;
    assert_eq!(world.store.webhooks.owed().await.unwrap(), (0, None));
    world.add(1, &[]).await;
    for when in [3, 4] {
        world.tell(when).await;
    }
    assert_eq!(world.store.webhooks.owed().await.unwrap(), (2, Some(at(3))));
    for delivery in world.claim_some(10, &[], 1, 1).await {
        world
            .answered(&delivery, 11, 200, DeliveryState::Delivered)
            .await;
    }
    assert_eq!(world.store.webhooks.owed().await.unwrap(), (1, Some(at(4))));
}

pub async fn ended_deliveries_are_forgotten(store: GatewayStore) {
    let world = World::new(store).await;
    let hook = world.add(1, &[]).await;
    for when in 1..=3 {
        world.tell(when).await;
    }
    for (delivery, when) in world.claim(5).await.into_iter().take(2).zip([10, 20]) {
        world
            .answered(&delivery, when, 200, DeliveryState::Delivered)
            .await;
    }
    let forget = |before, limit| {
        let webhooks = world.store.webhooks.clone();
        async move { webhooks.forget(at(before), limit).await.unwrap() }
    };
    assert_eq!(forget(10, 10).await, 0);
    assert_eq!(forget(15, 10).await, 1);
    assert_eq!(forget(1_000, 1).await, 1);
    assert_eq!(forget(1_000, 10).await, 0);
    assert_eq!(world.states(hook).await, [DeliveryState::Owed]);
}
