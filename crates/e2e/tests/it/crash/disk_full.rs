//! A full disk: 503 and nothing half written, never a 200 for what is not stored, and everything goes on
//! once there is room again.

use super::chance::seed_of_os;
use super::count;
use super::parcel::{Expected, Parcel, hex};
use super::small_disk::SmallDisk;
use super::three::{Part, Three};
use crate::world::samples::pdf_of;
use crate::world::wait;
use reqwest::Method;
use std::time::Duration;
use wire::paths::partner as paths;

const DISK_MEBIBYTES: u32 = 24;
/// What is deleted to make room.
const BALLAST: usize = 10 * 1024 * 1024;
/// So many refusals in a row are a full disk.
const FULL_AFTER: usize = 12;

#[tokio::test]
async fn a_disk_that_fills_up_with_files_loses_nothing() {
    let name = "a_disk_that_fills_up_with_files_loses_nothing";
    fills_up(name, |n| {
        Parcel::with(vec![pdf_of(400_000, n)], n.is_multiple_of(3))
    })
    .await;
}

#[tokio::test]
async fn a_disk_that_fills_up_with_rows_loses_nothing() {
    let name = "a_disk_that_fills_up_with_rows_loses_nothing";
    fills_up(name, |n| {
        let note = |place: u64| {
            let bytes = pdf_of(14_000, n * 8 + place);
            // Noise, as text.
            hex(&bytes[..7_000]).into_bytes()
        };
        Parcel::with((0..4).map(note).collect(), n.is_multiple_of(3))
    })
    .await;
}

/// Fills a small disk with messages. `test` is the name of the test.
async fn fills_up(test: &str, message: impl Fn(u64) -> Parcel) {
    let test = format!("crash::disk_full::{test}");
    let Some(disk) = SmallDisk::of(DISK_MEBIBYTES, &test) else {
        return;
    };
    let ballast = disk.ballast(BALLAST);
    let mut three = Three::start_with_platform_in(disk.place().join("platform")).await;
    three.watch.announce_error("problem=\"unavailable\"");
    three.watch.announce_error("a worker's round failed");
    three.watch.announce_error("a batch was not committed");
    let mut accepted: Vec<Expected> = Vec::new();
    let mut refused: Vec<Parcel> = Vec::new();
    let mut in_a_row = 0;
    let first = seed_of_os() % 1_000_000_000;
    for n in first..first + 2_000 {
        let parcel = message(n);
        let answer = send(&three, &parcel).await;
        if answer == 200 {
            accepted.push(parcel.expected);
            in_a_row = 0;
            continue;
        }
        assert_eq!(answer, 503, "the answer of a full disk");
        refused.push(parcel);
        in_a_row += 1;
        if in_a_row >= FULL_AFTER {
            break;
        }
    }
    assert_eq!(in_a_row, FULL_AFTER, "the disk is full");
    assert!(accepted.len() > 10, "some fit: {}", accepted.len());
    println!(
        "{} messages fit, {} were refused",
        accepted.len(),
        refused.len()
    );

    // It is up and reads; what was refused does not exist, and left nothing half written.
    let live = three.integrator.get("/health/live").await;
    assert_eq!(live.status, 200);
    for message in &accepted {
        let status = three.integrator.status(&message.id).await;
        assert_eq!(status["messageId"], message.id);
    }
    for parcel in &refused {
        let status = three.integrator.get(&paths::status_of(parcel.id())).await;
        assert_eq!(status.status, 404, "refused and there: {}", parcel.id());
    }
    let incoming = disk.place().join("platform/blobs/incoming");
    wait::until("nothing half written is left", async || {
        super::files_in(&incoming).is_empty()
    })
    .await;

    // Room is made while it runs: the same requests are taken.
    std::fs::remove_file(ballast).unwrap();
    for parcel in refused {
        wait::until("a refused message is taken", async || {
            send(&three, &parcel).await == 200
        })
        .await;
        // Once more, as a client would whose answer was lost.
        assert_eq!(send(&three, &parcel).await, 200);
        accepted.push(parcel.expected);
    }
    for message in accepted.iter().filter(|message| message.instant) {
        let id = &message.id;
        wait::until("an instant message is imported", async || {
            three.integrator.status(id).await["status"] == "COMPLETED"
        })
        .await;
    }
    count::everything(&mut three, &accepted).await;

    // And it starts again on what it wrote.
    three.launch(Part::Platform);
    three.ready(Part::Platform);
    let ready = || three.integrator.call(Method::GET, "/health/ready").send();
    wait::until("the platform is ready again", async || {
        ready().await.is_ok_and(|answer| answer.status() == 200)
    })
    .await;
    three.end(Part::Platform);
    drop(three);
}

/// Sends a message once; the status of the answer, which must be a proper problem if it is no 200.
async fn send(three: &Three, parcel: &Parcel) -> u16 {
    let path = if parcel.expected.instant {
        paths::INSTANT
    } else {
        paths::MESSAGES
    };
    let request = three
        .integrator
        .call(Method::POST, path)
        .timeout(Duration::from_secs(30))
        .header("Content-Type", "application/json")
        .header("AccessToken", &three.token)
        .body(parcel.text.clone());
    let answer = request.send().await.expect("an answer from a full disk");
    let answer = crate::world::partner::Answer::of(answer).await;
    if answer.status != 200 {
        assert_eq!(answer.problem(), "unavailable", "{answer:?}");
        assert!(answer.retry_after.is_some(), "{answer:?}");
    }
    answer.status
}
