//! The table that people read.

use crate::goals::{Better, Goal, Of, Row};
use crate::measured::Measured;
use crate::rows::Group;
use std::fmt::Write as _;

const HEAD: [&str; 9] = [
    "ROW",
    "WHAT",
    "OURS",
    "LIMIT",
    "RATIO (MIN..MAX)",
    "GATE",
    "TARGET",
    "VERDICT",
    "NOISE",
];

/// The rows as a table, remarks below.
pub(crate) fn table(rows: &[Measured]) -> String {
    let mut cells: Vec<Vec<String>> = vec![HEAD.map(str::to_owned).to_vec()];
    cells.extend(rows.iter().map(|row| {
        vec![
            row.row.name.to_owned(),
            row.row.what.to_owned(),
            with_unit(row.ours(), row.row.unit),
            row.limit()
                .map_or_else(dash, |limit| with_unit(limit, row.row.unit)),
            ratio(row),
            bound(row.row, |goal| goal.gate),
            bound(row.row, |goal| goal.target),
            row.word(),
            row.noise.map_or_else(dash, |noise| noise.words()),
        ]
    }));
    let mut text = align(&cells);
    let told = |row: &Measured| row.broken.clone().or_else(|| row.remark.clone());
    let remarks = rows
        .iter()
        .filter_map(|row| Some((row.row.name, told(row)?)));
    for (place, (name, remark)) in remarks.enumerate() {
        if place == 0 {
            text.push('\n');
        }
        // Writing to a String does not fail.
        let _ = writeln!(text, "{name}: {remark}");
    }
    text
}

/// One row, in a line.
pub(crate) fn line(row: &Measured) -> String {
    let unit = row.row.unit;
    let limit = row.limit().map_or_else(String::new, |limit| {
        format!(" against {}", with_unit(limit, unit))
    });
    let ratio = row
        .ratio()
        .map_or_else(String::new, |ratio| format!(", ratio {}", number(ratio)));
    let told = row
        .broken
        .as_ref()
        .map_or_else(String::new, |why| format!(": {why}"));
    let ours = with_unit(row.ours(), unit);
    format!(
        "  {:<11} {ours}{limit}{ratio}: {}{told}",
        row.row.name,
        row.word()
    )
}

/// The rows that there are, and their goals.
pub(crate) fn list(groups: &[Group]) -> String {
    let mut cells = vec![
        ["ROW", "WHAT", "UNIT", "GATE", "TARGET"]
            .map(str::to_owned)
            .to_vec(),
    ];
    for row in groups.iter().flat_map(|group| group.rows()) {
        cells.push(vec![
            row.name.to_owned(),
            row.what.to_owned(),
            row.unit.to_owned(),
            bound(row, |goal| goal.gate),
            bound(row, |goal| goal.target),
        ]);
    }
    align(&cells)
}

fn dash() -> String {
    "-".to_owned()
}

/// A figure in three digits or more, thousands apart.
pub(crate) fn number(value: f64) -> String {
    let size = value.abs();
    if !value.is_finite() {
        return dash();
    }
    if size < 1.0 {
        return format!("{value:.3}");
    }
    if size < 10.0 {
        return format!("{value:.2}");
    }
    if size < 100.0 {
        return format!("{value:.1}");
    }
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn with_unit(value: f64, unit: &str) -> String {
    if value.is_finite() {
        format!("{} {unit}", number(value))
    } else {
        dash()
    }
}

fn ratio(row: &Measured) -> String {
    let Some(ratio) = row.ratio() else {
        return dash();
    };
    if row.row.goal.is_some_and(|goal| goal.of == Of::Ours) {
        return number(ratio);
    }
    let (least, most) = row.span();
    format!("{} ({}..{})", number(ratio), number(least), number(most))
}

/// A bound with its direction, and its unit where it is no ratio.
pub(crate) fn bound(row: &Row, which: impl Fn(&Goal) -> f64) -> String {
    let Some(goal) = &row.goal else {
        return dash();
    };
    let sign = match goal.better {
        Better::More => ">=",
        Better::Less => "<=",
    };
    let bound = number(which(goal));
    match goal.of {
        Of::Ratio => format!("{sign} {bound}"),
        Of::Ours => format!("{sign} {bound} {}", row.unit),
    }
}

/// Columns side by side.
fn align(cells: &[Vec<String>]) -> String {
    let columns = cells.first().map_or(0, Vec::len);
    let width = |column: usize| {
        let column = cells.iter().filter_map(|row| row.get(column));
        column.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for row in cells {
        let padded = row
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:<width$}"));
        text.push_str(padded.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_three_digits_or_more() {
        assert_eq!(number(0.5), "0.500");
        assert_eq!(number(7.125), "7.12");
        assert_eq!(number(48.04), "48.0");
        assert_eq!(number(256.0), "256");
        assert_eq!(number(18_383.4), "18,383");
        assert_eq!(number(f64::NAN), "-");
    }

    #[test]
    fn columns_stand_under_each_other() {
        let cells = [["A", "B"], ["long", "x"]].map(|row| row.map(str::to_owned).to_vec());
        assert_eq!(align(&cells), "A     B\nlong  x\n");
    }
}
