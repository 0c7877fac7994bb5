//! Pages of messages, newest first.

use super::world::{World, at, ods, user};
use crate::gateway::{Filter, GatewayStore};
use model::ClientMessageId;
use model::message::Status;
use model::outbox::{Bucket, State};

async fn ids(world: &World, filter: &Filter) -> Vec<ClientMessageId> {
    let page = world.store.outbox.list(filter, 100).await.unwrap();
    assert!(!page.more);
    page.messages.iter().map(|message| message.id).collect()
}

fn all() -> Filter {
    Filter::default()
}

pub async fn messages_are_paged_newest_first(store: GatewayStore) {
    let world = World::new(store);
    let mut entered = Vec::new();
    for when in 0..7 {
        entered.push(world.entered(when).await);
    }
    entered.reverse();
    assert_eq!(ids(&world, &all()).await, entered);
    let mut filter = all();
    let mut pages: Vec<Vec<_>> = Vec::new();
    loop {
        let page = world.store.outbox.list(&filter, 3).await.unwrap();
        filter.before = page.messages.last().map(|message| message.number);
        pages.push(page.messages.iter().map(|message| message.id).collect());
        if !page.more {
            break;
        }
        // What comes in between moves no page.
        world.entered(50).await;
    }
    let expected: Vec<Vec<_>> = entered.chunks(3).map(<[_]>::to_vec).collect();
    assert_eq!(pages, expected);
    let page = world.store.outbox.list(&filter, 3).await.unwrap();
    assert!(page.messages.is_empty());
}

pub async fn messages_are_found_by_state_and_bucket(store: GatewayStore) {
    let world = World::new(store);
    let refused = world.refused(1).await;
    let pending = world.accepted(2).await;
    let completed = world.accepted(3).await;
    world.ended(completed, Status::Completed, 4).await;
    let rejected = world.accepted(5).await;
    world.ended(rejected, Status::Rejected, 6).await;
    let expired = world.accepted(7).await;
    world.ended(expired, Status::Expired, 8).await;
    let sending = world.entered(9).await;
    world.claim_one(9).await;
    let queued = world.entered(10).await;
    for (state, expected) in [
        (State::Queued, vec![queued]),
        (State::Sending, vec![sending]),
        (State::Accepted, vec![expired, rejected, completed, pending]),
        (State::Refused, vec![refused]),
    ] {
        let filter = Filter {
            state: Some(state),
            ..all()
        };
        assert_eq!(ids(&world, &filter).await, expected, "{state:?}");
    }
    for (bucket, expected) in [
        (Bucket::Queued, vec![queued, sending]),
        (Bucket::Refused, vec![refused]),
        (Bucket::Pending, vec![pending]),
        (Bucket::Completed, vec![completed]),
        (Bucket::Rejected, vec![rejected]),
        (Bucket::Expired, vec![expired]),
    ] {
        let mut filter = Filter {
            bucket: Some(bucket),
            ..all()
        };
        assert_eq!(ids(&world, &filter).await, expected, "{bucket:?}");
        // Both must hold.
        filter.state = Some(State::Sending);
        let both = if bucket == Bucket::Queued {
            vec![sending]
        } else {
            Vec::new()
        };
        assert_eq!(ids(&world, &filter).await, both, "{bucket:?}");
    }
}

pub async fn messages_are_found_by_user_and_practice(store: GatewayStore) {
    let world = World::new(store);
    let mut entered = Vec::new();
    for (practice, name) in [
        ("GPPRAC001", Some("one")),
        ("GPPRAC002", Some("one")),
        ("GPPRAC001", Some("two")),
        ("GPPRAC002", None),
    ] {
        let id = world.entered_as(1, |message| {
            message.to = ods(practice);
            message.user = name.map(user);
        });
        entered.push(id.await);
    }
    let claimed = world.claim(2, 1).await;
    assert_eq!(claimed.len(), 1);
    let sending = claimed[0].message.id;
    let [first, second, third, fourth] = entered[..] else {
        panic!("four were entered");
    };
    let of = |practice: Option<&str>, name: Option<&str>| Filter {
        to: practice.map(ods),
        user: name.map(user),
        ..all()
    };
    for (filter, expected) in [
        (of(Some("GPPRAC001"), None), vec![third, first]),
        (of(Some("GPPRAC002"), None), vec![fourth, second]),
        (of(None, Some("one")), vec![second, first]),
        (of(Some("GPPRAC002"), Some("one")), vec![second]),
        (of(Some("GPPRAC002"), Some("two")), vec![]),
        (of(Some("GPPRAC003"), None), vec![]),
        (of(None, Some("three")), vec![]),
    ] {
        assert_eq!(ids(&world, &filter).await, expected, "{filter:?}");
        let queued = Filter {
            state: Some(State::Queued),
            ..filter.clone()
        };
        let waiting: Vec<_> = expected.iter().filter(|id| **id != sending).collect();
        let found = ids(&world, &queued).await;
        assert_eq!(found.iter().collect::<Vec<_>>(), waiting, "{queued:?}");
        for bucket in Bucket::ALL {
            let within = Filter {
                bucket: Some(bucket),
                ..filter.clone()
            };
            let found = ids(&world, &within).await;
            if bucket == Bucket::Queued {
                assert_eq!(found, expected, "{within:?}");
            } else {
                assert!(found.is_empty(), "{within:?}");
            }
        }
    }
}

pub async fn messages_are_found_by_their_entry(store: GatewayStore) {
    let world = World::new(store);
    let day = 86_400;
    // Every test begins at nine in the morning.
    let at = |second| at(second - 9 * 3_600);
    // Clocks of two nodes may differ a little around midnight.
    let mut entered = Vec::new();
    for when in [0, day - 1, day + 2, day - 2, day + 3, 3 * day] {
        entered.push((when, world.entered(when - 9 * 3_600).await));
    }
    for (from, until) in [
        (None, None),
        (Some(0), Some(day)),
        (Some(day), None),
        (None, Some(day)),
        (Some(day - 2), Some(day + 3)),
        (Some(2 * day), Some(3 * day)),
        (Some(3 * day), Some(3 * day + 1)),
        (Some(4 * day), None),
        (None, Some(0)),
        (Some(day), Some(0)),
    ] {
        let filter = Filter {
            from: from.map(at),
            until: until.map(at),
            ..all()
        };
        let fits = |when: i64| {
            from.is_none_or(|from| when >= from) && until.is_none_or(|until| when < until)
        };
        let mut expected: Vec<_> = entered
            .iter()
            .filter(|(when, _)| fits(*when))
            .map(|(_, id)| *id)
            .collect();
        expected.reverse();
        assert_eq!(
            ids(&world, &filter).await,
            expected,
            "{from:?} to {until:?}"
        );
    }
}
