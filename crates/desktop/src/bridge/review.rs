//! The open message: claimed, read, shown, and decided upon a few seconds after somebody said so.
//!
//! A decision is pending for [`GRACE`]; the claim is held meanwhile, and Undo takes it back, also while the next message
//! is read already. Closing the window, deciding upon the next one, signing out and quitting do not wait: what somebody
//! decided is carried out at once. Only when the claim is gone, or the practitioner, is it dropped; the message then stays
//! in the inbox.

mod attend;
#[cfg(test)]
mod tests;

use super::desk::Desk;
use super::pages::Pages;
use super::search::Searcher;
use super::words;
use crate::snapshot::{
    Act, Card, Happened, Holding, OpenMessage, PendingAct, RecordsChoice, Row, Told, Why,
};
use crate::topic;
use attend::Deed;
pub(super) use attend::own;
use jiff::SignedDuration;
use preview::Worker;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;
use toolbar::{OperationError, PatientCard};

/// An act can be taken back for so long.
const GRACE: Duration = Duration::from_secs(5);

/// The message that is open, and decisions under way.
#[derive(Default)]
pub(super) struct Review {
    /// Grows with each opening.
    number: u64,
    pub(super) open: Option<Open>,
    pending: Option<Pending>,
    /// Grows with each decision.
    turn: u64,
    /// Decisions that are being carried out.
    busy: usize,
    /// Messages whose import failed here, and why: the platform tells of failures only if nobody had the message open.
    pub(super) failed: HashMap<String, String>,
    /// Draws what is looked at; a process of its own.
    viewer: Option<Arc<Worker>>,
}

impl Review {
    /// Whether decisions are being carried out.
    pub(super) fn is_busy(&self) -> bool {
        self.busy > 0
    }

    /// The process that draws; `None` if this program can't be found on the disk.
    pub(super) fn viewer(&mut self) -> Option<Arc<Worker>> {
        worker(&mut self.viewer)
    }
}

fn worker(place: &mut Option<Arc<Worker>>) -> Option<Arc<Worker>> {
    if place.is_none() {
        let program = std::env::current_exe().ok()?;
        *place = Some(Arc::new(Worker::new(program, preview::WORKER_ARGUMENT)));
    }
    place.clone()
}

/// A decision that can still be taken back.
struct Pending {
    /// The opening in which it was taken.
    number: u64,
    reference: String,
    /// The message in words.
    about: String,
    deed: Deed,
    /// Takes the decision. Dropping it gives the message back.
    decide: oneshot::Sender<Deed>,
}

/// A message that is open.
pub(super) struct Open {
    /// Which opening this is.
    pub(super) number: u64,
    reference: String,
    /// Takes the decision; gone while one is pending or carried out. Dropping it gives the message back.
    decide: Option<oneshot::Sender<Deed>>,
    /// Its documents and their drawn pages.
    pub(super) pages: Pages,
    /// Searches it; ended with it.
    searcher: Option<Searcher>,
}

impl Desk {
    /// Opens a message, and closes another. What is pending about that one runs on.
    pub(super) fn open(&mut self, reference: String) {
        let present = self.shown.opened.as_ref();
        let again = present.is_some_and(|open| {
            open.row.reference == reference
                && matches!(open.holding, Holding::Asking | Holding::Ours)
        });
        let decided = self.shown.pending.as_ref();
        if again || decided.is_some_and(|pending| pending.reference == reference) {
            return;
        }
        self.close_open();
        self.shown.told = None;
        let row = self
            .shown
            .inbox
            .rows
            .iter()
            .find(|row| row.reference == reference);
        let (Some(row), Some(agent)) = (row.cloned(), self.agent.clone()) else {
            self.tell(false, "This message is no longer in the inbox.");
            return;
        };
        self.review.number += 1;
        let number = self.review.number;
        let (decide, decided) = oneshot::channel();
        self.ask_card(number, &row);
        self.shown.opened = Some(Arc::new(asking(row)));
        self.review.open = Some(Open {
            number,
            reference: reference.clone(),
            decide: Some(decide),
            pages: Pages::default(),
            searcher: None,
        });
        // A process of its own for each opening: what is searched for one message never stands in another's way.
        let searcher = worker(&mut None).map(Searcher::new);
        if let Some(open) = &mut self.review.open {
            open.searcher.clone_from(&searcher);
        }
        let back = self.back();
        tokio::spawn(async move {
            let message = attend::Attended {
                number,
                reference,
                back,
                searcher,
            };
            message.attend(agent, decided).await;
        });
    }

