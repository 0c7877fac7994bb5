//! Words from strangers made fit to be drawn: nothing that turns, hides or overprints other words.

use crate::{Looked, PreviewError, limits};

/// What may be drawn of a text, and whether there is more.
///
/// Left out are control characters other than line ends and tabs, and marks that turn the direction of
/// writing or are not seen, since a number may be made to look like another with them.
pub fn visible(text: &str) -> (String, bool) {
    let mut out = String::with_capacity(text.len().min(limits::TEXT_CHARACTERS));
    let mut after_return = false;
    let mut count = 0_usize;
    for character in text.chars() {
        if count >= limits::TEXT_CHARACTERS {
            return (out, true);
        }
        let returned = std::mem::replace(&mut after_return, character == '\r');
        let shown = match character {
            '\n' if returned => continue,
            '\r' | '\u{c}' | '\u{b}' | '\u{85}' | '\u{2028}' | '\u{2029}' => '\n',
            '\n' | '\t' => character,
            _ if is_unfit(character) => continue,
            _ => character,
        };
        out.push(shown);
        count += 1;
    }
    (out, false)
}

/// Whether a character is never drawn.
pub(crate) fn is_unfit(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
            | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}')
}

/// Reads a text document.
///
/// # Errors
/// Not UTF-8, or too large.
pub fn look(bytes: &[u8]) -> Result<Looked, PreviewError> {
    let (text, cut) = visible(read(bytes)?);
    Ok(Looked::Text { text, cut })
}

/// The text as it is, for a search.
///
/// # Errors
/// Not UTF-8, or too large.
pub fn read(bytes: &[u8]) -> Result<&str, PreviewError> {
    if bytes.len() > limits::DOCUMENT_BYTES {
        return Err(PreviewError::TooLarge);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| PreviewError::Damaged)?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

#[cfg(test)]
mod tests;
