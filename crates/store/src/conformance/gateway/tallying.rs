//! Entries reconciled: every message entered is somewhere, and in one place only.

use super::world::{World, at, ods, race, standing};
use crate::gateway::{Day, GatewayStore, Mend, Released, Tally};
use model::message::Status;
use model::outbox::{Bucket, Kind};

/// The day of every test's start.
fn today() -> Day {
    Day::try_from(at(0).as_second() / 86_400).unwrap()
}

async fn tallies(world: &World, first: Day, last: Day) -> Vec<Tally> {
    let tallies = world.store.outbox.tallies(first, last).await.unwrap();
    for tally in &tallies {
        let rows: u64 = tally.buckets.iter().map(|(_, _, count, _)| count).sum();
        assert_eq!(tally.entered, rows, "{tally:?}");
    }
    tallies
}

/// What every bucket holds, in order.
async fn counts(world: &World) -> Vec<u64> {
    let counts = world.store.outbox.counts().await.unwrap();
    let buckets: Vec<_> = counts.iter().map(|(bucket, _)| *bucket).collect();
    assert_eq!(buckets, Bucket::ALL);
    let summed = tallies(world, Day::MIN / 2, Day::MAX / 2).await;
    for (bucket, count) in &counts {
        let rows = summed.iter().flat_map(|tally| &tally.buckets);
        let rows = rows.filter(|(of, ..)| of == bucket);
        assert_eq!(*count, rows.map(|(_, _, count, _)| count).sum::<u64>());
    }
    counts.into_iter().map(|(_, count)| count).collect()
}

pub async fn counts_follow_the_messages(store: GatewayStore) {
    let world = World::new(store);
    assert_eq!(counts(&world).await, [0, 0, 0, 0, 0, 0]);
    let first = world.entered(1).await;
    world.entered(2).await;
    assert_eq!(counts(&world).await, [2, 0, 0, 0, 0, 0]);
    let claimed = world.claim(3, 10).await;
    assert_eq!(counts(&world).await, [2, 0, 0, 0, 0, 0]);
    world.refuse(&claimed[0], 4).await;
    world.again(&claimed[1], 4, 5).await;
    assert_eq!(counts(&world).await, [1, 1, 0, 0, 0, 0]);
    let released = world.release(first, &Mend::default(), 6).await;
    assert_eq!(released, Released::Queued);
    assert_eq!(counts(&world).await, [2, 0, 0, 0, 0, 0]);
    for claimed in world.claim(7, 10).await {
        world.accept(&claimed, 8).await;
    }
    assert_eq!(counts(&world).await, [0, 0, 2, 0, 0, 0]);
    let pending = standing(Status::Pending, None, 9, 9);
    world.followed(first, Some(pending), 9, Some(20)).await;
    assert_eq!(counts(&world).await, [0, 0, 2, 0, 0, 0]);
    world.ended(first, Status::Completed, 10).await;
    assert_eq!(counts(&world).await, [0, 0, 1, 1, 0, 0]);
    world
        .store
        .outbox
        .empty(at(100), at(100), 10)
        .await
        .unwrap();
    assert_eq!(counts(&world).await, [0, 0, 1, 1, 0, 0]);
    let rejected = world.accepted(11).await;
    world.ended(rejected, Status::Rejected, 12).await;
    let expired = world.accepted(13).await;
    world.ended(expired, Status::Expired, 14).await;
    assert_eq!(counts(&world).await, [0, 0, 1, 1, 1, 1]);
}

pub async fn tallies_tell_practices_days_buckets_and_the_oldest(store: GatewayStore) {
    let world = World::new(store);
    let tomorrow = 86_400;
    for (when, practice, kind) in [
        (5, "GPPRAC001", Kind::Instant),
        (3, "GPPRAC001", Kind::Instant),
        (4, "GPPRAC001", Kind::Standard),
        (6, "GPPRAC002", Kind::Instant),
        (tomorrow, "GPPRAC001", Kind::Instant),
    ] {
        let entered = world.entered_as(when, |message| {
            message.kind = kind;
            message.to = ods(practice);
        });
        entered.await;
    }
    // The one entered first.
    let claimed = world.claim(3, 1).await;
    world.refuse(&claimed[0], 7).await;
    let tally = |to: &str, day, entered, buckets: &[(Bucket, Kind, u64, i64)]| Tally {
        to: ods(to),
        day,
        entered,
        buckets: buckets
            .iter()
            .map(|(bucket, kind, count, oldest)| (*bucket, *kind, *count, at(*oldest)))
            .collect(),
    };
    let queued = |kind, count, oldest| (Bucket::Queued, kind, count, oldest);
    let expected = [
        tally(
            "GPPRAC001",
            today() + 1,
            1,
            &[queued(Kind::Instant, 1, tomorrow)],
        ),
        tally(
            "GPPRAC001",
            today(),
            3,
            &[
                queued(Kind::Instant, 1, 5),
                queued(Kind::Standard, 1, 4),
                (Bucket::Refused, Kind::Instant, 1, 3),
            ],
        ),
        tally("GPPRAC002", today(), 1, &[queued(Kind::Instant, 1, 6)]),
    ];
    assert_eq!(tallies(&world, today() - 13, today() + 1).await, expected);
    assert_eq!(tallies(&world, today(), today()).await, expected[1..]);
    assert_eq!(
        tallies(&world, today() + 1, today() + 1).await,
        expected[..1]
    );
    assert!(tallies(&world, today() + 2, today() + 9).await.is_empty());
    assert!(tallies(&world, today() + 1, today()).await.is_empty());
}

pub async fn a_message_mended_for_another_practice_counts_there(store: GatewayStore) {
    let world = World::new(store);
    let id = world.refused(1).await;
    let mend = Mend {
        to: Some(ods("GPPRAC002")),
        ..Mend::default()
    };
    assert_eq!(world.release(id, &mend, 2).await, Released::Queued);
    let found = tallies(&world, today(), today()).await;
    let found: Vec<_> = found
        .iter()
        .map(|tally| (tally.to.as_str(), tally.entered))
        .collect();
    assert_eq!(found, [("GPPRAC002", 1)]);
}

pub async fn tallies_add_up_while_many_write(store: GatewayStore) {
    let world = World::new(store);
    race(8, |place| {
        let world = world.clone();
        async move {
            for round in 0..10 {
                world.entered(round).await;
                for claimed in world.claim(50, 2).await {
                    if (round + i64::try_from(place).unwrap()) % 3 == 0 {
                        world.refuse(&claimed, 51).await;
                    } else {
                        world.accept(&claimed, 51).await;
                        let id = claimed.message.id;
                        world.ended(id, Status::Completed, 52).await;
                    }
                }
                tallies(&world, today(), today()).await;
            }
        }
    })
    .await;
    assert_eq!(counts(&world).await.iter().sum::<u64>(), 80);
}
