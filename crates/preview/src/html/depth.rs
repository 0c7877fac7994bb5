//! What a body would cost to build, guessed from its tags alone, in one pass and without a tree.
//!
//! Two things make a small body expensive: tags nested without end, and formatting tags left open, which
//! every paragraph after them opens anew.

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};
use std::cell::RefCell;
use std::collections::HashMap;

/// Tags that hold nothing, and those that end by themselves where the next one begins.
const SHALLOW: [&str; 24] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr", "p", "li", "td", "th", "tr", "dd", "dt", "option", "thead", "tbody",
];
/// Tags that are opened anew after whatever closed them by force.
const FORMATTING: [&str; 14] = [
    "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u",
];
/// Tags times the formatting tags open among them: more is an attack.
const WORK: usize = 1_000_000;

/// Whether more than `most` tags are open at a time, or formatting would be opened anew too often.
pub(super) fn is_over(html: &str, most: usize) -> bool {
    let tokens = Tokenizer::new(Counter::default(), TokenizerOpts::default());
    let input = BufferQueue::default();
    input.push_back(StrTendril::from_slice(html));
    // It would pause only if the counter asked it to.
    let _ = tokens.feed(&input);
    tokens.end();
    let counts = tokens.sink.0.borrow();
    counts.deepest > most || counts.formatting_most.saturating_mul(counts.pieces) > WORK
}

#[derive(Default)]
struct Counter(RefCell<Counts>);

#[derive(Default)]
struct Counts {
    open: HashMap<String, usize>,
    depth: usize,
    deepest: usize,
    formatting: usize,
    formatting_most: usize,
    pieces: usize,
    /// Drawings have rules of their own about what closes what: after one, nothing counts as closed.
    drawing: bool,
}

impl TokenSink for Counter {
    type Handle = ();

    fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
        let Token::TagToken(tag) = token else {
            return TokenSinkResult::Continue;
        };
        let mut counts = self.0.borrow_mut();
        counts.take(&tag);
        if tag.kind == TagKind::EndTag || counts.drawing {
            return TokenSinkResult::Continue;
        }
        match &*tag.name {
            "script" => TokenSinkResult::RawData(RawKind::ScriptData),
            "style" | "xmp" | "iframe" | "noembed" | "noframes" => {
                TokenSinkResult::RawData(RawKind::Rawtext)
            }
            "title" | "textarea" => TokenSinkResult::RawData(RawKind::Rcdata),
            "plaintext" => TokenSinkResult::Plaintext,
            _ => TokenSinkResult::Continue,
        }
    }
}

impl Counts {
    fn take(&mut self, tag: &Tag) {
        self.pieces += 1;
        let name: &str = &tag.name;
        if SHALLOW.contains(&name) {
            return;
        }
        self.drawing = self.drawing || matches!(name, "svg" | "math");
        let formatting = usize::from(FORMATTING.contains(&name));
        let open = self.open.entry(name.to_owned()).or_default();
        if tag.kind == TagKind::StartTag {
            *open += 1;
            self.depth += 1;
            self.formatting += formatting;
        } else if *open > 0 && !self.drawing {
            *open -= 1;
            self.depth -= 1;
            self.formatting -= formatting;
        }
        self.deepest = self.deepest.max(self.depth);
        self.formatting_most = self.formatting_most.max(self.formatting);
    }
}
