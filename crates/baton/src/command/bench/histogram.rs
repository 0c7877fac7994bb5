//! A histogram of answers, drawn in text.

use super::figures::{round, thousands};
use load::Histogram;
use std::time::Duration;

/// Where a decade is cut, in tenths: the finest way that keeps to the rows.
const CUTS: [&[u64]; 3] = [&[10, 15, 20, 30, 40, 50, 70], &[10, 20, 50], &[10]];
const MOST_ROWS: usize = 14;
/// Letters of the longest bar.
const WIDTH: u64 = 36;
/// Eighths of a letter.
const EIGHTHS: [char; 7] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/// A span of time and how many answers fell in it.
pub(super) struct Row {
    pub(super) from: Duration,
    pub(super) to: Duration,
    pub(super) count: u64,
}

/// The spans from the fastest answer to the slowest.
pub(super) fn rows(latency: &Histogram<u64>) -> Vec<Row> {
    let mut found = Vec::new();
    for cuts in CUTS {
        found = cut(latency, cuts);
        if found.len() <= MOST_ROWS {
            break;
        }
    }
    found
}

fn cut(latency: &Histogram<u64>, cuts: &[u64]) -> Vec<Row> {
    if latency.is_empty() {
        return Vec::new();
    }
    // 100 ns to a day, in nanoseconds.
    let decades = (1..14).map(|power| 10_u64.pow(power));
    let bounds: Vec<_> = decades
        .flat_map(|decade| cuts.iter().map(move |cut| cut * decade))
        .collect();
    let mut rows: Vec<_> = std::iter::once(0)
        .chain(bounds.iter().copied())
        .zip(&bounds)
        .map(|(from, to)| Row {
            from: Duration::from_nanos(from),
            to: Duration::from_nanos(*to),
            count: 0,
        })
        .collect();
    for step in latency.iter_recorded() {
        let value = Duration::from_nanos(step.value_iterated_to());
        if let Some(row) = rows.iter_mut().find(|row| value < row.to) {
            row.count += step.count_since_last_iteration();
        }
    }
    let last = rows.iter().rposition(|row| row.count > 0).unwrap_or(0);
    rows.truncate(last + 1);
    let first = rows.iter().position(|row| row.count > 0).unwrap_or(0);
    rows.drain(..first);
    rows
}

/// A line for each span, at most 80 letters wide.
pub(super) fn draw(latency: &Histogram<u64>) -> Vec<String> {
    let rows = rows(latency);
    let total = latency.len().max(1);
    let most = rows.iter().map(|row| row.count).max().unwrap_or(1).max(1);
    let line = |row: &Row| {
        let share = match row.count.saturating_mul(1000) / total {
            0 if row.count > 0 => "<0.1".to_owned(),
            share => format!("{}.{}", share / 10, share % 10),
        };
        format!(
            "{:>8} … {:<8} {:<36} {share:>5} % {:>12}",
            round(row.from),
            round(row.to),
            bar(row.count, most),
            thousands(row.count)
        )
    };
    rows.iter().map(line).collect()
}

/// A bar in eighths of a letter; whatever is there at all can be seen.
fn bar(count: u64, most: u64) -> String {
    if count == 0 {
        return String::new();
    }
    let eighths = (count.saturating_mul(WIDTH * 8) / most).max(1);
    let mut bar: String = (0..eighths / 8).map(|_| '█').collect();
    let rest = usize::try_from(eighths % 8).unwrap_or(0);
    if let Some(part) = rest.checked_sub(1).and_then(|place| EIGHTHS.get(place)) {
        bar.push(*part);
    }
    bar
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(millis: &[u64]) -> Histogram<u64> {
        let mut histogram = Histogram::new(3).unwrap();
        for each in millis {
            histogram.record(each * 1_000_000).unwrap();
        }
        histogram
    }

    #[test]
    fn every_answer_is_in_one_span_and_no_line_is_too_wide() {
        let histogram = of(&[1, 1, 2, 3, 5, 8, 13, 21, 900, 4000]);
        let rows = rows(&histogram);
        assert!(rows.len() <= MOST_ROWS);
        assert_eq!(rows.iter().map(|row| row.count).sum::<u64>(), 10);
        assert!(rows.windows(2).all(|pair| pair[0].to == pair[1].from));
        let lines = draw(&histogram);
        assert!(
            lines.iter().all(|line| line.chars().count() <= 80),
            "{lines:#?}"
        );
    }

    #[test]
    fn what_is_close_together_is_cut_finely() {
        let rows = rows(&of(&[3, 3, 4, 4, 5, 6]));
        assert_eq!(rows.len(), 3);
        assert_eq!(rows[0].from, Duration::from_millis(3));
    }

    #[test]
    fn without_answers_there_is_nothing_to_draw() {
        assert!(draw(&of(&[])).is_empty());
    }
}
