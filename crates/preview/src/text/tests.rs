//! Words that turn, hide or go on too long.

use super::*;

#[test]
fn what_turns_or_hides_words_is_left_out() {
    let (text, cut) = visible("a\u{202e}0412\u{202c}b\r\nc\rd\u{7}\te\u{200b}f\u{c}g");
    assert_eq!(text, "a0412b\nc\nd\tef\ng");
    assert!(!cut);
}

#[test]
fn a_long_text_is_cut_and_says_so() {
    let (text, cut) = visible(&"é".repeat(limits::TEXT_CHARACTERS + 1));
    assert_eq!(text.chars().count(), limits::TEXT_CHARACTERS);
    assert!(cut);
}

#[test]
fn only_utf_8_is_text() {
    assert_eq!(read(b"\xef\xbb\xbfhello"), Ok("hello"));
    assert_eq!(read(b"\xff\xfe"), Err(PreviewError::Damaged));
}
