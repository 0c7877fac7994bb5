//! The feed: order, resumption, audiences, wake-ups.

use super::world::{CONVERTS, World, at, race};
use crate::platform::{Audience, FeedItem, Kept, PlatformStore};
use model::message::{ClaimMode, Event, Status, SubStatus};

pub async fn an_empty_feed_is_at_place_zero(store: PlatformStore) {
    let world = World::new(store).await;
    for audience in [world.toolbars(), world.sender()] {
        assert_eq!(world.store.feed.latest(&audience).await.unwrap(), 0);
        assert!(world.told(&audience).await.is_empty());
    }
}

pub async fn a_reader_goes_on_where_it_broke_off(store: PlatformStore) {
    let world = World::new(store).await;
    let feed = &world.store.feed;
    let audience = world.toolbars();
    race(30, |place| {
        let world = world.clone();
        async move { world.accept_standard(place.try_into().unwrap()).await }
    })
    .await;
    let whole = world.told(&audience).await;
    assert_eq!(whole.len(), 30);
    assert!(whole.is_sorted_by(|one, next| one.seq < next.seq));
    let mut read = Vec::new();
    let mut after = 0;
    loop {
        let some = feed.since(&audience, after, 7).await.unwrap();
        assert!(some.len() <= 7);
        let Some(last) = some.last() else { break };
        after = last.seq;
        read.extend(some);
    }
    assert_eq!(read, whole);
    assert_eq!(feed.latest(&audience).await.unwrap(), after);
    // A place from nowhere is no fault.
    assert!(feed.since(&audience, u64::MAX, 7).await.unwrap().is_empty());
}

pub async fn feeds_do_not_mix(store: PlatformStore) {
    let world = World::new(store).await;
    let feed = &world.store.feed;
    world.accept_standard(5).await;
    let mut theirs = world.standard(6);
    theirs.envelope.client = world.other_client;
    theirs.envelope.practice = world.other_practice.clone();
    world.accept(&theirs).await;
    let audiences = [
        world.toolbars(),
        world.sender(),
        Audience::Practice(world.other_practice.clone()),
        Audience::Client(world.other_client),
    ];
    let mut places = Vec::new();
    for audience in &audiences {
        let told = world.told(audience).await;
        assert_eq!(told.len(), 1, "{audience:?}");
        assert_eq!(feed.latest(audience).await.unwrap(), told[0].seq);
        places.push(told[0].seq);
    }
    places.sort_unstable();
    places.dedup();
    assert_eq!(places.len(), 4);
}

pub async fn a_sender_hears_of_statuses_only(store: PlatformStore) {
    let world = World::new(store).await;
    let reference = world.accept_instant(5).await;
    let fence = world.claim(reference, ClaimMode::Automatic, 6).await;
    world.changed(reference, Event::Withdrawn, 7).await;
    world.changed(reference, Event::Imported { fence }, 8).await;
    assert_eq!(
        world.statuses_told().await,
        [
            (Status::Pending, Some(SubStatus::AwaitingInstantImport)),
            (Status::Pending, Some(SubStatus::ImportInProgress)),
            (Status::Completed, Some(SubStatus::ImportedAutomatically)),
        ]
    );
    // Toolbars hear of each change; of the end, all of them.
    let told = world.told(&world.toolbars()).await;
    let only: Vec<_> = told
        .into_iter()
        .filter_map(|entry| match entry.item {
            FeedItem::Message { only, .. } => Some(only.is_some()),
            FeedItem::Status { .. } | FeedItem::CodeUsed { .. } => None,
        })
        .collect();
    assert_eq!(only, [true, true, true, false]);
}

pub async fn a_place_is_never_used_twice(store: PlatformStore) {
    let world = World::new(store).await;
    let feed = &world.store.feed;
    let audience = world.toolbars();
    world.accept_standard(5).await;
    let place = feed.latest(&audience).await.unwrap();
    assert_eq!(feed.forget(at(6), 100).await.unwrap(), 2);
    world.accept_standard(7).await;
    let told = feed.since(&audience, place, 10).await.unwrap();
    assert_eq!(told.len(), 1);
    assert!(told[0].seq > place);
}

pub async fn only_old_rows_are_forgotten(store: PlatformStore) {
    let world = World::new(store).await;
    let feed = &world.store.feed;
    // Two rows each: one for the practice, one for the sender.
    for accepted in 0..5 {
        world.accept_standard(accepted).await;
    }
    assert_eq!(feed.forget(at(3), 4).await.unwrap(), 4);
    assert_eq!(feed.forget(at(3), 4).await.unwrap(), 2);
    assert_eq!(feed.forget(at(3), 4).await.unwrap(), 0);
    let told = world.told(&world.toolbars()).await;
    let times: Vec<_> = told.iter().map(|entry| entry.at).collect();
    assert_eq!(times, [at(3), at(4)]);
}