    fn ask_card(&self, number: u64, row: &Row) {
        let Some(agent) = self.agent.clone() else {
            return;
        };
        let nhs_number = row.nhs_number.clone();
        self.aside(
            async move { (agent.patient(nhs_number.as_str()).await, nhs_number) },
            move |desk, (card, nhs_number)| {
                if let Ok(PatientCard::One { name, .. }) = &card {
                    desk.name(&nhs_number, name.clone());
                }
                if let Some(open) = desk.opened_mut(number) {
                    open.card = card_of(card);
                    if let Card::One { name, .. } = &open.card {
                        open.row.patient = Some(name.clone());
                    }
                }
            },
        );
    }

    /// What is shown of opening `number`, to be changed.
    pub(super) fn opened_mut(&mut self, number: u64) -> Option<&mut OpenMessage> {
        let open = self.review.open.as_ref()?;
        if open.number != number {
            return None;
        }
        self.shown.opened.as_mut().map(Arc::make_mut)
    }

    /// The message was closed, or the window: what is pending about it does not wait, for nobody sees it any more.
    pub(super) fn close(&mut self) {
        let decided = self.review.pending.as_ref().map(|pending| pending.number);
        if decided.is_some() && decided == self.review.open.as_ref().map(|open| open.number) {
            self.finish_pending();
        }
        self.close_open();
    }

    /// Gives the open message back, unless a decision on it is pending or being carried out.
    pub(super) fn close_open(&mut self) {
        self.shown.opened = None;
        if let Some(searcher) = self.review.open.take().and_then(|open| open.searcher) {
            searcher.end();
        }
        if let Some(viewer) = &self.review.viewer {
            viewer.cancel();
        }
    }

    /// The practitioner is gone, and the claim with them: nothing is decided any more.
    pub(super) fn drop_open(&mut self) {
        self.review.pending = None;
        self.review.failed.clear();
        self.shown.pending = None;
        self.close_open();
    }

    pub(super) fn import(&mut self, reference: &str, confirmed: bool) {
        let Some(open) = self.decidable(reference) else {
            return;
        };
        // The screens ask first; this is for certain.
        let refusal = match &open.searched {
            None => Some("The documents are still being searched for other patients' NHS numbers."),
            Some(found) if (found.needs_care() || open.holds_unseen()) && !confirmed => {
                Some("Confirm first that this message is about the right patient.")
            }
            Some(_) => None,
        };
        match refusal {
            Some(words) => self.tell(false, words),
            None => self.decide(Act::Import, Deed::Import),
        }
    }

    pub(super) fn reject(&mut self, reference: &str, reason: String) {
        if self.decidable(reference).is_some() {
            self.decide(Act::Reject, Deed::Reject(reason));
        }
    }

    /// The open message, if it is the one that somebody looked at, and waits for a decision.
    fn decidable(&self, reference: &str) -> Option<&OpenMessage> {
        let waits = self.review.open.as_ref()?.decide.is_some();
        let open = self.shown.opened.as_deref()?;
        (waits && open.row.reference == reference && open.holding == Holding::Ours).then_some(open)
    }

    fn decide(&mut self, act: Act, deed: Deed) {
        // Only the last decision can be taken back.
        self.finish_pending();
        let about = self.about();
        let Some(open) = &mut self.review.open else {
            return;
        };
        let Some(decide) = open.decide.take() else {
            return;
        };
        let grace = SignedDuration::try_from(GRACE).unwrap_or(SignedDuration::ZERO);
        self.shown.told = None;
        self.shown.pending = Some(PendingAct {
            reference: open.reference.clone(),
            act,
            final_at: self.config.clock.now() + grace,
        });
        self.review.pending = Some(Pending {
            number: open.number,
            reference: open.reference.clone(),
            about,
            deed,
            decide,
        });
        self.review.turn += 1;
        let turn = self.review.turn;
        self.aside(tokio::time::sleep(GRACE), move |desk, ()| {
            if desk.review.turn == turn {
                desk.finish_pending();
            }
        });
    }

    /// The open message in words.
    fn about(&self) -> String {
        let row = self.shown.opened.as_ref().map(|shown| &shown.row);
        let about = row.map(|row| {
            let number = || format!("NHS {}", row.nhs_number.spaced());
            let whose = row.patient.clone().unwrap_or_else(number);
            format!("{} for {whose}", topic::in_words(&row.topic))
        });
        about.unwrap_or_else(|| "The message".to_owned())
    }

