//! A stage as columns, there and back.

use super::{Cells, int};
use crate::{Result, StoreError};
use jiff::Timestamp;
use model::message::{Approval, ClaimMode, Lease, Review, Stage, Waiting, next_due};
use model::{SessionId, SpineUserId};

/// A stage and what is derived from it, as they are written.
pub struct Columns<'a> {
    /// Its name.
    pub stage: &'static str,
    /// What it waits for, or goes back to when a claim ends without a result.
    pub waits_for: Option<&'static str>,
    /// When an instant one converts.
    pub convert_at: Option<i64>,
    /// Why it was rejected, or its import failed.
    pub reason: Option<&'a str>,
    /// The last fence that was given.
    pub fence: i64,
    /// Who holds it.
    pub lease_holder: Option<SessionId>,
    /// Until when.
    pub lease_until: Option<i64>,
    /// How it is, or was, handled.
    pub mode: Option<&'static str>,
    /// Who alone may see it.
    pub only_for: Option<&'a str>,
    /// When time changes it next.
    pub due_at: Option<i64>,
    /// Since when it is at its end.
    pub ended_at: Option<i64>,
}

impl<'a> Columns<'a> {
    /// The columns of a stage that a message has since `at`.
    pub fn of(
        stage: &'a Stage,
        approval: Option<&'a Approval>,
        expires_at: Timestamp,
        at: Timestamp,
    ) -> Self {
        let mut columns = Self {
            stage: "expired",
            waits_for: None,
            convert_at: None,
            reason: None,
            fence: 0,
            lease_holder: None,
            lease_until: None,
            mode: None,
            only_for: model::policy::only_for(stage, approval).map(SpineUserId::as_str),
            due_at: next_due(stage, expires_at).map(|(due, _)| due.as_millisecond()),
            ended_at: stage.is_terminal().then(|| at.as_millisecond()),
        };
        match stage {
            Stage::Waiting { what, last_fence } => {
                columns.stage = "waiting";
                columns.fence = int(last_fence.0);
                columns.wait(what);
            }
            Stage::Claimed { lease, otherwise } => {
                columns.stage = "claimed";
                columns.fence = int(lease.fence.0);
                columns.lease_holder = Some(lease.holder);
                columns.lease_until = Some(lease.until.as_millisecond());
                columns.mode = Some(mode_name(lease.mode));
                columns.wait(otherwise);
            }
            Stage::Completed { mode } => {
                columns.stage = "completed";
                columns.mode = Some(mode_name(*mode));
            }
            Stage::Rejected { reason } => {
                columns.stage = "rejected";
                columns.reason = Some(reason);
            }
            Stage::Expired => {}
        }
        columns
    }

    fn wait(&mut self, what: &'a Waiting) {
        self.waits_for = Some(match what {
            Waiting::Instant { convert_at } => {
                self.convert_at = Some(convert_at.as_millisecond());
                "instant"
            }
            Waiting::Review(Review::Standard) => "standard",
            Waiting::Review(Review::TimedOut) => "timed-out",
            Waiting::Review(Review::ImportFailed(reason)) => {
                self.reason = Some(reason);
                "import-failed"
            }
            Waiting::Review(Review::AuthorisationWithdrawn) => "withdrawn",
        });
    }
}

fn mode_name(mode: ClaimMode) -> &'static str {
    match mode {
        ClaimMode::Automatic => "automatic",
        ClaimMode::Review => "review",
    }
}

/// Reads the stage columns, from `stage` to `mode`.
///
/// # Errors
/// [`StoreError::Inconsistent`] when they do not fit together.
pub fn read(cells: &mut impl Cells) -> Result<Stage> {
    let stage: String = cells.take("message.stage")?;
    let waits_for: Option<String> = cells.take("message.waits_for")?;
    let convert_at: Option<Timestamp> = cells.take("message.convert_at")?;
    let reason: Option<String> = cells.take("message.reason")?;
    let fence = cells.take("message.fence")?;
    let holder: Option<SessionId> = cells.take("message.lease_holder")?;
    let until: Option<Timestamp> = cells.take("message.lease_until")?;
    let mode: Option<ClaimMode> = cells.take("message.mode")?;
    let waits = || {
        Some(match waits_for.as_deref()? {
            "instant" => Waiting::Instant {
                convert_at: convert_at?,
            },
            "standard" => Waiting::Review(Review::Standard),
            "timed-out" => Waiting::Review(Review::TimedOut),
            "import-failed" => Waiting::Review(Review::ImportFailed(reason.clone()?)),
            "withdrawn" => Waiting::Review(Review::AuthorisationWithdrawn),
            _ => return None,
        })
    };
    let whole = || {
        Some(match stage.as_str() {
            "waiting" => Stage::Waiting {
                what: waits()?,
                last_fence: fence,
            },
            "claimed" => Stage::Claimed {
                lease: Lease {
                    holder: holder?,
                    fence,
                    until: until?,
                    mode: mode?,
                },
                otherwise: waits()?,
            },
            "completed" => Stage::Completed { mode: mode? },
            "rejected" => Stage::Rejected {
                reason: reason.clone()?,
            },
            "expired" => Stage::Expired,
            _ => return None,
        })
    };
    whole().ok_or(StoreError::Inconsistent {
        place: "message.stage",
    })
}
