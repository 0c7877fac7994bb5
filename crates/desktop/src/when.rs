//! Moments in words, as they are told on screen.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// `10:24` today, `19 Nov, 10:24` this year, `19 Nov 2025, 10:24` otherwise, in `zone`.
pub fn clock(now: Timestamp, zone: &TimeZone, then: Timestamp) -> String {
    let today = now.to_zoned(zone.clone());
    let then = then.to_zoned(zone.clone());
    let pattern = if then.date() == today.date() {
        "%H:%M"
    } else if then.year() == today.year() {
        "%-d %b, %H:%M"
    } else {
        "%-d %b %Y, %H:%M"
    };
    then.strftime(pattern).to_string()
}

/// How long ago: `just now`, `4 min ago`, `3 h ago`, `2 days ago`. A moment to come is just now.
pub fn ago(now: Timestamp, then: Timestamp) -> String {
    match span(now.duration_since(then).as_secs()) {
        None => "just now".to_owned(),
        Some(span) => format!("{span} ago"),
    }
}

/// How long until: `now`, `in 12 s`, `in 4 min`, `in 3 h`, `in 2 days`.
pub fn until(now: Timestamp, then: Timestamp) -> String {
    let seconds = then.duration_since(now).as_secs();
    match span(seconds) {
        None if seconds > 0 => format!("in {seconds} s"),
        None => "now".to_owned(),
        Some(span) => format!("in {span}"),
    }
}

/// Rounded down to what matters; `None` under a minute.
fn span(seconds: i64) -> Option<String> {
    Some(match seconds {
        ..60 => return None,
        60..3_600 => format!("{} min", seconds / 60),
        3_600..86_400 => format!("{} h", seconds / 3_600),
        86_400..172_800 => "1 day".to_owned(),
        _ => format!("{} days", seconds / 86_400),
    })
}

#[cfg(test)]
mod tests;
