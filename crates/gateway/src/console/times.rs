//! Moments as people in the United Kingdom read them.

use httpkit::uk_time;
pub(super) use httpkit::uk_time::{ago, exact as moment};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use store::gateway::Day;

/// A moment as others wrote it; what can't be read stands as it is.
pub(super) fn written(text: &str) -> String {
    text.parse::<Timestamp>()
        .map_or_else(|_| text.to_owned(), moment)
}

/// The day of a moment, in UTC, as entries are reconciled.
pub(super) fn day_of(at: Timestamp) -> Day {
    let days = at.as_second().div_euclid(86_400);
    Day::try_from(days).unwrap_or_default()
}

/// The first moment of a day.
pub(super) fn begins(day: Day) -> Timestamp {
    Timestamp::from_second(i64::from(day) * 86_400).unwrap_or(Timestamp::MAX)
}

/// `21 November 2026`, and `2026-11-21` for addresses.
pub(super) fn shown(day: Day) -> (String, String) {
    let date = date(day);
    (uk_time::day(date), date.strftime("%Y-%m-%d").to_string())
}

fn date(day: Day) -> Date {
    begins(day).to_zoned(TimeZone::UTC).date()
}

/// Reads `2026-11-21`.
pub(super) fn parse_day(text: &str) -> Option<Day> {
    let date: Date = text.parse().ok()?;
    let at = date.to_zoned(TimeZone::UTC).ok()?.timestamp();
    Some(day_of(at))
}

/// What people call a period of the age filter.
pub(super) const AGES: [(&str, &str, SignedDuration); 5] = [
    (
        "15m",
        "Older than 15 minutes",
        SignedDuration::from_mins(15),
    ),
    ("1h", "Older than an hour", SignedDuration::from_hours(1)),
    ("1d", "Older than a day", SignedDuration::from_hours(24)),
    (
        "3d",
        "Older than three days",
        SignedDuration::from_hours(72),
    ),
    ("7d", "Older than a week", SignedDuration::from_hours(168)),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_the_same_there_and_back() {
        let at: Timestamp = "2026-11-21T23:59:59Z".parse().unwrap();
        let day = day_of(at);
        assert_eq!(shown(day), ("21 November 2026".into(), "2026-11-21".into()));
        assert_eq!(parse_day("2026-11-21"), Some(day));
        assert_eq!(day_of(begins(day)), day);
        assert_eq!(parse_day("21/11/2026"), None);
    }

    #[test]
    fn times_are_told_in_one_unit() {
        let now: Timestamp = "2026-07-01T12:00:00Z".parse().unwrap();
        assert_eq!(moment(now), "1 Jul 2026, 13:00:00");
        let before = |seconds| ago(now - SignedDuration::from_secs(seconds), now);
        assert_eq!(before(1), "1 second");
        assert_eq!(before(7200), "2 hours");
        assert_eq!(before(90_000), "1 day");
    }
}
