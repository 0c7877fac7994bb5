//! The inbox as rows, with the names that the record system has for its patients.

use super::desk::Desk;
use crate::snapshot::{Inbox, Row, Why};
use jiff::Timestamp;
use model::NhsNumber;
use model::message::SubStatus;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use toolbar::{InboxView, PatientCard};
use wire::practice::Summary;

/// The record system is asked for so many names at a time.
const AT_ONCE: usize = 3;

/// Names that were looked up; an entry without one was looked up in vain.
#[derive(Default)]
pub(super) struct Names {
    known: HashMap<NhsNumber, Option<String>>,
    wanted: VecDeque<NhsNumber>,
    asking: usize,
}

impl Desk {
    /// It changed.
    pub(super) fn take_inbox(&mut self, view: Arc<InboxView>) {
        let before = Arc::clone(&self.shown.inbox);
        let known: HashMap<&str, &Row> = before
            .rows
            .iter()
            .map(|row| (row.reference.as_str(), row))
            .collect();
        let shown = view.rows.iter().filter_map(|each| {
            let mut row = self.row(each)?;
            // While somebody has it open, the platform doesn't say why it waits.
            if is(each, SubStatus::ImportInProgress)
                && let Some(known) = known.get(row.reference.as_str())
            {
                row.why = known.why;
                row.reason = row.reason.or_else(|| known.reason.clone());
            }
            Some(row)
        });
        let rows: Vec<Row> = shown.collect();
        self.review
            .failed
            .retain(|reference, _| rows.iter().any(|row| row.reference == *reference));
        self.shown.inbox = Arc::new(Inbox {
            rows,
            complete: view.complete,
        });
    }

    /// A row of the list.
    pub(super) fn row(&self, from: &Summary) -> Option<Row> {
        let Ok(nhs_number) = NhsNumber::parse(&from.nhs_number) else {
            tracing::warn!(message_ref = %from.message_ref, "a message without a valid NHS number");
            return None;
        };
        let moment = |text: &str| text.parse().unwrap_or(Timestamp::UNIX_EPOCH);
        // The platform doesn't know what failed at this PC while somebody had it open.
        let failed = self.review.failed.get(&from.message_ref);
        Some(Row {
            reference: from.message_ref.clone(),
            patient: self.names.known.get(&nhs_number).cloned().flatten(),
            nhs_number,
            sender: from.sender.clone(),
            topic: from.topic.clone(),
            received_at: moment(&from.received_at),
            expires_at: moment(&from.expires_at),
            why: failed.map_or_else(|| why(from), |_| Why::Failed),
            reason: failed
                .cloned()
                .or_else(|| from.reason.as_deref().map(super::words::sentence)),
            open_at: from.held_by.clone().filter(|_| !from.held_by_you),
            documents: from.attachments,
            coded_items: from.coded_data_items,
        })
    }

    /// Screens show these patients.
    pub(super) fn want_names(&mut self, numbers: Vec<NhsNumber>) {
        for number in numbers {
            if !self.names.known.contains_key(&number) && !self.names.wanted.contains(&number) {
                self.names.wanted.push_back(number);
            }
        }
        self.ask_names();
    }

    fn ask_names(&mut self) {
        let Some(agent) = &self.agent else { return };
        while self.names.asking < AT_ONCE {
            let Some(number) = self.names.wanted.pop_front() else {
                return;
            };
            self.names.asking += 1;
            // Nobody asks twice while it is on its way.
            self.names.known.insert(number.clone(), None);
            let agent = agent.clone();
            let asking = async move {
                let card = agent.patient(number.as_str()).await;
                (number, card)
            };
            self.aside(asking, |desk, (number, card)| {
                desk.names.asking = desk.names.asking.saturating_sub(1);
                match card {
                    Ok(PatientCard::One { name, .. }) => desk.name(&number, name),
                    Ok(_) => {}
                    // It may be asked again.
                    Err(_) => drop(desk.names.known.remove(&number)),
                }
                desk.ask_names();
            });
        }
    }

    /// A patient's name is known.
    pub(super) fn name(&mut self, number: &NhsNumber, name: String) {
        let of_theirs = |row: &&mut Row| row.nhs_number == *number;
        let inbox = &*self.shown.inbox;
        let mut rows = inbox.rows.clone();
        for row in rows.iter_mut().filter(of_theirs) {
            row.patient = Some(name.clone());
        }
        self.shown.inbox = Arc::new(Inbox {
            rows,
            complete: inbox.complete,
        });
        self.names.known.insert(number.clone(), Some(name));
    }
}

fn is(message: &Summary, sub: SubStatus) -> bool {
    message.sub_status.as_deref() == Some(sub.as_str())
}

fn why(message: &Summary) -> Why {
    let is = |sub| is(message, sub);
    if is(SubStatus::FailedInstantMessageImport) {
        Why::Failed
    } else if is(SubStatus::InstantMessageTimedOut) {
        Why::TimedOut
    } else if is(SubStatus::AuthorisationWithdrawn) {
        Why::Withdrawn
    } else if message.auto_import || is(SubStatus::AwaitingInstantImport) {
        Why::Importing
    } else {
        Why::Standard
    }
}
