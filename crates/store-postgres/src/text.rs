//! Text that PostgreSQL would not take: it has no U+0000, which JSON may bring in any text.
//!
//! It is written as two other characters that no sender has a use for, and is read as what it was.

use std::borrow::Cow;

#[cfg(test)]
mod tests;

/// A noncharacter, which Unicode keeps for uses such as this one.
const SIGN: char = '\u{FDD0}';
const SIGN_ITSELF: &str = "\u{FDD0}\u{FDD0}";
const NUL: &str = "\u{FDD0}0";

/// As it is written.
pub(crate) fn kept(text: &str) -> Cow<'_, str> {
    if text.contains(['\0', SIGN]) {
        Cow::Owned(text.replace(SIGN, SIGN_ITSELF).replace('\0', NUL))
    } else {
        Cow::Borrowed(text)
    }
}

/// What was written.
pub(crate) fn given(text: &mut String) {
    if !text.contains(SIGN) {
        return;
    }
    let mut given = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        if character == SIGN {
            match characters.next() {
                Some('0') => given.push('\0'),
                Some(other) => given.push(other),
                None => given.push(SIGN),
            }
        } else {
            given.push(character);
        }
    }
    *text = given;
}
