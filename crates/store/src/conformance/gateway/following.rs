//! Accepted messages are asked after until they come to their end.

use super::world::{World, at, minutes, race, standing};
use crate::conformance::world::unknown;
use crate::gateway::{GatewayStore, Happening, TellLook};
use model::ClientMessageId;
use model::message::{Status, SubStatus};
use model::outbox::{Bucket, State};

async fn looks(world: &World, now: i64, limit: u32) -> Vec<ClientMessageId> {
    let looks = world.store.outbox.claim_looks(at(now), at(now + 60), limit);
    let looks = looks.await.unwrap();
    assert!(looks.iter().all(|look| look.look_at == Some(at(now + 60))));
    looks.iter().map(|look| look.id).collect()
}

const SENT: Option<SubStatus> = Some(SubStatus::AwaitingInstantImport);

pub async fn looks_that_are_due_are_claimed_longest_due_first(store: GatewayStore) {
    let world = World::new(store);
    // Each is to be looked at five seconds after it was accepted.
    let late = world.accepted(30).await;
    let first = world.accepted(10).await;
    let second = world.accepted(20).await;
    assert!(looks(&world, 14, 10).await.is_empty());
    assert_eq!(looks(&world, 35, 2).await, [first, second]);
    assert_eq!(looks(&world, 35, 10).await, [late]);
    // Nobody else looks before the lease ends.
    assert!(looks(&world, 94, 10).await.is_empty());
    assert_eq!(looks(&world, 95, 10).await.len(), 3);
}

pub async fn looks_raced_are_claimed_once(store: GatewayStore) {
    let world = World::new(store);
    for entered in 0..20 {
        world.accepted(entered).await;
    }
    let claimed = race(8, |_| {
        let world = world.clone();
        async move {
            let mut all = Vec::new();
            for _ in 0..12 {
                all.extend(looks(&world, 100, 2).await);
            }
            all
        }
    })
    .await;
    let mut claimed: Vec<_> = claimed.into_iter().flatten().collect();
    assert_eq!(claimed.len(), 20);
    claimed.sort_unstable();
    claimed.dedup();
    assert_eq!(claimed.len(), 20);
}

pub async fn the_platforms_word_is_kept_and_told(store: GatewayStore) {
    let world = World::new(store);
    let id = world.accepted(5).await;
    let word = standing(Status::Pending, SENT, 6, 10);
    let told = world.followed(id, Some(word.clone()), 10, Some(30)).await;
    let happening = Happening::Status {
        message: id,
        status: Status::Pending,
        sub_status: SENT,
    };
    assert_eq!(told, TellLook::Changed(happening.clone()));
    let stored = world.find(id).await;
    assert_eq!(stored.standing, Some(word));
    assert_eq!(
        (stored.look_at, stored.bucket),
        (Some(at(30)), Bucket::Pending)
    );
    assert_eq!((stored.state, stored.changed_at), (State::Accepted, at(5)));
    let told = world.happened().await.pop().unwrap();
    assert_eq!(told, (10, "gateway".to_owned(), happening));
    // The same again is told once, but looked at then.
    let word = standing(Status::Pending, SENT, 6, 30);
    let told = world.followed(id, Some(word.clone()), 30, Some(90)).await;
    assert_eq!(told, TellLook::Same);
    let stored = world.find(id).await;
    assert_eq!(stored.standing, Some(word));
    assert_eq!(stored.look_at, Some(at(90)));
    assert_eq!(world.happened_to(id).await.len(), 3);
}

pub async fn an_end_is_noted_and_never_changes(store: GatewayStore) {
    let world = World::new(store);
    for (entered, status, bucket) in [
        (5, Status::Completed, Bucket::Completed),
        (105, Status::Rejected, Bucket::Rejected),
        (205, Status::Expired, Bucket::Expired),
    ] {
        let id = world.accepted(entered).await;
        let end = standing(status, None, entered + 3, entered + 10);
        // Whatever a caller says, there is nothing to ask any more.
        let told = world.followed(id, Some(end.clone()), entered + 10, Some(900));
        assert!(matches!(told.await, TellLook::Changed(_)));
        let ended = world.find(id).await;
        assert_eq!((ended.bucket, ended.look_at), (bucket, None));
        assert_eq!(ended.changed_at, at(entered + 10));
        for other in [Status::Pending, Status::Rejected, Status::Completed] {
            let word = standing(other, None, entered + 50, entered + 60);
            let told = world
                .followed(id, Some(word), entered + 60, Some(990))
                .await;
            assert_eq!(told, TellLook::Same);
        }
        assert_eq!(
            world.followed(id, None, 950, Some(999)).await,
            TellLook::Same
        );
        assert_eq!(world.find(id).await, ended);
        assert!(looks(&world, 10_000, 10).await.is_empty());
    }
}

