//! Builds blocks from tags and words.

use super::{Block, Marker, Span};
use crate::text::is_unfit;
use crate::{PreviewError, limits};

/// What the words that come now belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Home {
    Paragraph,
    Heading(u8),
    Item { depth: u8, marker: Marker },
}

/// A list that is open.
struct List {
    /// The number of the next item; none if it has dots.
    next: Option<u32>,
}

/// A row that is open.
#[derive(Default)]
struct Row {
    cells: Vec<Vec<Span>>,
    all_heads: bool,
    in_cell: bool,
}

/// Blocks so far, and what is open.
pub(super) struct BlockBuilder {
    blocks: Vec<Block>,
    spans: Vec<Span>,
    home: Home,
    lists: Vec<List>,
    row: Option<Row>,
    links: Vec<(Option<String>, usize)>,
    depth: usize,
    bold: usize,
    italic: usize,
    underline: usize,
    as_written: usize,
    cut: bool,
}

impl Default for BlockBuilder {
    fn default() -> Self {
        Self {
            blocks: Vec::new(),
            spans: Vec::new(),
            home: Home::Paragraph,
            lists: Vec::new(),
            row: None,
            links: Vec::new(),
            depth: 0,
            bold: 0,
            italic: 0,
            underline: 0,
            as_written: 0,
            cut: false,
        }
    }
}

impl BlockBuilder {
    /// Words.
    pub(super) fn text(&mut self, text: &str) {
        for character in text.chars().filter(|c| c.is_whitespace() || !is_unfit(*c)) {
            let keeps = self.as_written > 0 || !character.is_whitespace() || character == '\u{a0}';
            if keeps {
                self.push(character);
            } else if !self.ends_with_gap() {
                self.push(' ');
            }
        }
    }

    /// A tag opens.
    pub(super) fn open(&mut self, name: &str, href: Option<&str>) -> Result<(), PreviewError> {
        match name {
            "br" => self.push('\n'),
            "hr" => {
                self.end_block();
                self.add(Block::Rule);
            }
            _ => {
                self.depth += 1;
                if self.depth > limits::HTML_DEPTH {
                    return Err(PreviewError::TooLarge);
                }
                self.open_pair(name, href);
            }
        }
        Ok(())
    }

    fn open_pair(&mut self, name: &str, href: Option<&str>) {
        match name {
            "b" | "strong" => self.bold += 1,
            "i" | "em" => self.italic += 1,
            "u" | "ins" => self.underline += 1,
            "a" => {
                self.underline += 1;
                self.links.push((href.map(str::to_owned), self.words()));
            }
            "ul" | "ol" => {
                self.end_block();
                let next = (name == "ol").then_some(1);
                self.lists.push(List { next });
            }
            "li" => {
                self.end_block();
                let depth = u8::try_from(self.lists.len().max(1)).unwrap_or(u8::MAX);
                let marker = match self.lists.last_mut().and_then(|list| list.next.as_mut()) {
                    Some(next) => {
                        *next += 1;
                        Marker::Number(*next - 1)
                    }
                    None => Marker::Bullet,
                };
                self.home = Home::Item { depth, marker };
            }
            "tr" if self.row.is_none() => {
                self.end_block();
                self.row = Some(Row {
                    all_heads: true,
                    ..Row::default()
                });
            }
            "td" | "th" => self.open_cell(name == "th"),
            "pre" => {
                self.end_block();
                self.as_written += 1;
            }
            _ => {
                self.end_block();
                let level = name.strip_prefix('h').and_then(|level| level.parse().ok());
                if let Some(level @ 1..=6) = level {
                    self.home = Home::Heading(level);
                }
            }
        }
    }

    fn open_cell(&mut self, head: bool) {
        if let Some(row) = &mut self.row {
            if row.in_cell {
                // A table inside a cell: its cells are words of that cell.
                self.push('\n');
                return;
            }
            row.all_heads = row.all_heads && head;
            row.in_cell = true;
            self.spans.clear();
        }
    }