    pub(super) fn undo(&mut self) {
        let Some(pending) = self.review.pending.take() else {
            return;
        };
        self.shown.pending = None;
        match &mut self.review.open {
            Some(open) if open.number == pending.number => open.decide = Some(pending.decide),
            // Something else is open by now: dropping the decision gives the message back.
            _ => self.tell(
                true,
                &format!("{}: waits in the inbox again.", pending.about),
            ),
        }
    }

    /// Carries out what is pending, without waiting any longer.
    pub(super) fn finish_pending(&mut self) {
        let Some(pending) = self.review.pending.take() else {
            return;
        };
        self.notices
            .by_hand
            .insert(pending.reference, pending.about);
        if let Some(shown) = &mut self.shown.pending {
            shown.final_at = shown.final_at.min(self.config.clock.now());
        }
        if pending.decide.send(pending.deed).is_ok() {
            self.review.busy += 1;
        } else {
            self.shown.pending = None;
        }
    }

    /// The claim of this opening is gone: what was decided in it can't be carried out.
    fn drop_pending(&mut self, number: u64, reason: &str) -> bool {
        let Some(pending) = self
            .review
            .pending
            .take_if(|pending| pending.number == number)
        else {
            return false;
        };
        self.shown.pending = None;
        self.tell(
            false,
            &format!("{}: nothing was done. {reason}", pending.about),
        );
        true
    }

    /// An import failed here: its row says so until it goes.
    fn mark_failed(&mut self, reference: &str, reason: &str) {
        let reason = words::sentence(reason);
        let inbox = Arc::make_mut(&mut self.shown.inbox);
        for row in &mut inbox.rows {
            if row.reference == reference {
                row.why = Why::Failed;
                row.reason = Some(reason.clone());
            }
        }
        self.review.failed.insert(reference.to_owned(), reason);
    }

    /// A decision was carried out, or could not be.
    fn done(&mut self, number: u64, reference: &str, act: Act, result: Result<(), OperationError>) {
        self.review.busy = self.review.busy.saturating_sub(1);
        if matches!(&self.shown.pending, Some(pending) if pending.reference == reference) {
            self.shown.pending = None;
        }
        let looked_at = self.review.open.as_ref().map(|open| open.number) == Some(number);
        if looked_at {
            self.close_open();
        }
        let about = self.notices.by_hand.get(reference).cloned();
        let about = about.unwrap_or_else(|| "The message".to_owned());
        if let (Err(OperationError::NotImported { reason }), Act::Import) = (&result, act) {
            self.mark_failed(reference, reason);
        }
        let filed = match self.shown.settings.records {
            RecordsChoice::Fhir(_) => "in the record",
            RecordsChoice::Folder(_) => "put into the folder for your record system",
        };
        match (result, act) {
            (Ok(()), Act::Import) => self.tell(true, &format!("{about}: {filed}.")),
            (Ok(()), Act::Reject) => {
                self.tell(
                    true,
                    &format!("{about}: rejected. Its sender can read why."),
                );
            }
            (Err(error), _) => {
                let reason = words::of(&error);
                self.tell(false, &format!("{about}: {reason}"));
                if !looked_at {
                    // Whoever closed the window takes it for done.
                    self.notice(Happened::Failed { reason }, reference.to_owned());
                }
            }
        }
    }

    fn tell(&mut self, good: bool, words: &str) {
        self.shown.told = Some(Told {
            good,
            words: words.to_owned(),
        });
    }
}

/// As it is shown while the platform is being asked.
fn asking(row: Row) -> OpenMessage {
    OpenMessage {
        row,
        holding: Holding::Asking,
        body: Vec::new(),
        documents: Vec::new(),
        coded: Vec::new(),
        card: Card::Asking,
        searched: None,
    }
}

fn card_of(card: Result<PatientCard, OperationError>) -> Card {
    match card {
        Ok(PatientCard::Nobody) => Card::Nobody,
        Ok(PatientCard::One {
            name,
            birth_date,
            deceased,
            record_url,
        }) => Card::One {
            name,
            born: birth_date,
            deceased,
            record: record_url,
        },
        Ok(PatientCard::Several(count)) => Card::Several(count),
        Ok(PatientCard::NotAsked) => Card::NotAsked,
        Err(error) => Card::Silent {
            reason: words::of(&error),
        },
    }
}
