//! Searches of several openings at a time. The worker is one that never answers.

use super::{Searcher, Words, search};
use model::attachment::Kind;
use preview::{Document, Part, Worker};
use std::sync::Arc;
use std::time::Duration;

/// A search may last so long; here it never ends by itself.
const LONG: Duration = Duration::from_millis(300);
/// What is ended, ends so soon.
const SOON: Duration = Duration::from_secs(5);

fn silent() -> Searcher {
    Searcher::new(Arc::new(Worker::new("/bin/sleep", "60")))
}

fn words() -> Words {
    let document = || Document::new(Kind::Pdf, b"%PDF-1.7".to_vec());
    Words {
        own: None,
        texts: Vec::new(),
        documents: (0..5).map(|n| (Part::Attachment(n), document())).collect(),
        unread: Vec::new(),
    }
}

#[tokio::test]
async fn the_search_of_a_closed_message_has_no_result_and_leaves_the_next_one_alone() {
    let (first, second) = (silent(), silent());
    let earlier = tokio::spawn(search(words(), Some(first.clone())));
    let mut later = tokio::spawn(search(words(), Some(second.clone())));
    tokio::time::sleep(LONG).await;
    first.end();
    let ended = tokio::time::timeout(SOON, earlier).await.unwrap().unwrap();
    assert!(ended.is_none());
    // It is neither ended nor told that anything was not read.
    assert!(tokio::time::timeout(LONG, &mut later).await.is_err());
    second.end();
    let ended = tokio::time::timeout(SOON, later).await.unwrap().unwrap();
    assert!(ended.is_none());
}

#[tokio::test]
async fn without_a_worker_documents_count_as_not_searched() {
    let result = search(words(), None).await.unwrap();
    assert!(result.needs_care());
}
