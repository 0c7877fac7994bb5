//! The guard against the wrong patient: every text of a message is searched for other people's NHS numbers.

use super::review::own;
use model::NhsNumber;
use preview::{Block, Part, Search, Searched, Worker};
use std::sync::Arc;
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

/// Searches, in another process where the words of documents have to be found first.
pub(super) async fn search(words: Words, worker: Option<Arc<Worker>>) -> Searched {
    let searching = tokio::task::spawn_blocking(move || {
        let mut search = Search::new(words.own.as_ref());
        for (part, text) in &words.texts {
            search.text(*part, text);
        }
        for part in words.unread {
            search.unread(part);
        }
        for (part, document) in &words.documents {
            let pages = worker.as_ref().map(|worker| worker.text(document));
            match pages {
                Some(Ok(pages)) => search.pages(*part, &pages),
                Some(Err(error)) => {
                    tracing::warn!(%error, "a document was not searched");
                    search.unread(*part);
                }
                None => search.unread(*part),
            }
        }
        search.finish()
    });
    // A search that broke down found nothing out.
    searching.await.unwrap_or_else(|_| {
        let mut none = Search::new(None);
        none.unread(Part::Body);
        none.finish()
    })
}
