//! Numbers as people read them.

use std::time::Duration;

/// `1,234,567`.
pub(super) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Three figures and a unit: `412 µs`, `3.12 ms`, `1.20 s`.
pub(super) fn time(time: Duration) -> String {
    let nanos = time.as_nanos();
    let (unit, name) = match nanos {
        0 => return "0".to_owned(),
        1..1_000_000 => (1e-6, "µs"),
        1_000_000..1_000_000_000 => (1e-3, "ms"),
        _ => (1.0, "s"),
    };
    format!("{} {name}", three(time.as_secs_f64() / unit))
}

/// A round time without the zeros: `3 ms`, `1.5 s`.
pub(super) fn round(round: Duration) -> String {
    let text = time(round);
    match text.split_once(' ') {
        Some((number, unit)) if number.contains('.') => {
            let number = number.trim_end_matches('0').trim_end_matches('.');
            format!("{number} {unit}")
        }
        _ => text,
    }
}

/// Bytes a second: `4.37 MB/s`.
pub(super) fn bytes_a_second(rate: f64) -> String {
    let (unit, name) = match rate {
        ..1e6 => (1e3, "kB/s"),
        1e6..1e9 => (1e6, "MB/s"),
        _ => (1e9, "GB/s"),
    };
    format!("{} {name}", three(rate / unit))
}

/// `12.3` below a thousand, whole above.
pub(super) fn rate(rate: f64) -> String {
    if rate < 1000.0 {
        three(rate)
    } else {
        // Through text, since a float has no exact way to a whole number.
        format!("{rate:.0}")
            .parse()
            .map_or_else(|_| format!("{rate:.0}"), thousands)
    }
}

fn three(number: f64) -> String {
    match number {
        ..9.995 => format!("{number:.2}"),
        9.995..99.95 => format!("{number:.1}"),
        _ => format!("{number:.0}"),
    }
}

/// Milliseconds, for JSON.
pub(super) fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(thousands(0), "0");
        assert_eq!(thousands(999), "999");
        assert_eq!(thousands(1_234_567), "1,234,567");
        assert_eq!(time(Duration::from_nanos(850)), "0.85 µs");
        assert_eq!(time(Duration::from_micros(412)), "412 µs");
        assert_eq!(time(Duration::from_micros(3_124)), "3.12 ms");
        assert_eq!(time(Duration::from_millis(1_200)), "1.20 s");
        assert_eq!(time(Duration::from_secs(75)), "75.0 s");
        assert_eq!(round(Duration::from_millis(3)), "3 ms");
        assert_eq!(round(Duration::from_micros(1_500)), "1.5 ms");
        assert_eq!(round(Duration::from_millis(200)), "200 ms");
        assert_eq!(bytes_a_second(4.37e6), "4.37 MB/s");
        assert_eq!(rate(12.34), "12.3");
        assert_eq!(rate(18_383.4), "18,383");
    }
}
