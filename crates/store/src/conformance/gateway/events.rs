//! The feed: in one order, resumed where it broke off, forgotten from its beginning.

use super::people::{self, People, at_risk, record};
use super::world::{BY, World, at, race, standing, user};
use crate::conformance::world::{ods, spine, unknown};
use crate::gateway::{
    Answer, DeliveryState, GatewayStore, Happening, HappeningKind, Landed, Linked, Mend,
    NewWebhook, PatientHappening, Sealed, Seat, Wake,
};
use crate::platform::Kept;
use model::WebhookId;
use model::message::{Status, SubStatus};
use model::pkb_link::{Failure, Lapse, Risk};
use std::collections::BTreeSet;
use uuid::Uuid;

pub async fn an_empty_feed_is_at_place_zero(store: GatewayStore) {
    let world = World::new(store);
    let events = &world.store.events;
    assert_eq!(events.latest().await.unwrap(), 0);
    assert!(events.since(0, 10).await.unwrap().is_empty());
    assert!(events.of_message(unknown()).await.unwrap().is_empty());
    let kept = events.kept().await.unwrap();
    assert_eq!(kept.forgotten, kept.newest);
    assert_eq!(events.forget(at(1_000), 10).await.unwrap(), 0);
}

pub async fn a_message_is_told_in_one_order(store: GatewayStore) {
    let world = World::new(store);
    let id = world.refused(1).await;
    world.release(id, &Mend::default(), 2).await;
    let claimed = world.claim_one(3).await;
    world.accept(&claimed, 4).await;
    let waits = Some(SubStatus::AwaitingReview);
    let pending = standing(Status::Pending, waits, 5, 6);
    world.followed(id, Some(pending), 6, Some(60)).await;
    world.ended(id, Status::Rejected, 7).await;
    let problem = "invalid-parameters".to_owned();
    let status = |status, sub_status| Happening::Status {
        message: id,
        status,
        sub_status,
    };
    let expected = [
        Happening::Queued(id),
        Happening::Refused {
            message: id,
            problem,
        },
        Happening::Released(id),
        Happening::Accepted(id),
        status(Status::Pending, waits),
        status(Status::Rejected, None),
    ];
    assert_eq!(world.happened_to(id).await, expected);
    let told = world.happened().await;
    let told: Vec<_> = told.into_iter().map(|(.., what)| what).collect();
    assert_eq!(told, expected);
}

pub async fn everything_about_users_is_told(store: GatewayStore) {
    let world = World::new(store);
    world.webhook(0).await;
    let key = world.store.vault.keys().await.unwrap()[0].id;
    let token = Sealed {
        key,
        bytes: vec![3; 60],
    };
    let (users, id) = (&world.store.users, user("dr-okafor"));
    users.put(&id, None, at(1)).await.unwrap();
    let grant = users.authorise(BY, &id, &token, at(2)).await.unwrap();
    let grant = grant.unwrap();
    users.withdrawn("gateway", &id, grant, at(3)).await.unwrap();
    users.forget(BY, &id, at(4)).await.unwrap();
    let is = Seat {
        spine_user_id: spine("555000000101"),
        ods_code: ods("GPPRAC001"),
    };
    let said = world.store.launches.say(BY, &id, None, &is, at(5));
    said.await.unwrap();
    let by = |who: &str| who.to_owned();
    let expected = [
        (2, by(BY), Happening::Authorised(id.clone())),
        (3, by("gateway"), Happening::Withdrawn(id.clone())),
        (4, by(BY), Happening::Forgotten(id.clone())),
        (5, by(BY), Happening::Identified(id)),
    ];
    assert_eq!(world.happened().await, expected);
}

