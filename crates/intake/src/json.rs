//! A JSON reader that is fed pieces and keeps none of them.
//!
//! It checks the whole grammar of RFC 8259 (and UTF-8), tells what passes to a [`Listener`], and knows
//! line and column of the first byte that does not fit. It never repeats what it read in an error.

#[cfg(test)]
mod tests;
mod text;

use text::{Escape, Utf8};

/// Objects and arrays may stand so deep in each other.
pub(crate) const MAX_DEPTH: usize = 32;
/// Member names are told up to so many bytes; longer ones are no names of ours.
const MAX_KEY: usize = 64;
/// A number may have so many characters.
pub(crate) const MAX_NUMBER: usize = 64;

/// Hears what the reader reads, in document order.
pub(crate) trait Listener {
    fn begin_object(&mut self);
    fn end_object(&mut self);
    fn begin_array(&mut self);
    fn end_array(&mut self);
    /// A member's name; `None` when it is longer than any name of ours.
    fn key(&mut self, key: Option<&str>);
    fn begin_text(&mut self);
    /// A piece of a text, unescaped. Pieces may cut a character.
    fn text(&mut self, piece: &[u8]);
    fn end_text(&mut self);
    /// A number as written; `None` when it is longer than [`MAX_NUMBER`].
    fn number(&mut self, text: Option<&str>);
    fn truth(&mut self, value: bool);
    fn null(&mut self);
}

/// Where and why the text is not JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not JSON at line {line}, column {column}: {what}")]
pub(crate) struct Malformed {
    /// From 1.
    pub(crate) line: u64,
    /// From 1, in bytes.
    pub(crate) column: u64,
    /// What was expected, in words of ours.
    pub(crate) what: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Frame {
    Object,
    Array,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Value,
    ValueOrEnd,
    KeyOrEnd,
    Key,
    Colon,
    CommaOrEnd,
    Text { key: bool },
    Escape { key: bool },
    Number(Digits),
    Literal { word: &'static [u8], seen: usize },
    Done,
}

/// Where in a number's grammar we are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Digits {
    Minus,
    Zero,
    Whole,
    Point,
    Fraction,
    E,
    ESign,
    Exponent,
}

/// The reader.
pub(crate) struct Reader {
    state: State,
    frames: Vec<Frame>,
    key: Vec<u8>,
    key_too_long: bool,
    number: String,
    number_too_long: bool,
    escape: Escape,
    utf8: Utf8,
    line: u64,
    column: u64,
}

type Step = Result<(), &'static str>;

impl Reader {
    pub(crate) fn new() -> Self {
        Self {
            state: State::Value,
            frames: Vec::new(),
            key: Vec::new(),
            key_too_long: false,
            number: String::new(),
            number_too_long: false,
            escape: Escape::default(),
            utf8: Utf8::default(),
            line: 1,
            column: 1,
        }
    }

    /// Reads the next piece.
    pub(crate) fn feed(
        &mut self,
        piece: &[u8],
        listener: &mut impl Listener,
    ) -> Result<(), Malformed> {
        // A byte that is no UTF-8 ends the reading; what stands before it may already be malformed.
        let good = self.utf8.feed(piece);
        let mut rest = piece.get(..good.unwrap_or(piece.len())).unwrap_or_default();
        while let Some(first) = rest.first() {
            if let State::Text { key } = self.state {
                if rest.starts_with(b"\\/") {
                    // Common in contents, and simple: the slash stands for itself.
                    self.column += 1;
                    rest = rest.get(1..).unwrap_or_default();
                }
                let taken = self.plain_text(rest, key, listener);
                if taken > 0 {
                    // There is no line break in it.
                    self.column += taken as u64;
                    rest = rest.get(taken..).unwrap_or_default();
                    continue;
                }
            }
            self.byte(*first, listener)
                .map_err(|what| self.malformed(what))?;
            self.advance(*first);
            rest = rest.get(1..).unwrap_or_default();
        }
        if good.is_some() {
            Err(self.malformed("the text is not UTF-8"))
        } else {
            Ok(())
        }
    }

