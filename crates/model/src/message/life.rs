//! The life cycle: stages that carry their facts, events, and the one function that joins them.

use super::LEASE;
use super::lease::{ClaimMode, FURTHEST_LEASE, Fence, Lease};
use crate::SessionId;
use jiff::{SignedDuration, Timestamp};

/// Why a message waits for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Review {
    /// It was sent as a standard message.
    Standard,
    /// It was instant, and nobody took it in time.
    TimedOut,
    /// It was instant, and the import failed; why, in words for the practice.
    ImportFailed(String),
    /// It was instant, and the practitioner withdrew permission before the import.
    AuthorisationWithdrawn,
}

/// What an unclaimed message waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// Its practitioner's toolbar, until the moment given.
    Instant {
        /// When it becomes a standard message.
        convert_at: Timestamp,
    },
    /// Someone at the practice.
    Review(Review),
}

/// Where a message stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Nobody holds it.
    Waiting {
        /// What for.
        what: Waiting,
        /// The number of the last claim; 0 before the first.
        last_fence: Fence,
    },
    /// A toolbar holds it.
    Claimed {
        /// The claim.
        lease: Lease,
        /// What it goes back to if the claim ends without a result.
        otherwise: Waiting,
    },
    /// In the patient's record. Never changes.
    Completed {
        /// By itself, or after review.
        mode: ClaimMode,
    },
    /// Refused by the practice. Never changes.
    Rejected {
        /// Why, in the practice's words.
        reason: String,
    },
    /// Its time ran out. Never changes.
    Expired,
}

/// What can happen to a message. Times of leases are chosen by the caller from [`super::LEASE`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A toolbar wants it.
    Claim {
        /// Whose session.
        holder: SessionId,
        /// What for.
        mode: ClaimMode,
        /// For how long.
        lease: SignedDuration,
    },
    /// The holder wants more time.
    Renew {
        /// The claim's number.
        fence: Fence,
        /// How much from now.
        lease: SignedDuration,
    },
    /// The holder gives it back.
    Release {
        /// The claim's number.
        fence: Fence,
    },
    /// The record system has it.
    Imported {
        /// The claim's number.
        fence: Fence,
    },
    /// The record system would not take it.
    ImportFailed {
        /// The claim's number.
        fence: Fence,
        /// Why.
        reason: String,
    },
    /// Someone at the practice refuses it.
    Rejected {
        /// The claim's number.
        fence: Fence,
        /// Why.
        reason: String,
    },
    /// The practitioner withdrew the permission it was sent under.
    Withdrawn,
}

/// What time alone brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timed {
    /// The conversion period is over.
    Convert,
    /// The lease ran out.
    LeaseEnd,
    /// The message's own time ran out.
    Expire,
}

/// One change: the stage after it, and when it took effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The new stage.
    pub stage: Stage,
    /// When.
    pub at: Timestamp,
}

/// Why an event changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Completed, rejected or expired.
    #[error("the message has reached its end")]
    Ended,
    /// Somebody else's claim is alive.
    #[error("somebody else holds the message")]
    Held,
    /// The caller's claim is no longer the present one.
    #[error("the lease was lost")]
    LeaseLost,
    /// An automatic claim on a message that waits for a person.
    #[error("the message waits for a person")]
    NotInstant,
}

impl Stage {
    /// A message as it starts: instant when `convert_at` is given.
    pub fn new(convert_at: Option<Timestamp>) -> Self {
        let what = convert_at.map_or(Waiting::Review(Review::Standard), |convert_at| {
            Waiting::Instant { convert_at }
        });
        Self::Waiting {
            what,
            last_fence: Fence(0),
        }
    }

    /// Whether nothing can change any more.
    pub fn is_terminal(&self) -> bool {
        match self {
            Self::Waiting { .. } | Self::Claimed { .. } => false,
            Self::Completed { .. } | Self::Rejected { .. } | Self::Expired => true,
        }
    }
}

/// The next change that time alone will bring, and when.
///
/// A live lease holds off expiry and conversion of the stage: whoever imports right now must be able
/// to say so. Both are made up for when the lease ends.
pub fn next_due(stage: &Stage, expires_at: Timestamp) -> Option<(Timestamp, Timed)> {
    match stage {
        Stage::Waiting {
            what: Waiting::Instant { convert_at },
            ..
        } if *convert_at < expires_at => Some((*convert_at, Timed::Convert)),
        Stage::Waiting { .. } => Some((expires_at, Timed::Expire)),
        Stage::Claimed { lease, .. } => Some((lease.until, Timed::LeaseEnd)),
        Stage::Completed { .. } | Stage::Rejected { .. } | Stage::Expired => None,
    }
}

/// Every change that time alone has brought until `now` to a message that has had `stage` since `since`,
/// in order; the last is the present stage.
///
/// For showing. A lease that a clock set back has put into the future is shown as over, so that somebody
/// asks for the message; whoever writes uses [`settle_to_write`].
pub fn settle(stage: &Stage, since: Timestamp, expires_at: Timestamp, now: Timestamp) -> Vec<Step> {
    if too_far_ahead(stage, now).is_some() {
        // Nothing more: whoever asks may learn that the message is still held.
        let at = now.max(since);
        let stage = by_time(stage, Timed::LeaseEnd, at);
        return vec![Step { stage, at }];
    }
    let mut steps: Vec<Step> = Vec::new();
    loop {
        let current = steps.last().map_or(stage, |step| &step.stage);
        let Some((due, timed)) = next_due(current, expires_at).filter(|(due, _)| *due <= now)
        else {
            return steps;
        };
        // What was held off by a lease takes effect when the lease ends, not in the past.
        let at = due.max(steps.last().map_or(since, |step| step.at));
        let after = by_time(current, timed, at);
        steps.push(Step { stage: after, at });
    }
}

