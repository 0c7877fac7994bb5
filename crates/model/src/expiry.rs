//! When a message's time runs out (contract A.10).

use jiff::{SignedDuration, Timestamp};

/// How long a message lives when its sender does not say.
pub const DEFAULT: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How far ahead a sender may set the end.
pub const MAX_AHEAD: SignedDuration = SignedDuration::from_hours(366 * 24);

/// Why a text is no expiry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAnExpiry {
    /// Not an RFC 3339 date-time with `Z` or an offset.
    #[error("must be an RFC 3339 date-time with Z or an offset")]
    Shape,
    /// Not in the future.
    #[error("must be in the future")]
    Past,
    /// More than 366 days ahead.
    #[error("must be at most 366 days ahead")]
    TooFar,
}

/// Reads an RFC 3339 date-time, with `Z` or a numeric offset; nothing looser.
///
/// # Errors
/// [`NotAnExpiry::Shape`].
pub fn parse(text: &str) -> Result<Timestamp, NotAnExpiry> {
    if is_rfc3339(text) {
        text.parse().map_err(|_| NotAnExpiry::Shape)
    } else {
        Err(NotAnExpiry::Shape)
    }
}

/// Whether `at` may be a new message's end.
///
/// # Errors
/// [`NotAnExpiry::Past`], [`NotAnExpiry::TooFar`].
pub fn check(at: Timestamp, now: Timestamp) -> Result<(), NotAnExpiry> {
    if at <= now {
        Err(NotAnExpiry::Past)
    } else if at.duration_since(now) > MAX_AHEAD {
        Err(NotAnExpiry::TooFar)
    } else {
        Ok(())
    }
}

/// The grammar of RFC 3339, section 5.6: the parser behind it takes more than that.
fn is_rfc3339(text: &str) -> bool {
    let bytes = text.as_bytes();
    let fits = |range: std::ops::Range<usize>, pattern: &[u8]| {
        bytes.get(range).is_some_and(|part| {
            part.len() == pattern.len()
                && part.iter().zip(pattern).all(|(byte, want)| match want {
                    b'd' => byte.is_ascii_digit(),
                    other => byte.eq_ignore_ascii_case(other),
                })
        })
    };
    if !text.is_ascii() || !fits(0..19, b"dddd-dd-ddTdd:dd:dd") {
        return false;
    }
    let mut rest = bytes.get(19..).unwrap_or_default();
    if let Some(fraction) = rest.strip_prefix(b".") {
        let digits = fraction.iter().take_while(|b| b.is_ascii_digit()).count();
        if !(1..=9).contains(&digits) {
            return false;
        }
        rest = fraction.get(digits..).unwrap_or_default();
    }
    match rest {
        [b'Z' | b'z'] => true,
        // The parser takes offsets of a day and more.
        [b'+' | b'-', a @ b'0'..=b'2', b, b':', b'0'..=b'5', c] => {
            b.is_ascii_digit() && c.is_ascii_digit() && (*a < b'2' || *b < b'4')
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc_3339_and_nothing_looser() {
        for good in [
            "2026-11-21T04:00:00Z",
            "2026-11-21t04:00:00z",
            "2026-11-21T04:00:00.123456789+01:00",
            "2026-02-28T23:59:59-00:00",
            "2026-02-28T23:59:59-23:59",
        ] {
            assert!(parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "2026-11-21",
            "2026-11-21T04:00:00",
            "2026-11-21 04:00:00Z",
            "2026-11-21T04:00Z",
            "2026-02-30T04:00:00Z",
            "2026-11-21T04:00:00+0100",
            "2026-11-21T04:00:00+24:00",
            "2026-11-21T04:00:00+01:60",
            "2026-11-21T04:00:00Z[Europe/London]",
            "20261121T040000Z",
            "2026-11-21T04:00:00.Z",
            "2026-11-21T25:00:00Z",
            "tomorrow",
        ] {
            assert_eq!(parse(bad), Err(NotAnExpiry::Shape), "{bad}");
        }
    }

    #[test]
    fn the_end_lies_ahead_but_not_too_far() {
        let now: Timestamp = "2026-11-21T04:00:00Z".parse().unwrap();
        assert_eq!(check(now, now), Err(NotAnExpiry::Past));
        assert_eq!(check(now + SignedDuration::from_secs(1), now), Ok(()));
        assert_eq!(check(now + MAX_AHEAD, now), Ok(()));
        assert_eq!(
            check(now + MAX_AHEAD + SignedDuration::from_secs(1), now),
            Err(NotAnExpiry::TooFar)
        );
    }
}
