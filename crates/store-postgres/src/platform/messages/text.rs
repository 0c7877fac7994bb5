//! Text that PostgreSQL would not take: it has no U+0000, which JSON may bring in any text.
//!
//! It is written as two other characters that no sender has a use for, and is read as what it was.

use model::message::{Review, Stage, Waiting};
use std::borrow::Cow;
use store::platform::{Stored, StoredContent};

#[cfg(test)]
mod tests;

/// A noncharacter, which Unicode keeps for uses such as this one.
const SIGN: char = '\u{FDD0}';
const SIGN_ITSELF: &str = "\u{FDD0}\u{FDD0}";
const NUL: &str = "\u{FDD0}0";

/// As it is written.
pub(super) fn kept(text: &str) -> Cow<'_, str> {
    if text.contains(['\0', SIGN]) {
        Cow::Owned(text.replace(SIGN, SIGN_ITSELF).replace('\0', NUL))
    } else {
        Cow::Borrowed(text)
    }
}

/// What was written.
pub(super) fn given(text: &mut String) {
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

/// A message as it was before its texts were written.
pub(super) fn message(mut stored: Stored) -> Stored {
    match &mut stored.stage {
        Stage::Waiting {
            what: Waiting::Review(Review::ImportFailed(reason)),
            ..
        }
        | Stage::Claimed {
            otherwise: Waiting::Review(Review::ImportFailed(reason)),
            ..
        }
        | Stage::Rejected { reason } => given(reason),
        Stage::Waiting { .. }
        | Stage::Claimed { .. }
        | Stage::Completed { .. }
        | Stage::Expired => {}
    }
    stored
}

/// Content as it was before its texts were written.
pub(super) fn content(mut content: StoredContent) -> StoredContent {
    if let Some(body) = &mut content.body {
        given(&mut body.content);
    }
    for item in &mut content.coded_data {
        let texts = [&mut item.unit, &mut item.additional_text];
        texts.into_iter().flatten().for_each(given);
    }
    content
}
