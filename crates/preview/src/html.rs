//! HTML bodies as plain blocks that a window draws without a browser.
//!
//! The body goes through a sanitiser first, so that what is read here is well-formed and made of a few
//! known tags; then nothing but words, their weight and their order is kept. No image, style, script,
//! form or frame survives, no address is followed: a link is its words and the address in brackets.

mod builder;
mod depth;
mod tokens;

use crate::{PreviewError, limits};
use ammonia::{Builder, UrlRelative};
use builder::BlockBuilder;
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};
use tokens::Token;

/// A piece of a body, drawn under the one before it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Block {
    /// A heading.
    Heading {
        /// 1 (largest) to 6.
        level: u8,
        /// Its words.
        spans: Vec<Span>,
    },
    /// Running words.
    Paragraph {
        /// Its words.
        spans: Vec<Span>,
    },
    /// One item of a list.
    Item {
        /// 1 for a list, 2 for one inside it, and so on.
        depth: u8,
        /// What stands before it.
        marker: Marker,
        /// Its words.
        spans: Vec<Span>,
    },
    /// One row of a table.
    Row {
        /// Whether it names the columns.
        head: bool,
        /// The words of each cell.
        cells: Vec<Vec<Span>>,
    },
    /// A line across.
    Rule,
}

/// What stands before an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Marker {
    /// A dot.
    Bullet,
    /// Its number.
    Number(u32),
}

/// Words of one look. A line end in `text` is a line break.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// The words.
    pub text: String,
    /// In bold.
    pub bold: bool,
    /// In italics.
    pub italic: bool,
    /// Underlined; links are, too.
    pub underline: bool,
}

impl std::fmt::Debug for Span {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Span({} bytes)", self.text.len())
    }
}

impl std::fmt::Debug for Block {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = match self {
            Self::Heading { .. } => "Heading",
            Self::Paragraph { .. } => "Paragraph",
            Self::Item { .. } => "Item",
            Self::Row { .. } => "Row",
            Self::Rule => "Rule",
        };
        write!(f, "{name}({} bytes)", self.text().len())
    }
}

impl Block {
    /// Its words alone; the cells of a row have tabs between them.
    pub fn text(&self) -> String {
        let words = |spans: &[Span]| {
            spans
                .iter()
                .map(|span| span.text.as_str())
                .collect::<String>()
        };
        match self {
            Self::Heading { spans, .. } | Self::Paragraph { spans } | Self::Item { spans, .. } => {
                words(spans)
            }
            Self::Row { cells, .. } => {
                let cells: Vec<String> = cells.iter().map(|cell| words(cell)).collect();
                cells.join("\t")
            }
            Self::Rule => String::new(),
        }
    }
}

/// The words of all blocks, a line each: what is searched.
pub fn text(blocks: &[Block]) -> String {
    let lines: Vec<String> = blocks.iter().map(Block::text).collect();
    lines.join("\n\n")
}

/// Whether a body had more than was made into these blocks: the rest is neither shown nor in [`text`].
pub fn is_cut(blocks: &[Block]) -> bool {
    blocks.len() > limits::HTML_BLOCKS
}

/// The tags that mean something here.
const TAGS: [&str; 41] = [
    "a",
    "address",
    "article",
    "b",
    "blockquote",
    "br",
    "caption",
    "center",
    "dd",
    "div",
    "dl",
    "dt",
    "em",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "i",
    "ins",
    "li",
    "main",
    "ol",
    "p",
    "pre",
    "section",
    "strong",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "u",
    "ul",
    "nav",
];

/// Turns a body into blocks. What is over the limits of blocks is left out, and the last block says so.
///
/// # Errors
/// Larger than [`limits::HTML_BYTES`], or nested deeper than [`limits::HTML_DEPTH`].
pub fn blocks(html: &str) -> Result<Vec<Block>, PreviewError> {
    // The sanitiser's time grows with the square of the depth.
    if html.len() > limits::HTML_BYTES || depth::is_over(html, 2 * limits::HTML_DEPTH) {
        return Err(PreviewError::TooLarge);
    }
    let clean = sanitiser().clean(html).to_string();
    let mut builder = BlockBuilder::default();
    for token in tokens::read(&clean) {
        match token {
            Token::Text(text) => builder.text(&text),
            Token::Open { name, href } => builder.open(name, href.as_deref())?,
            Token::Close(name) => builder.close(name),
        }
    }
    Ok(builder.finish())
}

fn sanitiser() -> Builder<'static> {
    let mut builder = Builder::empty();
    builder
        .tags(HashSet::from(TAGS))
        .tag_attributes(HashMap::from([("a", HashSet::from(["href"]))]))
        .url_schemes(HashSet::from(["http", "https", "mailto", "tel"]))
        .url_relative(UrlRelative::Deny)
        .link_rel(None)
        .clean_content_tags(HashSet::from([
            "script", "style", "title", "template", "object", "svg", "math", "noscript", "iframe",
            "select", "textarea", "audio", "video", "canvas",
        ]));
    builder
}

#[cfg(test)]
mod tests;