pub async fn no_row_is_forgotten_before_an_older_one(store: PlatformStore) {
    let world = World::new(store).await;
    let feed = &world.store.feed;
    // What time brought is told with its own time, which may lie before that of the rows around it.
    for accepted in [1, 5, 2, 6] {
        world.accept_standard(accepted).await;
    }
    assert_eq!(feed.forget(at(3), 100).await.unwrap(), 2);
    let times: Vec<_> = world
        .told(&world.toolbars())
        .await
        .iter()
        .map(|entry| entry.at)
        .collect();
    assert_eq!(times, [at(5), at(2), at(6)]);
}

pub async fn a_reader_learns_whether_it_may_have_missed_rows(store: PlatformStore) {
    let world = World::new(store).await;
    let feed = &world.store.feed;
    let nothing = Kept {
        forgotten: 0,
        newest: 0,
    };
    assert_eq!(feed.kept().await.unwrap(), nothing);
    for accepted in 0..3 {
        world.accept_standard(accepted).await;
    }
    let newest = feed.latest(&world.sender()).await.unwrap();
    let all = Kept {
        forgotten: 0,
        newest,
    };
    assert_eq!(feed.kept().await.unwrap(), all);
    assert!(!all.may_miss(0) && !all.may_miss(newest) && all.may_miss(newest + 1));
    // Two rows each: one for the practice, one for the sender.
    let first = world.told(&world.sender()).await[0].seq;
    assert_eq!(feed.forget(at(1), 100).await.unwrap(), 2);
    let some = feed.kept().await.unwrap();
    assert_eq!(
        some,
        Kept {
            forgotten: first,
            newest
        }
    );
    // Who has read just what is forgotten has missed nothing.
    assert!(some.may_miss(first - 1) && !some.may_miss(first));
    assert_eq!(feed.forget(at(9), 100).await.unwrap(), 4);
    let none = Kept {
        forgotten: newest,
        newest,
    };
    assert_eq!(feed.kept().await.unwrap(), none);
}

pub async fn waiting_readers_wake_after_a_commit(store: PlatformStore) {
    let world = World::new(store).await;
    let feed = &world.store.feed;
    let (toolbars, sender) = (world.toolbars(), world.sender());
    let (mut first, mut second) = (feed.wakes(&toolbars), feed.wakes(&sender));
    let sending = tokio::spawn({
        let world = world.clone();
        async move { world.accept_instant(5).await }
    });
    first.changed().await.unwrap();
    assert!(!world.told(&toolbars).await.is_empty());
    second.changed().await.unwrap();
    assert!(!world.told(&sender).await.is_empty());
    sending.await.unwrap();
    first.mark_unchanged();
    let settled = world.store.messages.settle_due(at(5 + CONVERTS), 10).await;
    assert_eq!(settled.unwrap().changed, 1);
    assert!(first.has_changed().unwrap());
}

pub async fn nobody_wakes_for_another_audience(store: PlatformStore) {
    let world = World::new(store).await;
    let feed = &world.store.feed;
    let woken = feed.wakes(&Audience::Practice(world.other_practice.clone()));
    let theirs = feed.wakes(&Audience::Client(world.other_client));
    world.accept_standard(5).await;
    assert!(!woken.has_changed().unwrap());
    assert!(!theirs.has_changed().unwrap());
}

pub async fn a_reader_misses_nothing_while_many_write(store: PlatformStore) {
    const WRITERS: usize = 8;
    const EACH: usize = 25;
    let world = World::new(store).await;
    let writing = tokio::spawn({
        let world = world.clone();
        async move {
            race(WRITERS, |place| {
                let world = world.clone();
                async move {
                    let mut written = Vec::new();
                    for _ in 0..EACH {
                        written.push(world.accept_standard(place.try_into().unwrap()).await);
                    }
                    written
                }
            })
            .await
        }
    });
    // It never looks back, so a row that appears before a place it has read is lost to it.
    let (audience, mut after, mut read) = (world.toolbars(), 0, Vec::new());
    let reading = async {
        while read.len() < WRITERS * EACH {
            for entry in world.store.feed.since(&audience, after, 10).await.unwrap() {
                assert!(entry.seq > after);
                after = entry.seq;
                match entry.item {
                    FeedItem::Message { reference, .. } => read.push(reference),
                    other => panic!("{other:?}"),
                }
            }
            tokio::task::yield_now().await;
        }
    };
    let in_time = tokio::time::timeout(std::time::Duration::from_secs(60), reading).await;
    let mut written: Vec<_> = writing.await.unwrap().into_iter().flatten().collect();
    assert!(
        in_time.is_ok(),
        "{} of {} were read",
        read.len(),
        written.len()
    );
    written.sort_unstable();
    read.sort_unstable();
    assert_eq!(read, written);
}
