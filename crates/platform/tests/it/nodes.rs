//! What must hold when several nodes share a store: blobs that one of them deletes while another is sent
//! them, wake-ups that get lost, and upkeep.

mod slow;
mod weak;

use crate::actors::{Integrator, Toolbar};
use crate::faults::set;
use crate::sample::{ID, OKAFOR, base64, id, pdf_of, standard, with_id};
use crate::sse::Stream;
use crate::world::{Answer, RIVERSIDE, World};
use axum::http::Method;
use jiff::{SignedDuration, Timestamp};
use model::{Actor, Clock as _, Hash, Secret};
use serde_json::Value;
use slow::{Deaf, Slow};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use store::platform::{PlatformStore, Tended, Upkeep};
use store::{Result, StoreError};
use tokio::time::Instant;
use weak::Weak;
use wire::paths::practice as paths;

const SIZE: usize = 200_000;

/// A message with a file of so many bytes more than it takes to become a blob.
fn with_file(more: usize) -> Value {
    let mut message = standard();
    let content = base64(&pdf_of(SIZE + more));
    set(&mut message, "/attachments/0/content", content.into());
    message
}

fn file(more: usize) -> Hash {
    Hash::of(&pdf_of(SIZE + more))
}

async fn assert_accepted(world: &World, partner: &Integrator, message: &Value) {
    let answer: Answer = partner.send(world, message).await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text());
}

#[tokio::test]
async fn a_message_whose_file_another_node_is_deleting_is_to_be_sent_again() {
    let world = World::new().await;
    let partner = world.integrator("Pharmacy First").await;
    assert!(world.condemn(file(0)).await);
    let answer = partner.send(&world, &with_file(0)).await;
    assert_eq!(answer.refused(), (503, "unavailable".to_owned()));
    assert_eq!(answer.header("retry-after"), "1");
    assert_eq!(world.messages().await, 0);
    assert_eq!(partner.status(&world, ID).await.refused().0, 404);
    // It is the other node's to delete.
    assert_eq!(world.blob_files().len(), 1);
    // Other files are none of its business.
    assert_accepted(&world, &partner, &with_id(with_file(1), &id(2))).await;
    std::fs::remove_file(world.blob_folder().join(place(file(0)))).unwrap();
    world.store.messages.spare_blob(file(0)).await.unwrap();

    assert_accepted(&world, &partner, &with_file(0)).await;
    let toolbar = Toolbar::signed_in(&world, RIVERSIDE, 1, OKAFOR).await;
    let reference = toolbar.reference(&world, ID).await.unwrap();
    let path = paths::MESSAGE.replace("{messageRef}", &reference);
    let got = toolbar.get(&world, &format!("{path}/attachments/0")).await;
    assert_eq!(got.bytes, pdf_of(SIZE));
}

/// Upkeep that always fails, and when it was asked for.
#[derive(Default)]
struct Failing(Mutex<Vec<(Timestamp, Timestamp)>>);

#[async_trait::async_trait]
impl Upkeep for Failing {
    async fn tend(&self, now: Timestamp, feed_before: Timestamp) -> Result<Tended> {
        self.0.lock().unwrap().push((now, feed_before));
        Err(StoreError::Unavailable {
            transaction: "make tables",
            source: None,
        })
    }
}

impl Failing {
    fn rounds(&self) -> usize {
        self.0.lock().unwrap().len()
    }
}

/// A store with that upkeep.
fn tended(upkeep: &Arc<Failing>) -> impl FnOnce(PlatformStore) -> PlatformStore {
    let upkeep = Arc::clone(upkeep);
    move |store| PlatformStore { upkeep, ..store }
}

fn place(hash: Hash) -> String {
    let hex = hash.to_hex();
    format!("{}/{hex}", &hex[..2])
}

#[tokio::test]
async fn what_a_node_left_when_it_died_is_deleted_after_ten_minutes() {
    let upkeep = Arc::<Failing>::default();
    let world = World::on(tended(&upkeep)).await;
    let partner = world.integrator("Pharmacy First").await;
    assert!(world.condemn(file(0)).await);
    assert_eq!(partner.send(&world, &with_file(0)).await.refused().0, 503);
    // Two rounds of cleaning, and a sweep, leave alone what somebody may be about to delete.
    world.wait(SignedDuration::from_mins(8));
    let next_round = std::cell::Cell::new(1);
    world
        .work_until(|| async {
            if upkeep.rounds() == next_round.get() {
                next_round.set(next_round.get() + 1);
                world.wait(SignedDuration::from_secs(31));
            }
            upkeep.rounds() >= 2
        })
        .await;
    assert!(!world.condemn(file(0)).await, "it is still condemned");
    assert_eq!(world.blob_files().len(), 1);

    world.wait(SignedDuration::from_mins(2));
    world
        .work_until(|| async { world.is_spared(file(0)).await })
        .await;
    assert!(world.blob_files().is_empty());
    assert_accepted(&world, &partner, &with_file(0)).await;
}

/// A store on which condemning a blob takes as long as `slow` says.
fn slow(slow: &Arc<Mutex<Duration>>) -> impl FnOnce(PlatformStore) -> PlatformStore {
    let slow = Arc::clone(slow);
    move |store| PlatformStore {
        messages: Arc::new(Slow {
            inner: store.messages.clone(),
            condemning: slow,
        }),
        ..store
    }
}