    /// A tag closes.
    pub(super) fn close(&mut self, name: &str) {
        self.depth = self.depth.saturating_sub(1);
        match name {
            "b" | "strong" => self.bold = self.bold.saturating_sub(1),
            "i" | "em" => self.italic = self.italic.saturating_sub(1),
            "u" | "ins" => self.underline = self.underline.saturating_sub(1),
            "a" => self.close_link(),
            "ul" | "ol" => {
                self.end_block();
                self.lists.pop();
            }
            "td" | "th" => self.close_cell(),
            "tr" => self.close_row(),
            "table" => {
                self.close_row();
                self.end_block();
            }
            "pre" => {
                self.as_written = self.as_written.saturating_sub(1);
                self.end_block();
            }
            _ => {
                self.end_block();
                if name == "li" || name.starts_with('h') {
                    self.home = Home::Paragraph;
                }
            }
        }
    }

    /// The address of a link, if its words are not the address.
    fn close_link(&mut self) {
        if let Some((Some(address), before)) = self.links.pop() {
            let shown: String = self.spans.iter().map(|span| span.text.as_str()).collect();
            let words = shown.get(before..).unwrap_or(&shown).trim();
            if words != address {
                self.text(&format!(" ({address})"));
            }
        }
        self.underline = self.underline.saturating_sub(1);
    }

    fn close_cell(&mut self) {
        let spans = std::mem::take(&mut self.spans);
        if let Some(row) = &mut self.row {
            row.cells.push(trimmed(spans));
            row.in_cell = false;
        }
    }

    fn close_row(&mut self) {
        if self.row.as_ref().is_some_and(|row| row.in_cell) {
            self.close_cell();
        }
        if let Some(row) = self.row.take().filter(|row| !row.cells.is_empty()) {
            self.add(Block::Row {
                head: row.all_heads,
                cells: row.cells,
            });
        }
    }

    /// The words so far are a block; inside a cell, they are a line of it.
    fn end_block(&mut self) {
        if self.row.as_ref().is_some_and(|row| row.in_cell) {
            if !self.spans.is_empty() && !self.ends_with_gap() {
                self.push('\n');
            }
            return;
        }
        let spans = trimmed(std::mem::take(&mut self.spans));
        if spans.is_empty() {
            // A paragraph inside an item or a heading is its words.
            return;
        }
        let home = std::mem::replace(&mut self.home, Home::Paragraph);
        self.add(match home {
            Home::Paragraph => Block::Paragraph { spans },
            Home::Heading(level) => Block::Heading { level, spans },
            Home::Item { depth, marker } => Block::Item {
                depth,
                marker,
                spans,
            },
        });
    }

    fn add(&mut self, block: Block) {
        if self.blocks.len() < limits::HTML_BLOCKS {
            self.blocks.push(block);
        } else {
            self.cut = true;
        }
    }

    fn push(&mut self, character: char) {
        let look = Span {
            text: String::new(),
            bold: self.bold > 0,
            italic: self.italic > 0,
            underline: self.underline > 0,
        };
        match self.spans.last_mut() {
            Some(span) if same_look(span, &look) => span.text.push(character),
            _ => self.spans.push(Span {
                text: character.to_string(),
                ..look
            }),
        }
    }

    fn words(&self) -> usize {
        self.spans.iter().map(|span| span.text.len()).sum()
    }

    /// Whether another space would be one too many.
    fn ends_with_gap(&self) -> bool {
        self.spans
            .last()
            .is_none_or(|span| span.text.ends_with([' ', '\n']))
    }

    /// All blocks.
    pub(super) fn finish(mut self) -> Vec<Block> {
        self.close_row();
        self.end_block();
        if self.cut {
            let text = "There is more, which is not shown here.".to_owned();
            self.blocks.push(Block::Paragraph {
                spans: vec![Span {
                    text,
                    italic: true,
                    ..Span::default()
                }],
            });
        }
        self.blocks
    }
}

fn same_look(a: &Span, b: &Span) -> bool {
    a.bold == b.bold && a.italic == b.italic && a.underline == b.underline
}

/// Without blanks at either end; empty if there is nothing else.
fn trimmed(mut spans: Vec<Span>) -> Vec<Span> {
    let blank = |c: char| c.is_whitespace();
    while let Some(last) = spans.last_mut() {
        last.text.truncate(last.text.trim_end_matches(blank).len());
        if !last.text.is_empty() {
            break;
        }
        spans.pop();
    }
    while let Some(first) = spans.first_mut() {
        first.text = first.text.trim_start_matches(blank).to_owned();
        if !first.text.is_empty() {
            break;
        }
        spans.remove(0);
    }
    spans
}