    /// Ends the text.
    pub(crate) fn finish(mut self, listener: &mut impl Listener) -> Result<(), Malformed> {
        if self.frames.is_empty() && matches!(self.state, State::Number(_)) {
            self.end_number(listener)
                .map_err(|what| self.malformed(what))?;
        }
        if self.state == State::Done {
            Ok(())
        } else {
            Err(self.malformed("the text ends too early"))
        }
    }

    fn malformed(&self, what: &'static str) -> Malformed {
        Malformed {
            line: self.line,
            column: self.column,
            what,
        }
    }

    fn advance(&mut self, byte: u8) {
        if byte == b'\n' {
            self.line += 1;
            self.column = 1;
        } else {
            self.column += 1;
        }
    }

    /// Hands on what needs no unescaping; how many bytes that was.
    fn plain_text(&mut self, rest: &[u8], key: bool, listener: &mut impl Listener) -> usize {
        let special = memchr::memchr2(b'"', b'\\', rest).unwrap_or(rest.len());
        let mut plain = rest.get(..special).unwrap_or_default();
        // Cheap to ask of many bytes at once, rarely true.
        let controls = plain
            .iter()
            .fold(0, |seen, byte| seen | u8::from(*byte < 0x20));
        if controls != 0 {
            let control = plain.iter().position(|byte| *byte < 0x20).unwrap_or(0);
            plain = plain.get(..control).unwrap_or_default();
        }
        if !plain.is_empty() {
            self.text_piece(plain, key, listener);
        }
        plain.len()
    }

    fn text_piece(&mut self, piece: &[u8], key: bool, listener: &mut impl Listener) {
        if !key {
            listener.text(piece);
        } else if self.key.len() + piece.len() > MAX_KEY {
            self.key_too_long = true;
        } else {
            self.key.extend_from_slice(piece);
        }
    }

    fn byte(&mut self, byte: u8, listener: &mut impl Listener) -> Step {
        match self.state {
            State::Text { key } => return self.text_byte(byte, key, listener),
            State::Escape { key } => return self.escape_byte(byte, key, listener),
            State::Number(digits) => return self.number_byte(digits, byte, listener),
            State::Literal { word, seen } => return self.literal_byte(word, seen, byte, listener),
            _ if matches!(byte, b' ' | b'\t' | b'\r' | b'\n') => return Ok(()),
            _ => {}
        }
        match (self.state, byte) {
            (State::ValueOrEnd | State::CommaOrEnd, b']')
                if self.frames.last() == Some(&Frame::Array) =>
            {
                listener.end_array();
                self.close();
            }
            (State::KeyOrEnd | State::CommaOrEnd, b'}')
                if self.frames.last() == Some(&Frame::Object) =>
            {
                listener.end_object();
                self.close();
            }
            (State::Value | State::ValueOrEnd, _) => return self.begin_value(byte, listener),
            (State::KeyOrEnd | State::Key, b'"') => {
                self.key.clear();
                self.key_too_long = false;
                self.state = State::Text { key: true };
            }
            (State::Colon, b':') => self.state = State::Value,
            (State::CommaOrEnd, b',') => {
                let in_object = self.frames.last() == Some(&Frame::Object);
                self.state = if in_object { State::Key } else { State::Value };
            }
            (State::KeyOrEnd, _) => return Err("expected a member name or `}`"),
            (State::Key, _) => return Err("expected a member name"),
            (State::Colon, _) => return Err("expected `:`"),
            (State::CommaOrEnd, _) if self.frames.last() == Some(&Frame::Object) => {
                return Err("expected `,` or `}`");
            }
            (State::CommaOrEnd, _) => return Err("expected `,` or `]`"),
            _ => return Err("expected nothing more"),
        }
        Ok(())
    }