#[tokio::test]
async fn whoever_stood_still_after_condemning_a_blob_does_not_delete_it() {
    for (seconds, files) in [(59, 1), (61, 2)] {
        let condemning = Arc::default();
        let world = World::on(slow(&condemning)).await;
        let partner = world.integrator("Pharmacy First").await;
        assert_accepted(&world, &partner, &with_file(0)).await;
        *condemning.lock().unwrap() = Duration::from_secs(seconds);
        tokio::time::pause();
        let begun = Instant::now();
        // The same id for another file: a conflict, whose file is not needed.
        assert_eq!(partner.send(&world, &with_file(1)).await.refused().0, 409);
        assert!(begun.elapsed() >= Duration::from_secs(seconds));
        tokio::time::resume();
        assert_eq!(world.blob_files().len(), files, "after {seconds} s");

        // What was left is finished by whoever comes by when the time has come.
        *condemning.lock().unwrap() = Duration::ZERO;
        world.wait(SignedDuration::from_mins(11));
        world
            .work_until(|| async { world.is_spared(file(1)).await })
            .await;
        assert_eq!(world.blob_files().len(), 1);
        assert_accepted(&world, &partner, &with_id(with_file(1), &id(3))).await;
    }
}

/// A store whose wake-ups get lost, and whose streams look often.
fn deaf(store: PlatformStore) -> PlatformStore {
    PlatformStore {
        feed: Arc::new(Deaf::new(store.feed.clone(), Duration::from_millis(50))),
        ..store
    }
}

#[tokio::test]
async fn a_stream_that_nobody_wakes_looks_by_itself() {
    let world = World::on(deaf).await;
    let partner = world.integrator("Pharmacy First").await;
    let toolbar = Toolbar::signed_in(&world, RIVERSIDE, 1, OKAFOR).await;
    let request = toolbar.calling(Method::GET, paths::STREAM, "");
    let mut stream = Stream::of(world.open(request).await);
    stream.expect("hello").await;
    for n in 1..4 {
        assert_accepted(&world, &partner, &with_id(standard(), &id(n))).await;
        let event = stream.expect("message").await;
        assert_eq!(event.data["message"]["messageId"], id(n));
    }
}

#[tokio::test]
async fn a_session_that_another_node_ended_is_told_nothing_more() {
    let world = World::on(deaf).await;
    let partner = world.integrator("Pharmacy First").await;
    let toolbar = Toolbar::signed_in(&world, RIVERSIDE, 1, OKAFOR).await;
    let request = toolbar.calling(Method::GET, paths::STREAM, "");
    let mut stream = Stream::of(world.open(request).await);
    stream.expect("hello").await;
    assert_accepted(&world, &partner, &standard()).await;
    stream.expect("message").await;
    let devices = &world.store.devices;
    let hash = Secret::new(toolbar.session.clone()).hash();
    let session = devices.session(hash).await.unwrap().unwrap();
    let ended = devices.end_session(&Actor::System, session.id, world.clock.now());
    assert!(ended.await.unwrap());
    assert_accepted(&world, &partner, &with_id(standard(), &id(2))).await;
    stream.expect("signed-out").await;
    assert!(stream.next().await.is_none());
}

#[tokio::test]
async fn upkeep_is_asked_for_and_its_failure_does_not_hold_up_retention() {
    let upkeep = Arc::<Failing>::default();
    let world = World::on(tended(&upkeep)).await;
    let partner = world.integrator("Pharmacy First").await;
    assert_accepted(&world, &partner, &with_file(0)).await;
    // It expires, and its content goes a month later.
    world.wait(SignedDuration::from_hours(24 * 30));
    world.settle().await;
    world.wait(SignedDuration::from_hours(24 * 31));
    world
        .work_until(|| async { world.blob_files().is_empty() })
        .await;
    let asked = upkeep.0.lock().unwrap();
    let now = world.clock.now();
    assert_eq!(
        asked.first(),
        Some(&(now, now - SignedDuration::from_hours(7 * 24)))
    );
}

/// How many files are left of a message of which the second could not be put in place.
async fn left_of_a_half(rest: Duration) -> (World, usize) {
    let world = World::on(|store| PlatformStore {
        blobs: Arc::new(Weak {
            inner: store.blobs.clone(),
            refused: file(1),
            rest,
        }),
        ..store
    })
    .await;
    let partner = world.integrator("Pharmacy First").await;
    let mut message = with_file(0);
    let mut second = message["attachments"][0].clone();
    second["content"] = base64(&pdf_of(SIZE + 1)).into();
    second["fileName"] = "second.pdf".into();
    message["attachments"].as_array_mut().unwrap().push(second);
    let answer = partner.send(&world, &message).await;
    assert_eq!(answer.refused(), (503, "unavailable".to_owned()));
    assert_eq!(world.messages().await, 0);
    let left = world.blob_files().len();
    (world, left)
}

#[tokio::test]
async fn what_is_left_of_a_message_goes_at_once_unless_the_store_of_blobs_needs_a_rest() {
    let (_world, left) = left_of_a_half(Duration::ZERO).await;
    assert_eq!(left, 0);
    let (world, left) = left_of_a_half(Duration::from_mins(15)).await;
    assert_eq!(left, 2);
    // None of them is kept from a sender who brings it again meanwhile.
    assert!(world.is_spared(file(0)).await);
    let partner = world.integrator("Another pharmacy").await;
    assert_accepted(&world, &partner, &with_file(0)).await;
}
