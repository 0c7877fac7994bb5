//! How fast we ask: tries of what had no answer, and looks at where an accepted message stands.

use super::{Kind, MAX_BACKOFF};
use jiff::{SignedDuration, Timestamp};

/// The first wait, in milliseconds; each further one may be twice as long.
const FIRST_MILLIS: u64 = 500;

/// How long to wait after the `tries`-th try had no good answer (1 for the first): full jitter, that is
/// anything from nothing to the bound, which doubles with each try up to [`MAX_BACKOFF`]. `chance` is a
/// random number. What the server asked for (`Retry-After`) is the least, and is then spread as well.
pub fn backoff(tries: u32, chance: u64, retry_after: Option<SignedDuration>) -> SignedDuration {
    let longest = u64::try_from(MAX_BACKOFF.as_millis()).unwrap_or(u64::MAX);
    let doubled = FIRST_MILLIS.saturating_mul(1_u64 << tries.saturating_sub(1).min(20));
    let bound = doubled.min(longest);
    let jitter = SignedDuration::from_millis(i64::try_from(chance % (bound + 1)).unwrap_or(0));
    match retry_after {
        Some(asked) => asked
            .min(SignedDuration::from_hours(24))
            .saturating_add(jitter),
        None => jitter,
    }
}

/// What is known of an accepted message that is being followed.
#[derive(Clone, Copy, Debug)]
pub struct Followed {
    /// Instant or standard.
    pub kind: Kind,
    /// When the platform accepted it.
    pub accepted_at: Timestamp,
    /// When its time runs out.
    pub expires_at: Timestamp,
}

/// An instant message is looked at after so long: it is in the record within seconds when all is well.
const INSTANT_LOOKS: [SignedDuration; 4] = [
    SignedDuration::from_secs(5),
    SignedDuration::from_secs(30),
    SignedDuration::from_mins(2),
    SignedDuration::from_mins(11),
];
/// On the first day.
const FIRST_DAY: SignedDuration = SignedDuration::from_hours(1);
/// After it: four times a day (facts file 3.8; contract E).
const LATER: SignedDuration = SignedDuration::from_hours(6);
const DAY: SignedDuration = SignedDuration::from_hours(24);
/// The look just before a message's time runs out.
const BEFORE_EXPIRY: SignedDuration = SignedDuration::from_mins(5);
/// The looks after it. A platform may notice an expiry late, or its clock may be behind, so the last word can take a
/// while; whoever has said nothing new a week later is asked no more.
const AFTER_EXPIRY: [SignedDuration; 10] = [
    SignedDuration::from_mins(1),
    SignedDuration::from_hours(1),
    SignedDuration::from_hours(6),
    SignedDuration::from_hours(24),
    SignedDuration::from_hours(2 * 24),
    SignedDuration::from_hours(3 * 24),
    SignedDuration::from_hours(4 * 24),
    SignedDuration::from_hours(5 * 24),
    SignedDuration::from_hours(6 * 24),
    SignedDuration::from_hours(7 * 24),
];

/// When to ask next where a message stands, after a look at `now` that found it still pending. `None` from a week
/// after its time ran out: nothing more will be heard of it. Against a server that announces its events this is only
/// the safety net.
pub fn next_look(message: Followed, now: Timestamp) -> Option<Timestamp> {
    let at = |from: Timestamp, wait| from.saturating_add(wait).unwrap_or(Timestamp::MAX);
    let after = AFTER_EXPIRY
        .into_iter()
        .map(|wait| at(message.expires_at, wait))
        .find(|look| *look > now)?;
    if now >= message.expires_at {
        return Some(after);
    }
    let early = (message.kind == Kind::Instant)
        .then(|| {
            INSTANT_LOOKS
                .into_iter()
                .map(|wait| at(message.accepted_at, wait))
                .find(|look| *look > now)
        })
        .flatten();
    let steady = if now < at(message.accepted_at, DAY) {
        at(now, FIRST_DAY)
    } else {
        at(now, LATER)
    };
    let before = at(message.expires_at, -BEFORE_EXPIRY);
    let next = early.unwrap_or(steady);
    let next = if before > now { next.min(before) } else { next };
    Some(next.min(after))
}

/// Whether nothing more will be heard of a message after this look.
pub fn is_last_look(message: Followed, now: Timestamp) -> bool {
    next_look(message, now).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn message(kind: Kind) -> Followed {
        let accepted_at: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
        Followed {
            kind,
            accepted_at,
            expires_at: accepted_at + SignedDuration::from_hours(30 * 24),
        }
    }

    #[test]
    fn after_the_first_day_at_most_four_looks_a_day() {
        let message = message(Kind::Standard);
        let mut now = message.accepted_at + DAY;
        let end = now + SignedDuration::from_hours(10 * 24);
        let mut looks = 0;
        while let Some(next) = next_look(message, now)
            && next < end
        {
            looks += 1;
            now = next;
        }
        assert!(looks <= 40, "{looks}");
    }

    #[test]
    fn an_expiry_is_looked_for_just_before_it_and_for_a_week_after_it() {
        let message = message(Kind::Instant);
        let mut now = message.accepted_at;
        let mut looks = vec![now];
        while let Some(next) = next_look(message, now) {
            assert!(next > now);
            looks.push(next);
            now = next;
        }
        assert!(looks.contains(&(message.expires_at - BEFORE_EXPIRY)));
        let after: Vec<_> = looks
            .into_iter()
            .filter(|look| *look >= message.expires_at)
            .map(|look| look.duration_since(message.expires_at).as_mins())
            .collect();
        let days = (1..=7).map(|day| day * 24 * 60);
        let expected: Vec<_> = [1, 60, 6 * 60].into_iter().chain(days).collect();
        assert_eq!(after, expected);
        assert!(is_last_look(message, now));
    }

    #[test]
    fn a_look_that_comes_late_is_followed_by_the_next_of_the_rest() {
        let message = message(Kind::Standard);
        let hours = |hours| message.expires_at + SignedDuration::from_hours(hours);
        assert_eq!(
            next_look(message, hours(0)),
            Some(hours(0) + AFTER_EXPIRY[0])
        );
        assert_eq!(next_look(message, hours(30)), Some(hours(48)));
        assert_eq!(next_look(message, hours(7 * 24)), None);
        assert_eq!(next_look(message, hours(9 * 24)), None);
    }

    proptest! {
        #[test]
        fn a_wait_stays_within_its_bounds(tries in 0_u32..100, chance: u64, asked in 0_i64..100_000) {
            let free = backoff(tries, chance, None);
            prop_assert!(!free.is_negative() && free <= MAX_BACKOFF);
            let asked = SignedDuration::from_secs(asked);
            let waited = backoff(tries, chance, Some(asked));
            prop_assert!(waited >= asked.min(SignedDuration::from_hours(24)));
        }
    }
}
