//! What happened by itself becomes a notice.

use super::desk::Desk;
use crate::screens::notices::lasting;
use crate::snapshot::{Happened, Notice, Used, Why};
use model::NhsNumber;
use model::message::{Status, SubStatus};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use toolbar::AgentEvent;

/// No more wait to be shown; the oldest that is no failure goes first. The inbox has everything.
const KEPT: usize = 16;
/// The inbox has a message's row so soon after its event.
const ROW_COMES: Duration = Duration::from_millis(300);

/// What notices need to know.
#[derive(Default)]
pub(super) struct Notices {
    last: u64,
    /// So many are told of in the notice of what waits.
    waiting: u32,
    /// Messages that somebody decided upon, and what they are in words: the outcome is told where they are looking.
    pub(super) by_hand: HashMap<String, String>,
}

impl Desk {
    /// The toolbar tells something.
    pub(super) fn hear(&mut self, event: AgentEvent) {
        self.permissions_used();
        match event {
            AgentEvent::Imported { message_ref, .. } => {
                if !self.notices.by_hand.contains_key(&message_ref) {
                    self.notice(Happened::Imported { elsewhere: false }, message_ref);
                }
            }
            AgentEvent::ImportFailed {
                message_ref,
                reason,
                ..
            } => {
                if !self.notices.by_hand.contains_key(&message_ref) {
                    let reason = super::words::sentence(&reason);
                    self.notice(Happened::Failed { reason }, message_ref);
                }
            }
            AgentEvent::Unreported { message_ref, .. } => {
                if !self.notices.by_hand.contains_key(&message_ref) {
                    self.notice(Happened::Unreported, message_ref);
                }
            }
            AgentEvent::Waiting { message_ref, .. } => {
                // What waits already at sign-in is counted on the bar, not told one by one.
                if self.shown.inbox.complete {
                    let pause = tokio::time::sleep(ROW_COMES);
                    self.aside(pause, |desk, ()| desk.waits(message_ref));
                }
            }
            AgentEvent::CodeUsed {
                client_name,
                used_at,
            } => {
                let at = used_at.parse().unwrap_or_else(|_| self.config.clock.now());
                self.code_used(Used {
                    client: client_name,
                    at,
                });
            }
            AgentEvent::Settled {
                message_ref,
                status,
                sub_status,
                ..
            } => {
                // Only their own: what colleagues do about the practice's messages is no news.
                let by_itself =
                    sub_status.as_deref() == Some(SubStatus::ImportedAutomatically.as_str());
                if status == Status::Completed.as_str() && by_itself {
                    self.notice(Happened::Imported { elsewhere: true }, message_ref);
                }
            }
        }
    }

    /// A message waits; one that failed at another PC is told as what it is.
    fn waits(&mut self, reference: String) {
        let mut rows = self.shown.inbox.rows.iter();
        let row = rows.find(|row| row.reference == reference);
        let what = match row {
            Some(row) if row.why == Why::Failed => Happened::Failed {
                reason: row.reason.clone().unwrap_or_default(),
            },
            Some(_) => Happened::Waiting,
            // It has gone again meanwhile.
            None => return,
        };
        self.notice(what, reference);
    }

    pub(super) fn notice(&mut self, what: Happened, reference: String) {
        let Some(agent) = &self.agent else { return };
        let Some(known) = agent.notice(&reference) else {
            return;
        };
        let number = NhsNumber::parse(&known.nhs_number)
            .map(|number| number.spaced())
            .unwrap_or_default();
        let message = format!("{} from {}", known.topic, known.sender);
        // The number is never what gets cut off at the card's edge.
        let (patient, message) = match known.patient_name {
            Some(name) => (name, format!("NHS {number} · {message}")),
            None => (format!("NHS {number}"), message),
        };
        self.put_notice(what, reference, patient, message, known.record_url);
    }

    /// Something that somebody asked for outside any window could not be done.
    pub(super) fn trouble(&mut self, words: &str) {
        let what = Happened::Trouble {
            words: words.to_owned(),
        };
        self.put_notice(what, String::new(), String::new(), String::new(), None);
    }

    fn put_notice(
        &mut self,
        what: Happened,
        reference: String,
        patient: String,
        message: String,
        record: Option<String>,
    ) {
        self.notices.last += 1;
        let notice = Notice {
            id: self.notices.last,
            at: self.config.clock.now(),
            what,
            reference,
            patient,
            message,
            record,
        };
        let mut notice = notice;
        let list = Arc::make_mut(&mut self.shown.notices);
        if notice.what == Happened::Waiting {
            // However many come, one notice tells of them.
            let before = list.len();
            list.retain(|old| old.what != Happened::Waiting);
            let more = before > list.len();
            self.notices.waiting = if more { self.notices.waiting + 1 } else { 1 };
            if more {
                notice.patient = format!("{} messages wait for review", self.notices.waiting);
                notice.message = format!("The last one: {}", notice.message);
            }
        }
        // A newer word about a message takes the place of an older one.
        list.retain(|old| old.reference.is_empty() || old.reference != notice.reference);
        list.push(notice);
        if list.len() > KEPT {
            let oldest = list.iter().position(|old| !lasting(old)).unwrap_or(0);
            list.remove(oldest);
        }
    }

    /// Somebody closed one, or its time was over.
    pub(super) fn dismiss(&mut self, id: u64) {
        Arc::make_mut(&mut self.shown.notices).retain(|notice| notice.id != id);
    }

    /// Nothing of the last practitioner's stays.
    pub(super) fn clear_notices(&mut self) {
        self.notices.by_hand.clear();
        self.shown.notices = Arc::default();
    }
}
