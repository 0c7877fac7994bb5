//! Renewing tokens: when, and what an answer means. A refresh token works once; used twice, it ends the session
//! (contract F.6). So whatever may have spent it is never followed by a second use.

use super::{Lapse, Risk};
use jiff::{SignedDuration, Timestamp};

/// Who renews a link's tokens holds it alone for so long. The call itself takes at most [`CALL`].
pub const LEASE: SignedDuration = SignedDuration::from_secs(60);
/// A call of the token endpoint takes no longer.
pub const CALL: SignedDuration = SignedDuration::from_secs(20);
/// A token is taken as over so long before its end, or a tenth of its life before it if that is less: the call that
/// uses it takes time, and clocks differ.
pub const MARGIN: SignedDuration = SignedDuration::from_secs(30);
/// A link that nobody uses is renewed so often, so that a session that ended is noticed within about a day.
pub const KEEP_ALIVE: SignedDuration = SignedDuration::from_hours(24);
/// The first wait after a renewal that spent nothing; doubled each time.
const FIRST_WAIT: SignedDuration = SignedDuration::from_secs(30);
/// The longest of these waits.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(1);
/// No server's `Retry-After` is obeyed for longer.
pub const LONGEST_ASKED: SignedDuration = SignedDuration::from_hours(24);
/// The last part of a session of known length in which it is told to be ending, in days at most.
const ENDING_DAYS: i64 = 14;
/// A life that no server means: it is cut to this.
const LONGEST_LIFE: SignedDuration = SignedDuration::from_hours(366 * 24);

fn later(from: Timestamp, period: SignedDuration) -> Timestamp {
    from.saturating_add(period).unwrap_or(Timestamp::MAX)
}

/// A part of a period, in thousandths of it.
fn part(of: SignedDuration, thousandths: u64) -> SignedDuration {
    let millis = of.as_millis().saturating_mul(i128::from(thousandths)) / 1000;
    SignedDuration::from_millis(i64::try_from(millis).unwrap_or(i64::MAX))
}

/// Until when an access token is used that was obtained at `at` with `expires_in` seconds to live: contract F.4.
pub fn good_until(at: Timestamp, expires_in: u64) -> Timestamp {
    let seconds = i64::try_from(expires_in).unwrap_or(i64::MAX);
    let life = SignedDuration::from_secs(seconds).min(LONGEST_LIFE);
    later(at, life - part(life, 100).min(MARGIN))
}

/// When a pair is renewed that was obtained at `at` and is good until `until`: if it is `used`, at 70 to 85 % of that
/// time, so that nobody has to wait for it; else after about [`KEEP_ALIVE`]. Without a refresh token, when it ends:
/// then the link lapses. `chance` is a random number, so that many links do not come at once.
pub fn due(
    at: Timestamp,
    until: Timestamp,
    has_refresh: bool,
    used: bool,
    chance: u64,
) -> Timestamp {
    if !has_refresh {
        return until;
    }
    if used {
        return later(at, part(until.duration_since(at), 700 + chance % 151));
    }
    let idle = later(at, part(KEEP_ALIVE, 900 + chance % 201));
    // A token that lives longer than a day needs no keeping alive before that.
    idle.max(later(at, part(until.duration_since(at), 700)))
}

/// How long to wait after the `failures`-th renewal in a row that spent nothing (1 for the first), at least what the
/// server asked for. Half of it is chance.
pub fn wait(failures: u32, chance: u64, asked: Option<SignedDuration>) -> SignedDuration {
    let doubled = (0..failures.saturating_sub(1).min(16)).fold(FIRST_WAIT, |wait, _| {
        wait.checked_mul(2)
            .unwrap_or(LONGEST_WAIT)
            .min(LONGEST_WAIT)
    });
    let jittered = part(doubled, 500 + chance % 501);
    let asked = asked.unwrap_or(SignedDuration::ZERO).min(LONGEST_ASKED);
    jittered.max(asked.saturating_add(part(jittered, 100)).min(LONGEST_ASKED))
}

/// Whether a link is at risk right after its tokens were obtained, and when it would end. `authorised_at` is when the
/// patient last said yes; `session` how long a session is known to be.
pub fn risk(
    now: Timestamp,
    until: Timestamp,
    has_refresh: bool,
    authorised_at: Timestamp,
    session: Option<SignedDuration>,
) -> Option<(Risk, Timestamp)> {
    if !has_refresh {
        return Some((Risk::LastToken, until));
    }
    let (told_from, ends) = ending(authorised_at, session?);
    (now >= told_from).then_some((Risk::SessionEnding, ends))
}

/// From when on a session of known length is told to be ending, and its end.
fn ending(authorised_at: Timestamp, session: SignedDuration) -> (Timestamp, Timestamp) {
    let ends = later(authorised_at, session);
    let warned = part(session, 100).min(SignedDuration::from_hours(24 * ENDING_DAYS));
    (ends.saturating_sub(warned).unwrap_or(Timestamp::MIN), ends)
}

/// A pair that would be renewed at `due` is renewed no later than when its session is told to be ending, and once more
/// [`MARGIN`] after its end: that is when [`risk`] is asked again, and when the end shows, and nobody may be looking
/// meanwhile.
pub fn due_in_session(
    due: Timestamp,
    now: Timestamp,
    authorised_at: Timestamp,
    session: Option<SignedDuration>,
) -> Timestamp {
    let Some(session) = session else {
        return due;
    };
    let (told_from, ends) = ending(authorised_at, session);
    let mut looks = [told_from, later(ends, MARGIN)].into_iter();
    looks
        .find(|look| *look > now)
        .map_or(due, |look| due.min(look))
}

/// How a call of the token endpoint ended that brought no tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoTokens<'a> {
    /// Nothing was sent: no connection was made.
    NotSent,
    /// It was sent, or may have been, and no answer came that can be read.
    Lost,
    /// PKB answered.
    Answered {
        /// HTTP status.
        status: u16,
        /// The error code of RFC 6749, section 5.2, if there was one.
        error: Option<&'a str>,
    },
}

/// What that means for the refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It was not spent: the same token may be used later.
    NotSpent,
    /// It is of no more use, or may be spent.
    Lapsed(Lapse),
}

/// Reads an answer to a refresh. Whatever leaves open whether the token was spent counts as a lost answer: a success that
/// can't be read, and what a go-between says that had sent the request on and lost PKB's answer (502, 504; 499, 509 and
/// 520 to 599, which no standard knows and go-betweens use for that).
pub fn verdict(no_tokens: NoTokens<'_>) -> Verdict {
    match no_tokens {
        NoTokens::Lost
        | NoTokens::Answered {
            status: 200..=299 | 499 | 502 | 504 | 509 | 520..=599,
            ..
        } => Verdict::Lapsed(Lapse::AnswerLost),
        NoTokens::Answered {
            error: Some("invalid_grant"),
            ..
        } => Verdict::Lapsed(Lapse::SessionOver),
        // Other errors are about the caller, or about now; PKB says itself that it made no tokens. A PKB that is down for an
        // hour behind a page of 500, 503 or a redirect must not cost every patient the session.
        NoTokens::NotSent | NoTokens::Answered { .. } => Verdict::NotSpent,
    }
}

#[cfg(test)]
mod tests;
