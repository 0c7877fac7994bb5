//! Moments and days as people in the United Kingdom write and read them.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// UK time: its rule is written out, so that no time zone database is needed.
fn uk() -> TimeZone {
    TimeZone::posix("GMT0BST,M3.5.0/1,M10.5.0").unwrap_or(TimeZone::UTC)
}

/// `21 Nov 2026, 14:05:09`, for those who compare.
pub fn exact(at: Timestamp) -> String {
    at.to_zoned(uk())
        .strftime("%-d %b %Y, %H:%M:%S")
        .to_string()
}

/// `21 November 2026 at 14:05`.
pub fn moment(at: Timestamp) -> String {
    at.to_zoned(uk()).strftime("%-d %B %Y at %H:%M").to_string()
}

/// `21 November 2026`.
pub fn day_of(at: Timestamp) -> String {
    day(at.to_zoned(uk()).date())
}

/// `21 November 2026`.
pub fn day(date: Date) -> String {
    date.strftime("%-d %B %Y").to_string()
}

/// How long ago, in one unit: `3 hours`.
pub fn ago(at: Timestamp, now: Timestamp) -> String {
    let seconds = now.duration_since(at).as_secs().max(0);
    let (count, unit) = match seconds {
        0..60 => (seconds, "second"),
        60..3600 => (seconds / 60, "minute"),
        3600..86_400 => (seconds / 3600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_of_the_uk() {
        let summer = "2026-07-01T23:30:00Z".parse().unwrap();
        assert_eq!(exact(summer), "2 Jul 2026, 00:30:00");
        assert_eq!(moment(summer), "2 July 2026 at 00:30");
        assert_eq!(day_of(summer), "2 July 2026");
    }
}