pub async fn an_older_word_is_not_taken(store: GatewayStore) {
    let world = World::new(store);
    let id = world.accepted(5).await;
    let progress = Some(SubStatus::ImportInProgress);
    let new = standing(Status::Pending, progress, 20, 25);
    world.followed(id, Some(new.clone()), 25, Some(60)).await;
    // An answer that was under way for long.
    let old = standing(Status::Pending, SENT, 6, 24);
    let told = world.followed(id, Some(old), 26, Some(70)).await;
    assert_eq!(told, TellLook::Same);
    let stored = world.find(id).await;
    assert_eq!(stored.standing, Some(new.clone()));
    assert_eq!(stored.look_at, Some(at(70)));
    let old = standing(Status::Pending, SENT, 6, 24);
    world.followed(id, Some(old), 27, None).await;
    assert_eq!(world.find(id).await.look_at, Some(at(70)));
    // What a later look finds is so, even if the platform's clock was set back.
    let back = standing(Status::Completed, None, 10, 40);
    let told = world.followed(id, Some(back), 40, None).await;
    assert!(matches!(told, TellLook::Changed(_)));
    assert_eq!(world.find(id).await.bucket, Bucket::Completed);
}

pub async fn a_look_without_an_answer_moves_the_next_one(store: GatewayStore) {
    let world = World::new(store);
    let id = world.accepted(5).await;
    assert_eq!(world.followed(id, None, 10, Some(70)).await, TellLook::Same);
    let stored = world.find(id).await;
    assert_eq!((stored.look_at, stored.standing), (Some(at(70)), None));
    assert_eq!(world.followed(id, None, 70, None).await, TellLook::Same);
    assert_eq!(world.find(id).await.look_at, None);
    assert_eq!(world.happened_to(id).await.len(), 2);
}

pub async fn only_an_accepted_message_is_followed(store: GatewayStore) {
    let world = World::new(store);
    let done = standing(Status::Completed, None, 6, 10);
    let told = world
        .followed(unknown(), Some(done.clone()), 10, None)
        .await;
    assert_eq!(told, TellLook::Same);
    let refused = world.refused(4).await;
    let queued = world.entered(5).await;
    for id in [refused, queued] {
        let before = world.find(id).await;
        let told = world.followed(id, Some(done.clone()), 10, Some(20)).await;
        assert_eq!(told, TellLook::Same);
        assert_eq!(world.find(id).await, before);
    }
}

pub async fn an_end_told_by_many_at_once_is_told_once(store: GatewayStore) {
    let world = World::new(store);
    let id = world.accepted(5).await;
    let told = race(6, |place| {
        let world = world.clone();
        async move {
            let status = [Status::Completed, Status::Rejected][place % 2];
            let end = standing(status, None, 10, 20);
            world.followed(id, Some(end), 20, None).await
        }
    })
    .await;
    let changed = told
        .iter()
        .filter(|told| matches!(told, TellLook::Changed(_)));
    assert_eq!(changed.count(), 1, "{told:?}");
    assert_eq!(world.happened_to(id).await.len(), 3);
}

pub async fn after_a_gap_all_that_is_pending_is_looked_at(store: GatewayStore) {
    let world = World::new(store);
    let mut pending = Vec::new();
    for entered in 0..40 {
        pending.push(world.accepted(entered).await);
    }
    let ended = world.accepted(50).await;
    world.ended(ended, Status::Completed, 60).await;
    let refused = world.refused(61).await;
    let queued = world.entered(62).await;
    for (place, id) in (0..).zip(&pending) {
        // Some are looked at much later, or never, and one is sooner.
        let look_at = match place {
            0 => None,
            1 => Some(101),
            _ => Some(100_000),
        };
        world.followed(*id, None, 90, look_at).await;
    }
    let outbox = &world.store.outbox;
    let spread = minutes(10);
    assert_eq!(outbox.look_at_all(at(100), spread).await.unwrap(), 40);
    let mut halves = [0, 0];
    for id in &pending {
        let look_at = world.find(*id).await.look_at.unwrap();
        assert!(
            at(100) <= look_at && look_at <= at(100) + spread,
            "{look_at}"
        );
        halves[usize::from(look_at >= at(400))] += 1;
    }
    assert!(
        halves.iter().all(|half| (15..=25).contains(half)),
        "{halves:?}"
    );
    assert!(world.find(pending[1]).await.look_at.unwrap() <= at(101));
    for id in [ended, refused, queued] {
        assert_eq!(world.find(id).await.look_at, None);
    }
}