    fn begin_value(&mut self, byte: u8, listener: &mut impl Listener) -> Step {
        match byte {
            b'{' | b'[' => {
                if self.frames.len() == MAX_DEPTH {
                    return Err("objects and arrays stand too deep in each other");
                }
                if byte == b'{' {
                    self.frames.push(Frame::Object);
                    self.state = State::KeyOrEnd;
                    listener.begin_object();
                } else {
                    self.frames.push(Frame::Array);
                    self.state = State::ValueOrEnd;
                    listener.begin_array();
                }
            }
            b'"' => {
                self.state = State::Text { key: false };
                listener.begin_text();
            }
            b't' => {
                self.state = State::Literal {
                    word: b"true",
                    seen: 1,
                }
            }
            b'f' => {
                self.state = State::Literal {
                    word: b"false",
                    seen: 1,
                }
            }
            b'n' => {
                self.state = State::Literal {
                    word: b"null",
                    seen: 1,
                }
            }
            b'-' | b'0'..=b'9' => {
                self.number.clear();
                self.number_too_long = false;
                self.number.push(char::from(byte));
                self.state = State::Number(match byte {
                    b'-' => Digits::Minus,
                    b'0' => Digits::Zero,
                    _ => Digits::Whole,
                });
            }
            _ => return Err("expected a value"),
        }
        Ok(())
    }

    fn text_byte(&mut self, byte: u8, key: bool, listener: &mut impl Listener) -> Step {
        match byte {
            b'"' if key => {
                let known = if self.key_too_long {
                    None
                } else {
                    std::str::from_utf8(&self.key).ok()
                };
                listener.key(known);
                self.state = State::Colon;
            }
            b'"' => {
                listener.end_text();
                self.after_value();
            }
            b'\\' => {
                self.escape = Escape::default();
                self.state = State::Escape { key };
            }
            _ => return Err("control characters in text must be escaped"),
        }
        Ok(())
    }

    fn escape_byte(&mut self, byte: u8, key: bool, listener: &mut impl Listener) -> Step {
        if let Some(character) = self.escape.feed(byte)? {
            let mut buffer = [0; 4];
            let piece = character.encode_utf8(&mut buffer).as_bytes();
            self.text_piece(piece, key, listener);
            self.state = State::Text { key };
        }
        Ok(())
    }

    fn number_byte(&mut self, digits: Digits, byte: u8, listener: &mut impl Listener) -> Step {
        let next = match (digits, byte) {
            (Digits::Minus, b'0') => Digits::Zero,
            (Digits::Minus, b'1'..=b'9') | (Digits::Whole, b'0'..=b'9') => Digits::Whole,
            (Digits::Zero | Digits::Whole, b'.') => Digits::Point,
            (Digits::Point | Digits::Fraction, b'0'..=b'9') => Digits::Fraction,
            (Digits::Zero | Digits::Whole | Digits::Fraction, b'e' | b'E') => Digits::E,
            (Digits::E, b'+' | b'-') => Digits::ESign,
            (Digits::E | Digits::ESign | Digits::Exponent, b'0'..=b'9') => Digits::Exponent,
            _ => {
                self.end_number(listener)?;
                return self.byte(byte, listener);
            }
        };
        if self.number.len() < MAX_NUMBER {
            self.number.push(char::from(byte));
        } else {
            self.number_too_long = true;
        }
        self.state = State::Number(next);
        Ok(())
    }

    fn end_number(&mut self, listener: &mut impl Listener) -> Step {
        let whole = matches!(
            self.state,
            State::Number(Digits::Zero | Digits::Whole | Digits::Fraction | Digits::Exponent)
        );
        if !whole {
            return Err("expected a digit");
        }
        listener.number((!self.number_too_long).then_some(self.number.as_str()));
        self.after_value();
        Ok(())
    }

    fn literal_byte(
        &mut self,
        word: &'static [u8],
        seen: usize,
        byte: u8,
        listener: &mut impl Listener,
    ) -> Step {
        if word.get(seen) != Some(&byte) {
            return Err("expected `true`, `false` or `null`");
        }
        if seen + 1 < word.len() {
            self.state = State::Literal {
                word,
                seen: seen + 1,
            };
            return Ok(());
        }
        match word.first() {
            Some(b't') => listener.truth(true),
            Some(b'f') => listener.truth(false),
            _ => listener.null(),
        }
        self.after_value();
        Ok(())
    }

    fn close(&mut self) {
        self.frames.pop();
        self.after_value();
    }

    fn after_value(&mut self) {
        self.state = if self.frames.is_empty() {
            State::Done
        } else {
            State::CommaOrEnd
        };
    }
}
