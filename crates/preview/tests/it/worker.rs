//! The worker: answers, limits, cancelling, and what its caller is told when it dies.

use crate::asked::{jpeg, pdf, worker};
use crate::make::{Maker, letter, words};
use model::attachment::Kind;
use preview::{Block, Document, Limits, Looked, PreviewError, Reading, Worker};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A page that takes for ever to draw and to read: forms that call each other ten times each.
fn endless() -> Vec<u8> {
    let mut maker = Maker::new();
    let entries = "/Type/XObject/Subtype/Form/BBox[0 0 600 900]";
    let mut inner = maker.stream(
        &format!("{entries}/Resources<</Font<</F 3 0 R>>>>"),
        words(&[(10.0, 10.0, "x")]).as_bytes(),
    );
    for _ in 0..12 {
        let calls = "/X Do ".repeat(10);
        let resources = format!("{entries}/Resources<</XObject<</X {inner} 0 R>>>>");
        inner = maker.stream(&resources, calls.as_bytes());
    }
    let resources = format!("/XObject<</X {inner} 0 R>>");
    maker.page_with("/MediaBox[0 0 595 842]", &resources, "/X Do");
    maker.finish()
}

fn hurried(worker: Worker) -> Worker {
    worker.with_limits(Limits {
        picture: Duration::from_millis(700),
        text: Duration::from_millis(700),
    })
}

#[test]
fn a_worker_answers_everything() {
    let worker = worker();
    let letter = pdf(letter());
    let looked = worker.look(&letter).unwrap();
    assert!(matches!(looked, Looked::Pdf { all_pages: 2, .. }));
    let picture = worker.picture(&letter, 1, 1.0).unwrap();
    assert_eq!((picture.width, picture.height), (595, 842));
    assert_eq!(
        worker.picture(&letter, 9, 1.0),
        Err(PreviewError::NoSuchPage)
    );
    let pages = worker.text(&letter).unwrap();
    assert!(pages[1].text.contains("Page two"));

    let photo = jpeg(&include_bytes!("../fixtures/page.jpg")[..]);
    assert!(matches!(worker.look(&photo), Ok(Looked::Picture { .. })));
    assert!(worker.picture(&photo, 0, 1.0).is_ok());
    assert_eq!(worker.text(&photo).unwrap()[0].reading, Reading::Pictures);

    let notes = Document::new(Kind::ConsultationNotes, "caf\u{e9}".as_bytes());
    let text = "caf\u{e9}".to_owned();
    assert_eq!(worker.look(&notes), Ok(Looked::Text { text, cut: false }));
    assert_eq!(worker.text(&notes).unwrap()[0].reading, Reading::Words);

    let blocks = worker.html("<h1>a</h1>").unwrap();
    assert!(matches!(
        blocks.as_slice(),
        [Block::Heading { level: 1, .. }]
    ));
}

#[test]
fn a_document_that_never_ends_is_ended_and_the_next_is_answered() {
    let worker = hurried(worker());
    let endless = pdf(endless());
    let begun = Instant::now();
    assert_eq!(
        worker.picture(&endless, 0, 1.0),
        Err(PreviewError::TookTooLong)
    );
    assert_eq!(worker.text(&endless), Err(PreviewError::TookTooLong));
    assert!(
        begun.elapsed() < Duration::from_secs(30),
        "{:?}",
        begun.elapsed()
    );
    assert!(
        worker
            .with_limits(Limits::default())
            .look(&pdf(letter()))
            .is_ok()
    );
}

#[test]
fn a_newer_question_ends_the_older() {
    let worker = Arc::new(worker());
    let slow = {
        let worker = Arc::clone(&worker);
        let document = pdf(endless());
        std::thread::spawn(move || worker.picture(&document, 0, 1.0))
    };
    // The slow one may come between, and then be ended by the next.
    while !slow.is_finished() {
        let newer = worker.look(&pdf(letter()));
        assert!(matches!(newer, Ok(_) | Err(PreviewError::Superseded)));
        std::thread::yield_now();
    }
    assert!(worker.look(&pdf(letter())).is_ok());
    let older = slow.join().unwrap();
    assert!(older == Err(PreviewError::Superseded), "{older:?}");
}

#[test]
fn what_runs_can_be_cancelled() {
    let worker = Arc::new(worker());
    let slow = {
        let worker = Arc::clone(&worker);
        let document = pdf(endless());
        std::thread::spawn(move || worker.text(&document))
    };
    let begun = Instant::now();
    while !slow.is_finished() {
        worker.cancel();
        std::thread::yield_now();
    }
    assert_eq!(slow.join().unwrap(), Err(PreviewError::Superseded));
    assert!(begun.elapsed() < Duration::from_secs(30));
}

#[test]
fn another_program_is_no_worker() {
    let document = pdf(letter());
    let missing = Worker::new("/nowhere/preview-worker", "--preview-worker");
    assert_eq!(missing.look(&document), Err(PreviewError::NoWorker));
    let this_test = std::env::current_exe().unwrap();
    let other = Worker::new(this_test, "--list");
    assert_eq!(other.look(&document), Err(PreviewError::NoWorker));
    // This program is found, and is these tests.
    let this = Worker::of_this_program().unwrap();
    assert_eq!(this.look(&document), Err(PreviewError::NoWorker));
}

#[test]
fn nothing_of_a_document_is_in_debug_text_or_errors() {
    let worker = worker();
    let document = pdf(letter());
    let all = format!(
        "{worker:?} {document:?} {:?} {:?} {:?}",
        worker.look(&document),
        worker.text(&document),
        worker.picture(&document, 0, 1.0)
    );
    assert!(!all.contains("954") && !all.contains("Clinic"), "{all}");
}
