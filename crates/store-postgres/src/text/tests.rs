//! Every text comes back as it was, and none is written with U+0000.

use super::{given, kept};
use std::borrow::Cow;

#[test]
fn a_text_is_read_as_it_was_written() {
    for text in [
        "",
        "plain",
        "a\0b",
        "\0",
        "\0\0",
        "\u{FDD0}",
        "\u{FDD0}0",
        "\u{FDD0}\0",
        "\0\u{FDD0}\u{FDD0}0\0",
    ] {
        let written = kept(text);
        assert!(!written.contains('\0'));
        let mut read = written.into_owned();
        given(&mut read);
        assert_eq!(read, text);
    }
}

#[test]
fn ordinary_text_is_not_copied() {
    assert!(matches!(kept("Grüße"), Cow::Borrowed(_)));
}
