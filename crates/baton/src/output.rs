//! What a person or a script reads: the only place that prints.

use serde::Serialize;
use std::io::{ErrorKind, IsTerminal as _, Write};

/// A line for a person.
pub(crate) fn line(text: &str) {
    // Nobody can be told that nobody can be told.
    let _ = write(&mut std::io::stdout().lock(), text);
}

/// One JSON document on a line of its own, sent off at once.
pub(crate) fn json(value: &impl Serialize) -> anyhow::Result<()> {
    write(
        &mut std::io::stdout().lock(),
        &serde_json::to_string(value)?,
    )?;
    Ok(())
}

/// A line, sent off at once. Who reads may stop early, as `head` does: then the rest is for nobody, and nothing has
/// gone wrong.
fn write(to: &mut impl Write, text: &str) -> std::io::Result<()> {
    match writeln!(to, "{text}").and_then(|()| to.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// Words beside the answer.
fn aside(text: std::fmt::Arguments<'_>) {
    // As with `line`.
    let _ = std::io::stderr().write_fmt(text);
}

/// A fault, for a person.
pub(crate) fn error(text: &str) {
    let (mark, end) = if std::io::stderr().is_terminal() {
        ("\x1b[1;31m", "\x1b[0m")
    } else {
        ("", "")
    };
    aside(format_args!("{mark}error:{end} {text}\n"));
}

/// A remark that is not the answer, kept out of what a script reads.
pub(crate) fn remark(text: &str) {
    aside(format_args!("{text}\n"));
}

/// A question, with the cursor left behind it.
pub(crate) fn ask(text: &str) {
    aside(format_args!("{text}"));
}

/// Bold on a terminal.
pub(crate) fn bold(text: &str) -> String {
    if std::io::stdout().is_terminal() {
        format!("\x1b[1m{text}\x1b[0m")
    } else {
        text.to_owned()
    }
}

/// A text of others, without anything that may steer the terminal.
pub(crate) fn plain(text: &str) -> String {
    text.replace(char::is_control, "\u{fffd}")
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
    let rows: Vec<Vec<String>> = rows
        .iter()
        .map(|row| row.iter().map(|cell| plain(cell)).collect())
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

#[cfg(test)]
mod tests;
