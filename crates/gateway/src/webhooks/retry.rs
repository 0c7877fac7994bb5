//! What an endpoint's answer means, and when to try again: over days, and further apart each time.

use jiff::{SignedDuration, Timestamp};
use store::gateway::Answer;

#[cfg(test)]
mod tests;

/// The waits between tries, as the convention proposes them. With the first there are ten tries in a
/// little over three days.
const WAITS: [SignedDuration; 9] = [
    SignedDuration::from_secs(5),
    SignedDuration::from_mins(5),
    SignedDuration::from_mins(30),
    SignedDuration::from_hours(2),
    SignedDuration::from_hours(5),
    SignedDuration::from_hours(10),
    SignedDuration::from_hours(14),
    SignedDuration::from_hours(20),
    SignedDuration::from_hours(24),
];
/// A wait is longer by up to a tenth, so that what failed together does not come back together.
const JITTER: i64 = 10;
/// The longest wait that an endpoint may ask for.
const MAX_ASKED: SignedDuration = SignedDuration::from_hours(24);

/// Why an endpoint gave no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Silence {
    /// No connection, or it broke.
    Unreachable,
    /// The answer took too long.
    TimedOut,
    /// Its address is not public.
    RefusedAddress,
    /// No trust in the other end.
    Tls,
    /// Its secret cannot be unsealed now, so nothing was sent.
    NoSecret,
}

impl From<Silence> for Answer {
    fn from(silence: Silence) -> Self {
        let word = match silence {
            Silence::Unreachable => "unreachable",
            Silence::TimedOut => "timed-out",
            Silence::RefusedAddress => "refused-address",
            Silence::Tls => "tls",
            Silence::NoSecret => "no-secret",
        };
        Self::Nothing(word.to_owned())
    }
}

/// What to do after a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Nothing: it arrived.
    Delivered,
    /// Try again after so long.
    Again(SignedDuration),
    /// Give up on this delivery.
    Failed,
    /// Give up on the endpoint: it wants no more.
    Disable,
}

impl Verdict {
    /// As it is counted.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Again(_) => "again",
            Self::Failed => "failed",
            Self::Disable => "gone",
        }
    }
}

/// What the answer to the `tries`-th try (1 for the first) means, with the wait that the endpoint asked for.
/// `chance` is a random number.
pub(crate) fn verdict(
    tries: u32,
    answer: &Answer,
    asked: Option<SignedDuration>,
    chance: u64,
) -> Verdict {
    match answer {
        Answer::Status(200..300) => return Verdict::Delivered,
        Answer::Status(410) => return Verdict::Disable,
        // A redirection is a failure as any other. It is never followed, for it could lead anywhere.
        Answer::Status(_) | Answer::Nothing(_) => {}
    }
    let place = usize::try_from(tries.saturating_sub(1)).unwrap_or(usize::MAX);
    match WAITS.get(place) {
        Some(wait) => Verdict::Again(jittered(*wait, chance).max(asked.unwrap_or_default())),
        None => Verdict::Failed,
    }
}

fn jittered(wait: SignedDuration, chance: u64) -> SignedDuration {
    let most = u64::try_from((wait / i32::try_from(JITTER).unwrap_or(1)).as_millis()).unwrap_or(0);
    let extra = i64::try_from(chance % (most + 1)).unwrap_or(0);
    wait.saturating_add(SignedDuration::from_millis(extra))
}

/// Reads `Retry-After`: seconds, or a date as seen from `now`.
pub(crate) fn retry_after(value: &str, now: Timestamp) -> Option<SignedDuration> {
    let asked = SignedDuration::try_from(sdk::retry_after(value, now)?);
    Some(asked.map_or(MAX_ASKED, |asked| asked.min(MAX_ASKED)))
}
