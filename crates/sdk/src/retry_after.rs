//! How long a server asks to be left alone: the header `Retry-After` of RFC 9110, in either of its forms.

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};
use std::time::Duration;

/// Reads the header's value: seconds, or a date as seen from `now`; one that has passed is no time at all.
pub fn retry_after(value: &str, now: Timestamp) -> Option<Duration> {
    seconds(value).or_else(|| {
        let wait = date(value)?.duration_since(now);
        Some(Duration::try_from(wait).unwrap_or_default())
    })
}

/// The same of an answer. Its own `Date` says what time it is there, however wrong that clock may be.
pub(crate) fn of(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?;
    seconds(value).or_else(|| retry_after(value, clock(headers)?))
}

/// What time it is at the other end, as its answer says.
pub(crate) fn clock(headers: &HeaderMap) -> Option<Timestamp> {
    date(headers.get(DATE)?.to_str().ok()?)
}

fn seconds(value: &str) -> Option<Duration> {
    value.trim().parse().ok().map(Duration::from_secs)
}

fn date(value: &str) -> Option<Timestamp> {
    DateTimeParser::new().parse_timestamp(value.trim()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::HeaderValue;

    fn headers(retry_after: &'static str, date: Option<&'static str>) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, HeaderValue::from_static(retry_after));
        if let Some(date) = date {
            headers.insert(DATE, HeaderValue::from_static(date));
        }
        headers
    }

    #[test]
    fn seconds_need_no_clock() {
        assert_eq!(of(&headers(" 120 ", None)), Some(Duration::from_mins(2)));
        assert_eq!(of(&headers("-1", None)), None);
        assert_eq!(of(&headers("soon", None)), None);
        assert_eq!(of(&HeaderMap::new()), None);
    }

    #[test]
    fn a_date_is_seen_from_the_servers_own_clock() {
        let at = "Sat, 21 Nov 2026 12:10:00 GMT";
        let wait = |date| of(&headers(at, date));
        let ten = Some(Duration::from_mins(10));
        assert_eq!(wait(Some("Sat, 21 Nov 2026 12:00:00 GMT")), ten);
        assert_eq!(
            wait(Some("Sat, 21 Nov 2026 12:20:00 GMT")),
            Some(Duration::ZERO)
        );
        assert_eq!(wait(None), None);
        assert_eq!(wait(Some("noon")), None);
    }
}
