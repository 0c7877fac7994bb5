//! Times in words, with dates as the NHS writes them: 21-Nov-2026.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// A message is marked when less than this is left to it.
pub(crate) const SOON: SignedDuration = SignedDuration::from_hours(48);

/// A date: `12-Mar-1956`.
pub(crate) fn date(day: Date) -> String {
    day.strftime("%d-%b-%Y").to_string()
}

/// A moment in `zone`: `21-Nov-2026 14:05`.
pub(crate) fn moment(zone: &TimeZone, at: Timestamp) -> String {
    at.to_zoned(zone.clone())
        .strftime("%d-%b-%Y %H:%M")
        .to_string()
}

/// A moment of the near past: `today 14:05`, `yesterday 09:12`, otherwise as [`moment`].
pub(crate) fn recently(now: Timestamp, zone: &TimeZone, at: Timestamp) -> String {
    let [today, then] = [now, at].map(|moment| moment.to_zoned(zone.clone()));
    let hour = then.strftime("%H:%M");
    if then.date() == today.date() {
        format!("today {hour}")
    } else if today.date().yesterday().is_ok_and(|day| day == then.date()) {
        format!("yesterday {hour}")
    } else {
        moment(zone, at)
    }
}

/// How long it is: `3 h`, `2 days`.
fn long(span: SignedDuration) -> String {
    let minutes = span.as_mins();
    match minutes {
        ..1 => "under 1 min".to_owned(),
        1..60 => format!("{minutes} min"),
        60..2880 => format!("{} h", minutes / 60),
        _ => format!("{} days", minutes / 1440),
    }
}

/// The age of something that came at `then`.
pub(crate) fn age(now: Timestamp, then: Timestamp) -> String {
    long(now.duration_since(then))
}

/// How much time is left: `in 3 days`, `expired`.
pub(crate) fn left(now: Timestamp, until: Timestamp) -> String {
    if until <= now {
        "expired".to_owned()
    } else {
        format!("in {}", long(until.duration_since(now)))
    }
}

/// Whether so little time is left that it should be marked.
pub(crate) fn is_soon(now: Timestamp, until: Timestamp) -> bool {
    until.duration_since(now) < SOON
}

/// Whole seconds left, rounded up, none below nought.
pub(crate) fn seconds_left(now: Timestamp, until: Timestamp) -> u64 {
    let left = until.duration_since(now);
    let millis = u64::try_from(left.as_millis()).unwrap_or(0);
    millis.div_ceil(1000)
}

/// Whole years of life on the day of `now`.
pub(crate) fn years(now: Timestamp, zone: &TimeZone, born: Date) -> i16 {
    let today = now.to_zoned(zone.clone()).date();
    let birthday_to_come = (today.month(), today.day()) < (born.month(), born.day());
    today.year() - born.year() - i16::from(birthday_to_come)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn british() -> TimeZone {
        TimeZone::posix("GMT0BST,M3.5.0/1,M10.5.0").unwrap()
    }

    #[test]
    fn a_summer_afternoon_is_told_in_summer_time() {
        assert_eq!(
            moment(&british(), at("2026-07-01T13:05:00Z")),
            "01-Jul-2026 14:05"
        );
        assert_eq!(
            moment(&british(), at("2026-11-21T14:05:00Z")),
            "21-Nov-2026 14:05"
        );
        assert_eq!(
            moment(&british(), at("2026-03-29T01:00:00Z")),
            "29-Mar-2026 02:00"
        );
        assert_eq!(
            moment(&british(), at("2026-10-25T01:00:00Z")),
            "25-Oct-2026 01:00"
        );
    }

    #[test]
    fn near_times_are_told_by_the_day_of_the_place() {
        let now = at("2026-07-01T23:30:00Z");
        assert_eq!(
            recently(now, &british(), at("2026-07-01T23:10:00Z")),
            "today 00:10"
        );
        assert_eq!(
            recently(now, &british(), at("2026-07-01T22:10:00Z")),
            "yesterday 23:10"
        );
        assert_eq!(
            recently(now, &british(), at("2026-06-01T22:10:00Z")),
            "01-Jun-2026 23:10"
        );
    }

    #[test]
    fn ages_use_the_unit_that_people_would_use() {
        let then = at("2026-11-01T00:00:00Z");
        for (minutes, words) in [
            (0, "under 1 min"),
            (59, "59 min"),
            (60, "1 h"),
            (47 * 60 + 59, "47 h"),
            (48 * 60, "2 days"),
        ] {
            assert_eq!(age(then + SignedDuration::from_mins(minutes), then), words);
        }
    }

    #[test]
    fn a_message_is_marked_below_forty_eight_hours() {
        let now = at("2026-11-01T00:00:00Z");
        assert!(!is_soon(now, now + SOON));
        assert!(is_soon(now, now + SOON - SignedDuration::from_secs(1)));
        assert_eq!(left(now, now), "expired");
        assert_eq!(left(now, now + SOON), "in 2 days");
    }

    #[test]
    fn somebody_is_a_year_older_on_the_birthday_and_not_the_day_before() {
        let born = "1956-03-12".parse().unwrap();
        assert_eq!(years(at("2026-03-11T12:00:00Z"), &british(), born), 69);
        assert_eq!(years(at("2026-03-12T12:00:00Z"), &british(), born), 70);
        assert_eq!(date(born), "12-Mar-1956");
    }

    #[test]
    fn seconds_are_rounded_up_and_never_negative() {
        let now = at("2026-11-01T00:00:00Z");
        assert_eq!(
            seconds_left(now, now + SignedDuration::from_millis(4001)),
            5
        );
        assert_eq!(seconds_left(now, now - SignedDuration::from_secs(9)), 0);
    }
}
