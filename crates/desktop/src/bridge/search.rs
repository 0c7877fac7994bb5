//! The guard against the wrong patient: every text of a message is searched for other people's NHS numbers.

#[cfg(all(test, unix))]
mod tests;

use super::review::own;
use model::NhsNumber;
use preview::{Block, PageText, Part, PreviewError, Search, Searched, Worker};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use wire::practice::Detail;

/// Everything that is to be searched.
pub(super) struct Words {
    own: Option<NhsNumber>,
    texts: Vec<(Part, String)>,
    documents: Vec<(Part, preview::Document)>,
    unread: Vec<Part>,
}

impl Words {
    /// What a message says outside its documents.
    pub(super) fn of(detail: &Detail) -> Self {
        let mut texts = Vec::new();
        if let Some(body) = &detail.body {
            texts.push((Part::Body, body.content.clone()));
        }
        for (place, item) in detail.coded_data_items.iter().enumerate() {
            let all = [&item.additional_text, &item.value, &item.unit];
            for text in all.into_iter().flatten() {
                texts.push((Part::Coded(index(place)), text.clone()));
            }
        }
        for (place, info) in detail.attachments.iter().enumerate() {
            texts.push((Part::FileName(index(place)), info.file_name.clone()));
        }
        Self {
            own: own(detail),
            texts,
            documents: Vec::new(),
            unread: Vec::new(),
        }
    }

    /// The body as it is drawn: a number that mark-up cuts in two is one number to the eye.
    pub(super) fn body(&mut self, blocks: &[Block]) {
        if preview::html::is_cut(blocks) {
            self.unread(Part::Body);
        }
        self.texts.push((Part::Body, preview::html::text(blocks)));
    }

    /// A document is to be searched too.
    pub(super) fn document(&mut self, part: Part, document: preview::Document) {
        self.documents.push((part, document));
    }

    /// This document can't be searched.
    pub(super) fn unread(&mut self, part: Part) {
        self.unread.push(part);
    }
}

/// A place as the search counts it.
pub(super) fn index(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

/// The process in which the words of one opened message's documents are found. Clones are the same one.
#[derive(Clone)]
pub(super) struct Searcher {
    worker: Arc<Worker>,
    ended: Arc<AtomicBool>,
}

impl Searcher {
    pub(super) fn new(worker: Arc<Worker>) -> Self {
        Self {
            worker,
            ended: Arc::default(),
        }
    }

    /// The message was closed: nothing more is asked, and what is asked now comes to nothing.
    pub(super) fn end(&self) {
        self.ended.store(true, Ordering::Release);
        self.worker.cancel();
    }

    fn is_ended(&self) -> bool {
        self.ended.load(Ordering::Acquire)
    }

    /// The blocks of an HTML body.
    pub(super) fn html(&self, html: &str) -> Result<Vec<Block>, PreviewError> {
        self.asked(|worker| worker.html(html))
    }

    fn text(&self, document: &preview::Document) -> Result<Vec<PageText>, PreviewError> {
        self.asked(|worker| worker.text(document))
    }

    /// Asks, and asks once more when the answer says nothing about the document.
    fn asked<T>(
        &self,
        ask: impl Fn(&Worker) -> Result<T, PreviewError>,
    ) -> Result<T, PreviewError> {
        match ask(&self.worker) {
            Err(PreviewError::Superseded | PreviewError::Stopped) if !self.is_ended() => {
                ask(&self.worker)
            }
            answer => answer,
        }
    }
}

/// Searches, in another process where the words of documents have to be found first; `None` when the message was closed
/// before the search was through. What can't be read counts as not searched, and a person has to confirm.
pub(super) async fn search(words: Words, searcher: Option<Searcher>) -> Option<Searched> {
    let searching = tokio::task::spawn_blocking(move || {
        let mut search = Search::new(words.own.as_ref());
        for (part, text) in &words.texts {
            search.text(*part, text);
        }
        for part in words.unread {
            search.unread(part);
        }
        for (part, document) in &words.documents {
            if searcher.as_ref().is_some_and(Searcher::is_ended) {
                return None;
            }
            match searcher.as_ref().map(|searcher| searcher.text(document)) {
                Some(Ok(pages)) => search.pages(*part, &pages),
                // Another question took its place: that says nothing about the document.
                Some(Err(PreviewError::Superseded)) => return None,
                Some(Err(error)) => {
                    tracing::warn!(%error, "a document was not searched");
                    search.unread(*part);
                }
                None => search.unread(*part),
            }
        }
        // An answer that came because the process was ended is none.
        let ended = searcher.as_ref().is_some_and(Searcher::is_ended);
        (!ended).then(|| search.finish())
    });
    // A search that broke down found nothing out.
    searching.await.unwrap_or_else(|_| {
        let mut none = Search::new(None);
        none.unread(Part::Body);
        Some(none.finish())
    })
}
