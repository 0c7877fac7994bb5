//! `docs/query-plans.md`: made from the code by a test, so that it cannot say anything else.

use super::plan;
use crate::platform;
use rusqlite::Connection;
use std::fmt::Write as _;
use std::path::Path;

const PLACE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/query-plans.md");

/// How SQLite runs every statement, in Markdown.
pub(crate) fn plans(connection: &Connection) -> String {
    let mut text = String::new();
    for (about, statements) in platform::statements() {
        write!(
            text,
            "\n### {about}\n\n| statement | how SQLite runs it |\n|---|---|\n"
        )
        .unwrap();
        for (name, sql) in statements {
            let lines = plan(connection, sql.0).join("<br>");
            let lines = if lines.is_empty() {
                "adds rows".to_owned()
            } else {
                lines
            };
            writeln!(text, "| `{name}` | {lines} |").unwrap();
        }
    }
    text
}

/// Whether the page in the repository says `text`. If not, it does afterwards.
pub(crate) fn is_up_to_date(text: &str) -> bool {
    let place = Path::new(PLACE);
    let written = std::fs::read_to_string(place).unwrap_or_default();
    if written == text {
        return true;
    }
    std::fs::write(place, text).unwrap();
    false
}
