//! Dates and times as people in the United Kingdom read them.

use jiff::{Timestamp, Zoned, civil::Date, tz::TimeZone};

/// UK time: its rule is written out, so that no time zone database is needed.
fn uk() -> TimeZone {
    TimeZone::posix("GMT0BST,M3.5.0/1,M10.5.0").unwrap_or(TimeZone::UTC)
}

fn local(at: Timestamp) -> Zoned {
    at.to_zoned(uk())
}

/// The day it is in the UK.
pub(super) fn local_date(at: Timestamp) -> Date {
    local(at).date()
}

/// `21 November 2026`.
pub(super) fn day(date: Date) -> String {
    date.strftime("%-d %B %Y").to_string()
}

/// `21 Nov 2026, 14:05`.
pub(super) fn moment(at: Timestamp) -> String {
    local(at).strftime("%-d %b %Y, %H:%M").to_string()
}

/// A FHIR date or time as people read it; what can't be read stands as it is.
pub(super) fn fhir_moment(text: &str) -> String {
    if let Ok(at) = text.parse::<Timestamp>() {
        return moment(at);
    }
    text.parse::<Date>().map_or_else(
        |_| text.to_owned(),
        |date| date.strftime("%-d %b %Y").to_string(),
    )
}

/// Age in whole years on a day.
pub(super) fn age(birth: Date, on: Date) -> i16 {
    let had_birthday = (on.month(), on.day()) >= (birth.month(), birth.day());
    on.year() - birth.year() - i16::from(!had_birthday)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn age_changes_on_the_birthday() {
        assert_eq!(age(date(2000, 5, 10), date(2026, 5, 9)), 25);
        assert_eq!(age(date(2000, 5, 10), date(2026, 5, 10)), 26);
        assert_eq!(age(date(2004, 2, 29), date(2026, 2, 28)), 21);
        assert_eq!(age(date(2026, 5, 10), date(2026, 5, 10)), 0);
    }

    #[test]
    fn summer_time_is_an_hour_ahead() {
        assert_eq!(fhir_moment("2026-07-01T12:00:00Z"), "1 Jul 2026, 13:00");
        assert_eq!(fhir_moment("2026-12-01T12:00:00Z"), "1 Dec 2026, 12:00");
        assert_eq!(fhir_moment("2026-12-01"), "1 Dec 2026");
        assert_eq!(fhir_moment("2026"), "2026");
    }
}
