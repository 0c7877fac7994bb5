//! What changes a message's stage, and what that leaves behind: decided here, written by a back end in one
//! transaction.

use super::Stored;
use jiff::Timestamp;
use model::message::{Event, Refused, Stage, Status, Step, SubStatus, settle_to_write, show, step};
use model::policy::only_for;
use model::{Actor, SpineUserId};

#[cfg(test)]
mod tests;

/// What is to be written.
#[derive(Debug)]
#[must_use]
pub struct Change {
    /// In this order. Without any, the message's row stays as it is.
    pub lines: Vec<Line>,
    /// What the life cycle said to the event.
    pub answer: std::result::Result<(), Refused>,
}

/// What one step leaves behind, beside the message's own row.
#[derive(Debug, PartialEq, Eq)]
pub struct Line {
    /// Who did it, for the audit log.
    pub by: Actor,
    /// When.
    pub at: Timestamp,
    /// What, for the audit log; its subject is the message's reference.
    pub action: &'static str,
    /// A status that changed is a line of the history, and moves the message from one count to another.
    pub status: Option<Moved>,
    /// Whose feeds tell of it.
    pub told: Told,
    /// Who alone at the practice is told.
    pub only: Option<SpineUserId>,
}

/// A status that changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moved {
    /// What it was.
    pub from: (Status, Option<SubStatus>),
    /// What it is.
    pub to: (Status, Option<SubStatus>),
}

/// Whose feeds tell of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// Nobody's: a renewed lease is nothing that anybody is shown.
    Nobody,
    /// The practice's, of the message.
    Practice,
    /// The practice's, of the message, and the sender's, of the new status.
    Both,
}

/// Settles `stored` and asks the life cycle about `event`. `stored` becomes what is to be written; a
/// history that it carries gets the new lines.
pub fn happen(stored: &mut Stored, by: &Actor, event: &Event, at: Timestamp) -> Change {
    let at = whole_milliseconds(at);
    let mut lines = Vec::new();
    settle_until(stored, at, &mut lines);
    let answer = match step(&stored.stage, event, at) {
        Err(refused) => Err(refused),
        Ok(stage) if stage == stored.stage => Ok(()),
        Ok(stage) => {
            // A clock that was set back does not turn the order of a history.
            let at = at.max(stored.changed_at);
            let renewed = matches!(event, Event::Renew { .. });
            lines.push(enter(
                stored,
                Step { stage, at },
                by,
                action(event),
                !renewed,
            ));
            Ok(())
        }
    };
    Change { lines, answer }
}

/// Does to `stored` what time alone has brought until `now`.
pub fn settle(stored: &mut Stored, now: Timestamp) -> Change {
    let mut lines = Vec::new();
    settle_until(stored, whole_milliseconds(now), &mut lines);
    Change {
        lines,
        answer: Ok(()),
    }
}

/// Times are kept in milliseconds, so rules must not see a finer one that would later read otherwise.
fn whole_milliseconds(at: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at)
}

fn settle_until(stored: &mut Stored, now: Timestamp, lines: &mut Vec<Line>) {
    let steps = settle_to_write(
        &stored.stage,
        stored.changed_at,
        stored.envelope.expires_at,
        now,
    );
    for step in steps {
        let action = match (&stored.stage, &step.stage) {
            (_, Stage::Expired) => "expire message",
            (_, Stage::Claimed { .. }) => "cut lease of message",
            (Stage::Claimed { .. }, _) => "end lease of message",
            _ => "convert message",
        };
        lines.push(enter(stored, step, &Actor::System, action, true));
    }
}

fn enter(
    stored: &mut Stored,
    Step { stage, at }: Step,
    by: &Actor,
    action: &'static str,
    shown: bool,
) -> Line {
    let (status, sub_status, _) = show(&stage);
    let (old_status, old_sub_status, _) = show(&stored.stage);
    let moved = Moved {
        from: (old_status, old_sub_status),
        to: (status, sub_status),
    };
    let only = only_for(&stage, stored.envelope.approval.as_ref()).cloned();
    let (status, told) = match (moved.from == moved.to, shown) {
        (false, _) => (Some(moved), Told::Both),
        (true, true) => (None, Told::Practice),
        (true, false) => (None, Told::Nobody),
    };
    if let Some(Moved { to, .. }) = status {
        stored.history.push((to.0, to.1, at));
        stored.changed_at = at;
    }
    stored.stage = stage;
    Line {
        by: by.clone(),
        at,
        action,
        status,
        told,
        only,
    }
}

/// What the audit log calls the renewal of a lease: three a minute for each open message.
pub const RENEWED: &str = "renew lease of message";

/// What an event is called in the audit log.
fn action(event: &Event) -> &'static str {
    match event {
        Event::Claim { .. } => "claim message",
        Event::Renew { .. } => RENEWED,
        Event::Release { .. } => "release message",
        Event::Imported { .. } => "complete message",
        Event::ImportFailed { .. } => "report failed import of message",
        Event::Rejected { .. } => "reject message",
        Event::Withdrawn => "withdraw approval of message",
    }
}
