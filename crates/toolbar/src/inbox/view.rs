//! What waits, as a window shows it: kept by the stream, by every reading of the inbox, and by what this
//! toolbar itself brought to an end.

use super::recent::Recent;
use crate::shared::Session;
use crate::state::AgentEvent;
use model::message::{Status, SubStatus};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;
use wire::practice::{Outcome, Summary};

/// So many messages that ended, or of which people were told, are remembered.
const NAMES_KEPT: usize = 4096;

/// What waits for the signed-in practitioner.
#[derive(Clone, Default)]
pub struct InboxView {
    /// Every message at no end that the practitioner may see, oldest first; empty when nobody is signed in.
    pub rows: Vec<Arc<Summary>>,
    /// Whether the inbox was read since sign-in. Until then more may wait than is here.
    pub complete: bool,
}

/// Keeps the view.
pub(crate) struct Inbox {
    book: Mutex<Book>,
    view: watch::Sender<Arc<InboxView>>,
}

struct Book {
    /// Whose it is.
    session: Option<Session>,
    /// By the platform's names, which are in order of arrival.
    rows: BTreeMap<String, Arc<Summary>>,
    complete: bool,
    /// At their end; nothing that was written down before it brings them back.
    ended: Recent,
    /// Those that this toolbar is bringing to their end, or has.
    ours: Recent,
    /// Those that wait for a person, and people were told.
    announced: Recent,
}

impl Default for Inbox {
    fn default() -> Self {
        Self {
            book: Mutex::new(Book {
                session: None,
                rows: BTreeMap::new(),
                complete: false,
                ended: Recent::new(NAMES_KEPT),
                ours: Recent::new(NAMES_KEPT),
                announced: Recent::new(NAMES_KEPT),
            }),
            view: watch::Sender::default(),
        }
    }
}

impl Inbox {
    pub(crate) fn subscribe(&self) -> watch::Receiver<Arc<InboxView>> {
        self.view.subscribe()
    }

    /// One row, if it is there.
    pub(crate) fn row(&self, message_ref: &str) -> Option<Arc<Summary>> {
        self.book().rows.get(message_ref).cloned()
    }

    /// The inbox was read whole.
    pub(crate) fn read(&self, session: &Session, all: &[Summary]) {
        let mut book = self.book();
        book.enter(session);
        let rows = all.iter().filter(|row| !book.ended.has(&row.message_ref));
        book.rows = rows
            .map(|row| (row.message_ref.clone(), Arc::new(row.clone())))
            .collect();
        book.complete = true;
        self.show(&book);
    }

    /// The stream told how a message stands. The event to tell, if it ended and this toolbar didn't do it.
    pub(crate) fn told(&self, session: &Session, message: &Summary) -> Option<AgentEvent> {
        let mut book = self.book();
        book.enter(session);
        let reference = &message.message_ref;
        if message.status == Status::Pending.as_str() {
            if !book.ended.has(reference) {
                book.rows
                    .insert(reference.clone(), Arc::new(message.clone()));
                self.show(&book);
            }
            return None;
        }
        if book.rows.remove(reference).is_some() {
            self.show(&book);
        }
        let news = book.ended.add(reference) && !book.ours.has(reference);
        news.then(|| AgentEvent::Settled {
            message_ref: reference.clone(),
            message_id: message.message_id.clone(),
            status: message.status.clone(),
            sub_status: message.sub_status.clone(),
        })
    }

    /// Whether nobody was told yet that this message waits for a person: one that was opened and given back
    /// waits on, which is no news.
    pub(crate) fn is_news(&self, message: &Summary) -> bool {
        self.book().announced.add(&message.message_ref)
    }

    /// This toolbar is about to bring a message to its end: the stream may tell of it before the answer is
    /// here.
    pub(crate) fn ending(&self, message_ref: &str) {
        self.book().ours.add(message_ref);
    }

    /// It didn't.
    pub(crate) fn not_ended(&self, message_ref: &str) {
        self.book().ours.remove(message_ref);
    }

    /// It did.
    pub(crate) fn ended(&self, message_ref: &str) {
        let mut book = self.book();
        book.ours.add(message_ref);
        book.ended.add(message_ref);
        if book.rows.remove(message_ref).is_some() {
            self.show(&book);
        }
    }

    /// The platform took down that the import failed: the row says so before the stream does.
    pub(crate) fn failed(&self, message_ref: &str, outcome: &Outcome, reason: &str) {
        let mut book = self.book();
        let Some(row) = book.rows.get_mut(message_ref) else {
            return;
        };
        let row = Arc::make_mut(row);
        row.status.clone_from(&outcome.status);
        row.sub_status.clone_from(&outcome.sub_status);
        // A message that was under review before is so again, without this reason.
        if outcome.sub_status.as_deref() == Some(SubStatus::FailedInstantMessageImport.as_str()) {
            row.reason = Some(reason.to_owned());
        }
        row.auto_import = false;
        row.held_by = None;
        row.held_by_you = false;
        self.show(&book);
    }

    /// Empties the view unless it is that of whoever is signed in now.
    pub(crate) fn leave_to(&self, session: Option<&Session>) {
        let mut book = self.book();
        let theirs = |now: &Session| {
            book.session
                .as_ref()
                .is_none_or(|of| of.is_of_same_user(now))
        };
        if !session.is_some_and(theirs) {
            book.session = None;
            book.rows.clear();
            book.complete = false;
            self.show(&book);
        }
    }

    fn show(&self, book: &Book) {
        let view = InboxView {
            rows: book.rows.values().cloned().collect(),
            complete: book.complete,
        };
        self.view.send_replace(Arc::new(view));
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Book {
    /// From now on this is what `session`'s practitioner may see.
    fn enter(&mut self, session: &Session) {
        let same = |of: &Session| of.is_of_same_user(session);
        if !self.session.as_ref().is_some_and(same) {
            self.rows.clear();
            self.complete = false;
            self.announced = Recent::new(NAMES_KEPT);
        }
        self.session = Some(session.clone());
    }
}
