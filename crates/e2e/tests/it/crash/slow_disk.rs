//! A slow disk: nothing is lost, and what does not wait for it is not held up by it.
//!
//! No time decides here. A disk that takes for ever at one place shows by the order of answers who waits
//! for it and who does not.

use super::parcel::Parcel;
use super::senders::post;
use super::setting::{Flags, Setting};
use super::story::{self, Sent};
use crate::world::samples::pdf_of;
use tokio::task::JoinHandle;

fn small(marker: &str) -> Parcel {
    Parcel::with(
        vec![format!("A note on a slow disk. {marker}\n").into_bytes()],
        true,
    )
}

fn large(seed: u64) -> Parcel {
    Parcel::with(vec![pdf_of(400_000, seed)], true)
}

/// Sends beside the test.
fn sending(setting: &Setting, token: &str, parcel: Parcel) -> JoinHandle<(Parcel, Option<u16>)> {
    let (integrator, token) = (setting.integrator.clone(), token.to_owned());
    tokio::spawn(async move {
        let answer = post(&integrator, &token, &parcel).await;
        (parcel, answer)
    })
}

#[tokio::test]
async fn a_held_commit_holds_up_nobody_who_only_reads() {
    let flags = Flags::new();
    let hold = "commit=hold";
    let mut setting = Setting::whole(&flags.fault(hold)).await;
    let token = story::permission(&mut setting).await;
    let before = small("before");
    story::send(&mut setting, &token, &before, 200).await;
    story::come_home(&mut setting, &before.expected).await;

    flags.raise(hold);
    let first = sending(&setting, &token, small("held"));
    flags.held(hold, 1).await;
    let second = sending(&setting, &token, large(1));
    for _ in 0..20 {
        let status = setting.integrator.status(before.id()).await;
        assert_eq!(status["status"], "COMPLETED");
    }
    assert_eq!(setting.integrator.get("/api/v1/topics").await.status, 200);
    // All of that was answered while nothing could be committed.
    assert!(!first.is_finished() && !second.is_finished());
    flags.lower(hold);

    let mut sent = vec![before];
    for sending in [first, second] {
        let (parcel, answer) = sending.await.unwrap();
        assert_eq!(answer, Some(200));
        sent.push(parcel);
    }
    finish(setting, sent).await;
}

#[tokio::test]
async fn held_blobs_hold_up_no_small_message() {
    let flags = Flags::new();
    let hold = "blob-sync=hold";
    let mut setting = Setting::whole(&flags.fault(hold)).await;
    let token = story::permission(&mut setting).await;

    flags.raise(hold);
    let held: Vec<_> = (1..=8)
        .map(|seed| sending(&setting, &token, large(seed)))
        .collect();
    flags.held(hold, held.len()).await;
    let beside = small("beside");
    story::send(&mut setting, &token, &beside, 200).await;
    story::come_home(&mut setting, &beside.expected).await;
    assert!(held.iter().all(|sending| !sending.is_finished()));
    flags.lower(hold);

    let mut sent = vec![beside];
    for sending in held {
        let (parcel, answer) = sending.await.unwrap();
        assert_eq!(answer, Some(200));
        sent.push(parcel);
    }
    finish(setting, sent).await;
}

#[tokio::test]
async fn on_a_slow_disk_everything_arrives_once() {
    let plan = "commit=delay:20ms,blob-write=delay:5ms,blob-sync=delay:40ms,blob-rename=delay:10ms,\
                journal-note=delay:20ms,journal-forget=delay:20ms";
    let mut setting = Setting::whole(plan).await;
    let token = story::permission(&mut setting).await;
    let parcels = (0..24).map(|n| match n % 3 {
        0 => large(n),
        // The same bytes as another one's, at the same time.
        1 => large(n - 1),
        _ => small(&n.to_string()),
    });
    let sending: Vec<_> = parcels
        .map(|parcel| sending(&setting, &token, parcel))
        .collect();
    let mut sent = Vec::new();
    for sending in sending {
        let (parcel, answer) = sending.await.unwrap();
        assert_eq!(answer, Some(200));
        sent.push(parcel);
    }
    finish(setting, sent).await;
}

async fn finish(mut setting: Setting, sent: Vec<Parcel>) {
    let sent = Sent::of(sent);
    story::count(&mut setting, &sent).await;
    assert!(setting.end());
    story::files(&setting, &sent);
}
