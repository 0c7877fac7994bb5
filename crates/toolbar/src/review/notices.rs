//! What a notice says of a message that went its way: kept in memory, for whoever is signed in.

use crate::shared::Session;
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use wire::practice::Summary;

/// So many are kept.
const KEPT: usize = 200;

/// What a notice says of a message. No `Debug`: it is about a patient.
#[derive(Clone, PartialEq, Eq)]
pub struct NoticeDetail {
    /// The patient, as the message names them.
    pub nhs_number: String,
    /// The client system's name.
    pub sender: String,
    /// Topic.
    pub topic: String,
    /// The name in the record, where the record system told it.
    pub patient_name: Option<String>,
    /// Where a browser shows the record, if the record system has such an address.
    pub record_url: Option<String>,
}

impl NoticeDetail {
    /// What the message itself says.
    pub(crate) fn of(message: &Summary) -> Self {
        Self {
            nhs_number: message.nhs_number.clone(),
            sender: message.sender.clone(),
            topic: message.topic.clone(),
            patient_name: None,
            record_url: None,
        }
    }
}

/// The last 200.
#[derive(Default)]
pub(crate) struct Notices(Mutex<Book>);

#[derive(Default)]
struct Book {
    session: Option<Session>,
    /// The oldest first.
    notices: VecDeque<(String, NoticeDetail)>,
}

impl Notices {
    /// Notes a message that this toolbar took for `session`.
    pub(crate) fn note(&self, session: &Session, message: &Summary, record_url: Option<String>) {
        let mut book = self.book();
        let same = |of: &Session| of.is_of_same_user(session);
        if !book.session.as_ref().is_some_and(same) {
            book.notices.clear();
        }
        book.session = Some(session.clone());
        book.notices
            .retain(|(reference, _)| *reference != message.message_ref);
        if book.notices.len() >= KEPT {
            book.notices.pop_front();
        }
        let notice = NoticeDetail {
            record_url,
            ..NoticeDetail::of(message)
        };
        book.notices
            .push_back((message.message_ref.clone(), notice));
    }

    /// Adds the patient's name.
    pub(crate) fn name(&self, message_ref: &str, name: String) {
        let mut book = self.book();
        let known = |(reference, _): &&mut (String, NoticeDetail)| reference == message_ref;
        if let Some((_, notice)) = book.notices.iter_mut().rev().find(known) {
            notice.patient_name = Some(name);
        }
    }

    pub(crate) fn get(&self, message_ref: &str) -> Option<NoticeDetail> {
        let book = self.book();
        let mut latest = book.notices.iter().rev();
        let found = latest.find(|(reference, _)| reference == message_ref);
        found.map(|(_, notice)| notice.clone())
    }

    /// Forgets everything unless it is that of whoever is signed in now.
    pub(crate) fn leave_to(&self, session: Option<&Session>) {
        let mut book = self.book();
        let theirs = |now: &Session| {
            book.session
                .as_ref()
                .is_none_or(|of| of.is_of_same_user(now))
        };
        if !session.is_some_and(theirs) {
            *book = Book::default();
        }
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
