//! What happens to a decision while other messages are opened, without a toolbar behind it.

use super::*;
use crate::bridge::BridgeConfig;
use crate::keyring::keeper;
use crate::snapshot::{Content, Document, Inbox};
use model::NhsNumber;
use model::clock::ManualClock;
use oneshot::Receiver;
use oneshot::error::TryRecvError;
use preview::Search;
use tokio::sync::mpsc;

fn desk(dir: &std::path::Path) -> Desk {
    let config = BridgeConfig {
        data_dir: dir.to_owned(),
        settings: None,
        registration: None,
        device_name: String::new(),
        keeper: keeper(dir),
        clock: Arc::new(ManualClock::at(jiff::Timestamp::UNIX_EPOCH)),
        zone: jiff::tz::TimeZone::UTC,
    };
    let (back, _) = mpsc::unbounded_channel();
    let published = Arc::new(std::sync::Mutex::new((0, config.first_snapshot())));
    Desk::new(config, back, published, Arc::new(|| {}))
}

fn row(reference: &str) -> Row {
    Row {
        reference: reference.to_owned(),
        nhs_number: NhsNumber::parse("9547852140").unwrap(),
        patient: None,
        sender: "City Eye Service".to_owned(),
        topic: "DischargeSummary".to_owned(),
        received_at: jiff::Timestamp::UNIX_EPOCH,
        expires_at: jiff::Timestamp::UNIX_EPOCH,
        why: Why::Standard,
        reason: None,
        open_at: None,
        documents: 1,
        coded_items: 0,
    }
}

/// Opens a message as if the platform had given it.
fn open(desk: &mut Desk, reference: &str) -> Receiver<Deed> {
    desk.close_open();
    let mut inbox = Inbox::default();
    inbox.rows.push(row(reference));
    desk.shown.inbox = Arc::new(inbox);
    desk.review.number += 1;
    let (decide, decided) = oneshot::channel();
    desk.review.open = Some(Open {
        number: desk.review.number,
        reference: reference.to_owned(),
        decide: Some(decide),
        pages: Pages::default(),
        searcher: None,
    });
    desk.shown.opened = Some(Arc::new(OpenMessage {
        holding: Holding::Ours,
        searched: Some(Search::new(None).finish()),
        ..asking(row(reference))
    }));
    decided
}

fn waits(decided: &mut Receiver<Deed>) -> bool {
    matches!(decided.try_recv(), Err(TryRecvError::Empty))
}

fn pending(desk: &Desk) -> Option<&str> {
    let pending = desk.shown.pending.as_ref();
    pending.map(|pending| pending.reference.as_str())
}

#[tokio::test]
async fn a_decision_runs_on_while_the_next_message_is_read() {
    let dir = tempfile::tempdir().unwrap();
    let mut desk = desk(dir.path());
    let mut first = open(&mut desk, "a");
    desk.import("a", false);
    let mut second = open(&mut desk, "b");
    assert!(waits(&mut first));
    assert_eq!(pending(&desk), Some("a"));
    // Closing the second says nothing of the first.
    desk.close();
    assert!(waits(&mut first));
    assert!(matches!(second.try_recv(), Err(TryRecvError::Closed)));
    desk.finish_pending();
    assert!(matches!(first.try_recv(), Ok(Deed::Import)));
}

#[tokio::test]
async fn undo_gives_back_what_is_no_longer_open_and_keeps_what_is() {
    let dir = tempfile::tempdir().unwrap();
    let mut desk = desk(dir.path());
    let mut first = open(&mut desk, "a");
    desk.import("a", false);
    desk.undo();
    assert!(waits(&mut first));
    desk.import("a", false);
    let _second = open(&mut desk, "b");
    desk.undo();
    assert!(matches!(first.try_recv(), Err(TryRecvError::Closed)));
    assert_eq!(pending(&desk), None);
    let told = desk.shown.told.as_ref().unwrap();
    assert_eq!(
        told.words,
        "Discharge summary for NHS 954 785 2140: waits in the inbox again."
    );
}

#[tokio::test]
async fn the_next_decision_makes_the_one_before_final() {
    let dir = tempfile::tempdir().unwrap();
    let mut desk = desk(dir.path());
    let mut first = open(&mut desk, "a");
    desk.import("a", false);
    let mut second = open(&mut desk, "b");
    desk.reject("b", "Duplicate.".to_owned());
    assert!(matches!(first.try_recv(), Ok(Deed::Import)));
    assert!(waits(&mut second));
    assert_eq!(pending(&desk), Some("b"));
    desk.close();
    assert!(matches!(second.try_recv(), Ok(Deed::Reject(_))));
}

#[tokio::test]
async fn a_decision_about_another_message_than_the_open_one_is_none() {
    let dir = tempfile::tempdir().unwrap();
    let mut desk = desk(dir.path());
    let mut open = open(&mut desk, "b");
    desk.import("a", true);
    desk.reject("a", "Duplicate.".to_owned());
    assert_eq!(pending(&desk), None);
    assert!(waits(&mut open));
}

#[tokio::test]
async fn a_claim_that_ends_takes_its_decision_with_it() {
    let dir = tempfile::tempdir().unwrap();
    let mut desk = desk(dir.path());
    let mut first = open(&mut desk, "a");
    desk.import("a", false);
    let mut second = open(&mut desk, "b");
    desk.claim_lost(1, "The platform did not answer.".to_owned());
    assert!(matches!(first.try_recv(), Err(TryRecvError::Closed)));
    assert!(waits(&mut second));
    assert!(!desk.shown.told.as_ref().unwrap().good);
    let open = desk.shown.opened.as_ref().unwrap();
    assert!(open.holding == Holding::Ours);
}

#[tokio::test]
async fn a_failed_import_marks_its_row() {
    let dir = tempfile::tempdir().unwrap();
    let mut desk = desk(dir.path());
    let _open = open(&mut desk, "a");
    desk.import("a", false);
    desk.finish_pending();
    let reason = "the record is locked".to_owned();
    desk.done(
        1,
        "a",
        Act::Import,
        Err(OperationError::NotImported { reason }),
    );
    let row = &desk.shown.inbox.rows[0];
    assert_eq!(row.why, Why::Failed);
    assert_eq!(row.reason.as_deref(), Some("The record is locked."));
}

#[tokio::test]
async fn what_nobody_could_see_needs_a_confirmation() {
    let dir = tempfile::tempdir().unwrap();
    let mut desk = desk(dir.path());
    let _open = open(&mut desk, "a");
    let shown = desk.shown.opened.as_mut().map(Arc::make_mut).unwrap();
    shown.documents.push(Document {
        name: "broken.pdf".to_owned(),
        kind: "PDF",
        size: 1,
        content: Content::NotShown {
            reason: "This document is damaged.".to_owned(),
        },
    });
    desk.import("a", false);
    assert_eq!(pending(&desk), None);
    desk.import("a", true);
    assert_eq!(pending(&desk), Some("a"));
}