pub async fn everything_about_patients_is_told(store: GatewayStore) {
    let people = People::new(store).await;
    let endpoint = NewWebhook {
        id: WebhookId(Uuid::from_u128(5)),
        url: "https://example.org/hook".to_owned(),
        description: None,
        wants: vec![HappeningKind::PatientUnlinked, HappeningKind::PatientAtRisk],
        secret: Sealed {
            key: people.key,
            bytes: vec![3; 60],
        },
        made_at: at(1),
    };
    people.store.webhooks.add(&endpoint).await.unwrap();
    let mut woken = people.store.wakes.subscribe(Wake::Events);
    let id = people.add("amy").await;
    let failed = people.burned(&id, 5).await;
    let fail = people
        .store
        .patients
        .fail("patient", failed, Failure::Denied, at(6));
    assert!(fail.await.unwrap());
    let attempt = people.burned(&id, 7).await;
    let mut new = people.new_link(record(1), "first", 8);
    new.pair.risk = Some(at_risk(Risk::LastToken, 8));
    assert_eq!(people.link(attempt, &new, 8).await, Linked::Linked);
    let fence = people.call(&id, 9).await;
    let landed = Landed::Lapsed(Lapse::TokenOver);
    assert!(people.land(&id, fence, &landed, 10).await);
    assert!(people.unlink(&id, 11).await);
    let lapsed = PatientHappening::NeedsReauthorisation(Lapse::TokenOver);
    let expected = [
        (5, people::BY, PatientHappening::Pending),
        (6, "patient", PatientHappening::LinkFailed(Failure::Denied)),
        (7, people::BY, PatientHappening::Pending),
        (8, people::BY, PatientHappening::Linked),
        (8, people::BY, PatientHappening::AtRisk(Risk::LastToken)),
        (10, "gateway", lapsed),
        (11, people::BY, PatientHappening::Unlinked),
    ];
    let of = |what| Happening::Patient {
        patient: id.clone(),
        what,
    };
    let expected = expected.map(|(when, by, what)| (at(when), by.to_owned(), of(what)));
    assert_eq!(people.happened().await, expected);
    woken.changed().await.unwrap();
    let webhooks = &people.store.webhooks;
    let owed = webhooks.claim(at(20), at(60), &[], 10, 10).await.unwrap();
    let owed: Vec<_> = owed
        .into_iter()
        .map(|delivery| delivery.entry.happened.what)
        .collect();
    let wanted = [
        PatientHappening::AtRisk(Risk::LastToken),
        PatientHappening::Unlinked,
    ];
    assert_eq!(owed, wanted.map(of));
}

pub async fn a_reader_goes_on_where_it_broke_off(store: GatewayStore) {
    let world = World::new(store);
    for entered in 0..5 {
        world.entered(entered).await;
    }
    let events = &world.store.events;
    let all = events.since(0, 100).await.unwrap();
    assert_eq!(all.len(), 5);
    assert!(all.windows(2).all(|two| two[0].place < two[1].place));
    assert_eq!(events.latest().await.unwrap(), all[4].place);
    assert_eq!(events.since(0, 2).await.unwrap(), all[..2]);
    assert_eq!(events.since(all[1].place, 100).await.unwrap(), all[2..]);
    assert!(events.since(all[4].place, 100).await.unwrap().is_empty());
    assert!(events.since(u64::MAX, 100).await.unwrap().is_empty());
}

pub async fn tests_of_endpoints_are_told_to_them_alone(store: GatewayStore) {
    let world = World::new(store);
    let webhook = world.webhook(0).await;
    let webhooks = &world.store.webhooks;
    assert!(webhooks.test(BY, webhook, at(1)).await.unwrap());
    let id = world.entered(2).await;
    let told = world.happened().await;
    assert_eq!(told, [(2, BY.to_owned(), Happening::Queued(id))]);
    let owed = webhooks.claim(at(3), at(60), &[], 10, 10).await.unwrap();
    let owed: Vec<_> = owed
        .into_iter()
        .map(|delivery| delivery.entry.happened.what)
        .collect();
    assert_eq!(owed, [Happening::Test(webhook), Happening::Queued(id)]);
}

pub async fn a_message_has_at_most_five_hundred_events_to_read(store: GatewayStore) {
    let world = World::new(store);
    let id = world.accepted(0).await;
    let steps = [
        SubStatus::AwaitingInstantImport,
        SubStatus::ImportInProgress,
    ];
    for when in 1..=510_i64 {
        let step = steps[usize::try_from(when % 2).unwrap()];
        let pending = standing(Status::Pending, Some(step), when, when);
        world.followed(id, Some(pending), when, Some(1_000)).await;
    }
    let told = world.happened_to(id).await;
    assert_eq!(told.len(), 500);
    assert_eq!(told[..2], [Happening::Queued(id), Happening::Accepted(id)]);
    assert_eq!(world.happened().await.len(), 512);
}

