//! What a person or a script reads: the only place that prints.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "this is where the command line speaks"
)]

use serde::Serialize;
use std::io::{IsTerminal as _, Write as _};

/// A line for a person.
pub(crate) fn line(text: &str) {
    println!("{text}");
}

/// One JSON document on a line of its own, sent off at once.
pub(crate) fn json(value: &impl Serialize) -> anyhow::Result<()> {
    println!("{}", serde_json::to_string(value)?);
    std::io::stdout().flush()?;
    Ok(())
}

/// A fault, for a person.
pub(crate) fn error(text: &str) {
    let (mark, end) = if std::io::stderr().is_terminal() {
        ("\x1b[1;31m", "\x1b[0m")
    } else {
        ("", "")
    };
    eprintln!("{mark}error:{end} {text}");
}

/// A remark that is not the answer, kept out of what a script reads.
pub(crate) fn remark(text: &str) {
    eprintln!("{text}");
}

/// A question, with the cursor left behind it.
pub(crate) fn ask(text: &str) {
    eprint!("{text}");
}

/// Bold on a terminal.
pub(crate) fn bold(text: &str) -> String {
    if std::io::stdout().is_terminal() {
        format!("\x1b[1m{text}\x1b[0m")
    } else {
        text.to_owned()
    }
}

/// A table with a heading; columns as wide as their widest cell.
pub(crate) fn table(heading: &[&str], rows: &[Vec<String>]) {
    let width = |column: usize| {
        let cells = rows
            .iter()
            .filter_map(|row| row.get(column))
            .map(|cell| cell.chars().count());
        cells
            .chain(heading.get(column).map(|cell| cell.len()))
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<_> = (0..heading.len()).map(width).collect();
    // Names come from others: nothing in them may steer the terminal.
    let plain = |cell: &String| cell.replace(char::is_control, "\u{fffd}");
    let rows: Vec<Vec<String>> = rows
        .iter()
        .map(|row| row.iter().map(plain).collect())
        .collect();
    let show = |cells: Vec<&str>| {
        let padded = cells
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:<width$}"));
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    line(&bold(&show(heading.to_vec())));
    for row in &rows {
        line(&show(row.iter().map(String::as_str).collect()));
    }
    if rows.is_empty() {
        line("(none)");
    }
}
