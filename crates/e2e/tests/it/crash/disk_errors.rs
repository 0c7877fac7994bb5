//! A disk that refuses: the sender is told to try again, nothing is left behind, and a retry succeeds.

use super::count::{self, Shows};
use super::files_in;
use super::parcel::Parcel;
use super::setting::{Flags, Setting};
use super::story::{self, Sent};
use crate::world::partner::Answer;
use crate::world::samples::pdf_of;
use crate::world::wait;
use faultpoint::Point;
use std::collections::BTreeSet;
use std::path::PathBuf;
use wire::paths::partner as paths;

/// Whatever the platform writes before it may say 200.
const WRITES: [Point; 8] = [
    Point::BlobBegin,
    Point::BlobWrite,
    Point::BlobSync,
    Point::BlobSynced,
    Point::BlobRename,
    Point::BlobRenamed,
    Point::BlobFolderSynced,
    Point::Commit,
];

#[tokio::test]
async fn no_refusal_of_the_disk_becomes_a_200() {
    let flags = Flags::new();
    let faults: Vec<_> = WRITES
        .iter()
        .flat_map(|point| ["fail", "full"].map(|action| format!("{point}={action}")))
        .collect();
    let plan: Vec<_> = faults.iter().map(|fault| flags.fault(fault)).collect();
    let mut setting = Setting::whole(&plan.join(",")).await;
    expect_errors(&setting);
    let mut sent = Vec::new();
    for (seed, fault) in (1..).zip(&faults) {
        let parcel = Parcel::with(vec![pdf_of(200_000, seed), pdf_of(90_000, 99)], false);
        let before = blobs(&setting);
        flags.raise(fault);
        let answer = post(&setting, &parcel).await;
        assert_eq!(answer.status, 503, "{fault}: {answer:?}");
        assert_eq!(answer.problem(), "unavailable", "{fault}");
        let wait = answer.retry_after.as_ref().map(|text| text.parse::<u64>());
        assert!(matches!(wait, Some(Ok(1..))), "{fault}: {answer:?}");
        flags.lower(fault);
        let status = setting.integrator.get(&paths::status_of(parcel.id())).await;
        assert_eq!(status.status, 404, "{fault}");
        wait::until(&format!("{fault} leaves nothing behind"), async || {
            blobs(&setting) == before
        })
        .await;
        assert_eq!(post(&setting, &parcel).await.status, 200, "{fault}");
        sent.push(parcel);
    }
    let token = story::permission(&mut setting).await;
    let last = Parcel::with(vec![pdf_of(90_000, 99)], true);
    story::send(&mut setting, &token, &last, 200).await;
    sent.push(last);
    finish(setting, &Sent::of(sent)).await;
}

#[tokio::test]
async fn a_blob_that_could_not_be_deleted_goes_with_the_next_start() {
    let flags = Flags::new();
    let fault = "blob-delete=fail";
    let mut setting = Setting::whole(&flags.fault(fault)).await;
    let first = Parcel::with(vec![pdf_of(90_000, 1)], false);
    assert_eq!(post(&setting, &first).await.status, 200);
    let before = blobs(&setting);
    flags.raise(fault);
    // The same id for other content.
    let mut other = Parcel::with(vec![pdf_of(90_000, 2)], false);
    other.text = story::with_id(&other.text, first.id()).into();
    assert_eq!(post(&setting, &other).await.status, 409);
    assert_ne!(blobs(&setting), before);
    flags.lower(fault);
    assert!(setting.end());
    setting.start_again().await;
    finish(setting, &Sent::of([first])).await;
}

#[tokio::test]
async fn an_import_that_could_not_be_noted_is_not_begun() {
    let flags = Flags::new();
    for fault in ["journal-note=fail", "journal-noted=full"] {
        let mut setting = Setting::whole(&flags.fault(fault)).await;
        expect_errors(&setting);
        let token = story::permission(&mut setting).await;
        flags.raise(fault);
        let parcel = Parcel::with(vec![pdf_of(90_000, 1)], true);
        story::send(&mut setting, &token, &parcel, 200).await;
        let failed = "PENDING / Failed instant message import";
        setting.integrator.until(parcel.id(), failed).await;
        let shows = count::filed(&setting.records, &parcel.expected).await;
        assert_eq!(shows, Some(Shows::NotAtAll));
        flags.lower(fault);
        // Somebody at the practice imports it then.
        finish(setting, &Sent::of([parcel])).await;
    }
}

#[tokio::test]
async fn a_note_that_could_not_be_removed_files_nothing_twice() {
    let flags = Flags::new();
    let fault = "journal-forget=fail";
    let mut setting = Setting::whole(&flags.fault(fault)).await;
    let token = story::permission(&mut setting).await;
    flags.raise(fault);
    let parcel = Parcel::with(vec![pdf_of(90_000, 1)], true);
    story::send(&mut setting, &token, &parcel, 200).await;
    story::come_home(&mut setting, &parcel.expected).await;
    assert!(setting.end());
    assert_eq!(
        files_in(&setting.toolbar_folder().join("importing")).len(),
        1
    );
    setting.start_again().await;
    finish(setting, &Sent::of([parcel])).await;
}

/// What a broken disk makes the log say.
fn expect_errors(setting: &Setting) {
    for text in [
        "problem=\"unavailable\"",
        "a batch was not committed",
        "a worker's round failed",
        "journal can't be written",
    ] {
        setting.watch.announce_error(text);
    }
}

fn blobs(setting: &Setting) -> BTreeSet<PathBuf> {
    let files = files_in(&setting.platform_folder().join("blobs"));
    files.into_iter().collect()
}

async fn post(setting: &Setting, parcel: &Parcel) -> Answer {
    let request = setting
        .integrator
        .call(reqwest::Method::POST, paths::MESSAGES)
        .header("Content-Type", "application/json")
        .body(parcel.text.clone());
    Answer::of(request.send().await.unwrap()).await
}

async fn finish(mut setting: Setting, sent: &Sent) {
    story::count(&mut setting, sent).await;
    assert!(setting.end());
    story::files(&setting, sent);
}
