//! Characters: escapes in JSON text, and UTF-8 that arrives in pieces.

/// One escape after its backslash, byte by byte; a surrogate pair is one escape of twelve.
#[derive(Debug, Default)]
pub(super) struct Escape {
    state: At,
    digits: u32,
    value: u32,
    high: Option<u32>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum At {
    #[default]
    Letter,
    Hex,
    /// After a high surrogate: a backslash must follow, and then a `u`.
    Backslash,
    U,
}

const LONE: &str = "half a surrogate pair stands alone";

impl Escape {
    /// Takes the next byte; the character when it is complete.
    pub(super) fn feed(&mut self, byte: u8) -> Result<Option<char>, &'static str> {
        match (self.state, byte) {
            (At::Letter | At::U, b'u') => {
                self.state = At::Hex;
                self.digits = 0;
                self.value = 0;
                Ok(None)
            }
            (At::Letter, _) => simple(byte).map(Some).ok_or("unknown escape in text"),
            (At::Backslash, b'\\') => {
                self.state = At::U;
                Ok(None)
            }
            (At::Backslash | At::U, _) => Err(LONE),
            (At::Hex, _) => {
                let digit = char::from(byte)
                    .to_digit(16)
                    .ok_or("expected four hexadecimal digits")?;
                self.value = self.value * 16 + digit;
                self.digits += 1;
                if self.digits == 4 {
                    self.unit()
                } else {
                    Ok(None)
                }
            }
        }
    }

    fn unit(&mut self) -> Result<Option<char>, &'static str> {
        match (self.high.take(), self.value) {
            (None, high @ 0xD800..=0xDBFF) => {
                self.high = Some(high);
                self.state = At::Backslash;
                Ok(None)
            }
            (Some(high), low @ 0xDC00..=0xDFFF) => {
                let joined = 0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00);
                char::from_u32(joined).map(Some).ok_or(LONE)
            }
            (Some(_), _) => Err(LONE),
            (None, other) => char::from_u32(other).map(Some).ok_or(LONE),
        }
    }
}

fn simple(byte: u8) -> Option<char> {
    Some(match byte {
        b'"' => '"',
        b'\\' => '\\',
        b'/' => '/',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        _ => return None,
    })
}

/// UTF-8 in pieces that may cut a character.
#[derive(Debug, Default)]
pub(super) struct Utf8 {
    cut: Vec<u8>,
}

impl Utf8 {
    /// Takes the next piece; the place of the first bad byte in it, if there is one.
    pub(super) fn feed(&mut self, piece: &[u8]) -> Option<usize> {
        let mut start = 0;
        while !self.cut.is_empty() {
            let byte = piece.get(start)?;
            self.cut.push(*byte);
            match std::str::from_utf8(&self.cut) {
                Ok(_) => self.cut.clear(),
                Err(error) if error.error_len().is_some() => return Some(start),
                Err(_) => {}
            }
            start += 1;
        }
        let rest = piece.get(start..).unwrap_or_default();
        let error = std::str::from_utf8(rest).err()?;
        if error.error_len().is_some() {
            return Some(start + error.valid_up_to());
        }
        self.cut = rest.get(error.valid_up_to()..).unwrap_or_default().to_vec();
        None
    }
}