pub async fn only_old_events_are_forgotten_from_the_beginning(store: GatewayStore) {
    let world = World::new(store);
    // The third is younger than those after it: a clock was set back.
    for entered in [0, 1, 50, 2, 3] {
        world.entered(entered).await;
    }
    let events = &world.store.events;
    let all = events.since(0, 100).await.unwrap();
    assert_eq!(events.forget(at(10), 1).await.unwrap(), 1);
    assert_eq!(events.since(0, 100).await.unwrap(), all[1..]);
    assert_eq!(events.forget(at(10), 100).await.unwrap(), 1);
    assert_eq!(events.forget(at(10), 100).await.unwrap(), 0);
    assert_eq!(events.since(0, 100).await.unwrap(), all[2..]);
    let kept = events.kept().await.unwrap();
    assert!(all[1].place <= kept.forgotten && kept.forgotten < all[2].place);
    assert!(kept.newest >= all[4].place);
    assert!(kept.may_miss(all[0].place));
    assert!(!kept.may_miss(all[4].place));
    assert_eq!(events.forget(at(100), 100).await.unwrap(), 3);
    let Kept { forgotten, newest } = events.kept().await.unwrap();
    assert_eq!(forgotten, newest);
    // No place is used twice.
    world.entered(100).await;
    assert!(events.latest().await.unwrap() > all[4].place);
    let of = events.of_message(world.entered(101).await).await.unwrap();
    assert_eq!(of.len(), 1);
}

pub async fn no_event_is_forgotten_before_its_deliveries_ended(store: GatewayStore) {
    let world = World::new(store);
    world.webhook(0).await;
    for entered in 0..4 {
        world.entered(entered).await;
    }
    let webhooks = &world.store.webhooks;
    let owed = webhooks.claim(at(5), at(60), &[], 10, 10).await.unwrap();
    assert_eq!(owed.len(), 4);
    let events = &world.store.events;
    assert_eq!(events.forget(at(100), 100).await.unwrap(), 0);
    // The first is delivered, the second owed on, the third given up.
    for (place, state) in [
        (0, DeliveryState::Delivered),
        (1, DeliveryState::Owed),
        (2, DeliveryState::Failed),
    ] {
        let answered = webhooks.answered(&owed[place], at(6), &Answer::Status(200), state, at(90));
        answered.await.unwrap();
    }
    assert_eq!(events.forget(at(100), 100).await.unwrap(), 1);
    assert_eq!(events.forget(at(100), 100).await.unwrap(), 0);
    let state = DeliveryState::Delivered;
    let answered = webhooks.answered(&owed[1], at(7), &Answer::Status(204), state, at(90));
    answered.await.unwrap();
    assert_eq!(events.forget(at(100), 100).await.unwrap(), 2);
    let left = webhooks.deliveries(owed[0].webhook, 10).await.unwrap();
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].entry, owed[3].entry);
}

pub async fn whoever_waits_for_events_is_woken(store: GatewayStore) {
    let world = World::new(store);
    let mut woken = world.store.wakes.subscribe(Wake::Events);
    let id = world.entered(1).await;
    woken.changed().await.unwrap();
    assert_eq!(world.happened_to(id).await.len(), 1);
}

pub async fn a_reader_misses_nothing_while_many_write(store: GatewayStore) {
    let world = World::new(store);
    const WRITERS: usize = 6;
    const EACH: i64 = 15;
    let reading = tokio::spawn({
        let events = world.store.events.clone();
        async move {
            let (mut place, mut seen) = (0, Vec::new());
            while seen.len() < WRITERS * usize::try_from(EACH).unwrap() {
                for entry in events.since(place, 7).await.unwrap() {
                    assert!(entry.place > place);
                    place = entry.place;
                    seen.push(entry.happened.what.message().unwrap());
                }
                tokio::task::yield_now().await;
            }
            seen
        }
    });
    let written = race(WRITERS, |_| {
        let world = world.clone();
        async move {
            let mut ids = Vec::new();
            for entered in 0..EACH {
                ids.push(world.entered(entered).await);
            }
            ids
        }
    })
    .await;
    let limit = std::time::Duration::from_secs(60);
    let seen = tokio::time::timeout(limit, reading).await.unwrap().unwrap();
    let written: BTreeSet<_> = written.into_iter().flatten().collect();
    assert_eq!(seen.len(), written.len());
    assert_eq!(seen.into_iter().collect::<BTreeSet<_>>(), written);
}
