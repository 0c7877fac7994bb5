//! `docs/query-plans.md`: made from the code by a test, so that it cannot say anything else.

use super::{Statements, plan};
use rusqlite::Connection;
use std::fmt::Write as _;
use std::path::Path;

const PLACE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/query-plans.md");

/// How SQLite runs every statement, in Markdown.
pub(crate) fn plans(connection: &Connection, statements: Statements) -> String {
    let mut text = String::new();
    for (about, statements) in statements {
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

/// A part of the page; each is made by a test of its own.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Platform,
    Gateway,
}

/// How the gateway's part begins.
const GATEWAY: &str = "\n# What the gateway's storage costs when it is large\n";

/// Whether a part of the page in the repository says `text`. If not, it does afterwards.
pub(crate) fn is_up_to_date(part: Part, text: &str) -> bool {
    let place = Path::new(PLACE);
    let written = std::fs::read_to_string(place).unwrap_or_default();
    let (platform, gateway) = written.split_once(GATEWAY).unwrap_or((&written, ""));
    let page = match part {
        Part::Platform => format!("{text}{GATEWAY}{gateway}"),
        Part::Gateway => format!("{platform}{GATEWAY}{text}"),
    };
    if written == page {
        return true;
    }
    std::fs::write(place, page).unwrap();
    false
}