/// As [`settle`], for whoever writes the steps down.
///
/// A lease that a clock set back has put into the future is not over: its holder may be writing to a record
/// this moment. It is cut to one lease from now, and that is written, so that it ends: whether by its holder
/// or by somebody who asked for the message in vain, it is cut once.
pub fn settle_to_write(
    stage: &Stage,
    since: Timestamp,
    expires_at: Timestamp,
    now: Timestamp,
) -> Vec<Step> {
    let Some((lease, otherwise)) = too_far_ahead(stage, now) else {
        return settle(stage, since, expires_at, now);
    };
    let lease = Lease {
        until: now + LEASE,
        ..lease.clone()
    };
    let stage = Stage::Claimed {
        lease,
        otherwise: otherwise.clone(),
    };
    let at = now.max(since);
    vec![Step { stage, at }]
}

/// The claim, if its lease ends further ahead than any does unless the clock was set back after it was
/// granted.
fn too_far_ahead(stage: &Stage, now: Timestamp) -> Option<(&Lease, &Waiting)> {
    match stage {
        Stage::Claimed { lease, otherwise } if lease.until > now + FURTHEST_LEASE => {
            Some((lease, otherwise))
        }
        _ => None,
    }
}

fn by_time(stage: &Stage, timed: Timed, at: Timestamp) -> Stage {
    match (timed, stage) {
        (Timed::Convert, Stage::Waiting { last_fence, .. }) => Stage::Waiting {
            what: Waiting::Review(Review::TimedOut),
            last_fence: *last_fence,
        },
        (Timed::Expire, Stage::Waiting { .. }) => Stage::Expired,
        (Timed::LeaseEnd, Stage::Claimed { lease, otherwise }) => {
            go_back(lease.fence, otherwise, at)
        }
        (_, other) => other.clone(),
    }
}

/// Where a claim without a result leads: back, or on if the conversion period ended meanwhile.
fn go_back(last_fence: Fence, otherwise: &Waiting, now: Timestamp) -> Stage {
    let what = match otherwise {
        Waiting::Instant { convert_at } if *convert_at <= now => Waiting::Review(Review::TimedOut),
        other => other.clone(),
    };
    Stage::Waiting { what, last_fence }
}

/// Decides what `event` does to a message at `now`. The stage must be settled (see [`settle_to_write`]).
///
/// # Errors
/// [`Refused`]; the stage is then unchanged.
pub fn step(stage: &Stage, event: &Event, now: Timestamp) -> Result<Stage, Refused> {
    if stage.is_terminal() {
        return Err(Refused::Ended);
    }
    match event {
        Event::Claim {
            holder,
            mode,
            lease,
        } => claim(stage, *holder, *mode, now + *lease),
        Event::Withdrawn => Ok(withdraw(stage)),
        Event::Renew { fence, lease: more } => {
            let (lease, otherwise) = held(stage, *fence, now)?;
            let lease = Lease {
                until: now + *more,
                ..lease.clone()
            };
            Ok(Stage::Claimed {
                lease,
                otherwise: otherwise.clone(),
            })
        }
        Event::Release { fence } => {
            let (lease, otherwise) = held(stage, *fence, now)?;
            Ok(go_back(lease.fence, otherwise, now))
        }
        Event::Imported { fence } => {
            let (lease, _) = held(stage, *fence, now)?;
            Ok(Stage::Completed { mode: lease.mode })
        }
        Event::ImportFailed { fence, reason } => {
            let (lease, otherwise) = held(stage, *fence, now)?;
            let what = match otherwise {
                Waiting::Instant { .. } => Waiting::Review(Review::ImportFailed(reason.clone())),
                review @ Waiting::Review(_) => review.clone(),
            };
            Ok(Stage::Waiting {
                what,
                last_fence: lease.fence,
            })
        }
        Event::Rejected { fence, reason } => {
            held(stage, *fence, now)?;
            Ok(Stage::Rejected {
                reason: reason.clone(),
            })
        }
    }
}

fn claim(
    stage: &Stage,
    holder: SessionId,
    mode: ClaimMode,
    until: Timestamp,
) -> Result<Stage, Refused> {
    let Stage::Waiting { what, last_fence } = stage else {
        return Err(Refused::Held);
    };
    if mode == ClaimMode::Automatic && !matches!(what, Waiting::Instant { .. }) {
        return Err(Refused::NotInstant);
    }
    let lease = Lease {
        holder,
        fence: last_fence.next(),
        until,
        mode,
    };
    Ok(Stage::Claimed {
        lease,
        otherwise: what.clone(),
    })
}

fn withdraw(stage: &Stage) -> Stage {
    let changed = |what: &Waiting| match what {
        Waiting::Instant { .. } => Waiting::Review(Review::AuthorisationWithdrawn),
        Waiting::Review(_) => what.clone(),
    };
    match stage {
        Stage::Waiting { what, last_fence } => Stage::Waiting {
            what: changed(what),
            last_fence: *last_fence,
        },
        Stage::Claimed { lease, otherwise } => Stage::Claimed {
            lease: lease.clone(),
            otherwise: changed(otherwise),
        },
        ended => ended.clone(),
    }
}

/// The claim, if `fence` is its number and it still lives.
fn held(stage: &Stage, fence: Fence, now: Timestamp) -> Result<(&Lease, &Waiting), Refused> {
    match stage {
        Stage::Claimed { lease, otherwise } if lease.fence == fence && now < lease.until => {
            Ok((lease, otherwise))
        }
        _ => Err(Refused::LeaseLost),
    }
}
