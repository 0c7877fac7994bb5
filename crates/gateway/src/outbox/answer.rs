//! What the platform's answer to a message means. Decides, and does nothing.

use jiff::SignedDuration;
use sdk::{Error, Refusal};
use store::gateway::AttemptOutcome;
use wire::partner::Sent;
use wire::problem::{Problem, ProblemType};

/// The most of a problem document that is kept, in bytes.
const MAX_PROBLEM: usize = 64 * 1024;

/// What a call told of the platform itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    /// It works: an answer, be it a refusal.
    Good,
    /// Nothing about it.
    Nothing,
    /// It fails: no answer, an unintelligible one, 408 or 5xx.
    Failed,
    /// Our key or address is wrong: 401, 404 or 405. Sending more would only be more of the same.
    Misconfigured,
    /// It asks to be left alone for so long: 429.
    Busy(SignedDuration),
}

/// What becomes of the message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The platform has it.
    Accepted,
    /// The platform has had it since an earlier try.
    Found,
    /// Tried again, not before so long.
    Again(Option<SignedDuration>),
    /// Tried again at once, by whoever is there: this node ends.
    GivenBack,
    /// Refused, with this problem.
    Refused(ProblemType),
}

/// An answer, judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Judged {
    pub(crate) outcome: AttemptOutcome,
    pub(crate) verdict: Verdict,
    pub(crate) heard: Heard,
}

/// What an answer to a message means.
pub(crate) fn judge(answer: &Result<Sent, Error>) -> Judged {
    let (outcome, verdict) = match answer {
        Ok(_) => (AttemptOutcome::Accepted, Verdict::Accepted),
        Err(Error::Refused(refusal)) => (
            AttemptOutcome::Answer {
                status: refusal.status,
                problem: kept(refusal.problem.as_ref()),
            },
            verdict(refusal),
        ),
        Err(error) => {
            let word = match error {
                Error::Unintelligible(_) => "unintelligible",
                _ if error.is_time_out() => "timed-out",
                _ => "unreachable",
            };
            let outcome = AttemptOutcome::Nothing(word.to_owned());
            (outcome, Verdict::Again(None))
        }
    };
    Judged {
        outcome,
        verdict,
        heard: heard_of(answer.as_ref().err()),
    }
}

/// What a call told of the platform itself, from how it failed, if it did.
pub(crate) fn heard_of(error: Option<&Error>) -> Heard {
    match error {
        None => Heard::Good,
        Some(error @ Error::Refused(refusal)) => match refusal.status {
            401 | 404 | 405 => Heard::Misconfigured,
            408 | 500.. => Heard::Failed,
            // Without a time, the message's own patience is enough.
            429 => asked_for(error).map_or(Heard::Nothing, Heard::Busy),
            _ => Heard::Good,
        },
        Some(Error::Unreachable(_) | Error::Unintelligible(_)) => Heard::Failed,
    }
}

/// How long a busy platform asks to be left alone.
pub(crate) fn asked_for(error: &Error) -> Option<SignedDuration> {
    let time = error.retry_after()?;
    (error.status() == Some(429)).then(|| duration(time))
}

fn verdict(refusal: &Refusal) -> Verdict {
    match refusal.status {
        401 | 404 | 405 | 408 | 429 | 500.. => Verdict::Again(refusal.retry_after.map(duration)),
        status => Verdict::Refused(refusal.kind().unwrap_or(match status {
            403 => ProblemType::Forbidden,
            409 => ProblemType::MessageIdConflict,
            410 => ProblemType::TokenGone,
            413 => ProblemType::TooLarge,
            415 => ProblemType::UnsupportedMediaType,
            _ => ProblemType::ValidationError,
        })),
    }
}

fn duration(time: std::time::Duration) -> SignedDuration {
    SignedDuration::try_from(time).unwrap_or(SignedDuration::MAX)
}

/// A problem document as it is kept: its last faults go when it is too long.
fn kept(problem: Option<&Problem>) -> Option<String> {
    let mut problem = problem?.clone();
    loop {
        let text = serde_json::to_string(&problem).ok()?;
        if text.len() <= MAX_PROBLEM {
            return Some(text);
        }
        if problem.invalid_parameters.is_empty() {
            return None;
        }
        let half = problem.invalid_parameters.len() / 2;
        problem.invalid_parameters.truncate(half);
    }
}

#[cfg(test)]
mod tests;
