//! What the messages are made of, read back.

use super::*;
use serde_json::Value;
use std::collections::HashSet;

fn messages(shape: Shape, distinct: bool) -> Messages {
    let recipe = Recipe {
        kind: Kind::Standard,
        shape,
        practice: "GPPRAC001".to_owned(),
        patient: "9547852140".to_owned(),
        distinct,
    };
    Messages::new(&recipe, Ids::seeded(1))
}

fn files(body: &[u8]) -> Vec<Vec<u8>> {
    let message: Value = serde_json::from_slice(body).unwrap();
    let files = message["attachments"].as_array().unwrap();
    let content = |file: &Value| STANDARD.decode(file["content"].as_str().unwrap()).unwrap();
    files.iter().map(content).collect()
}

#[test]
fn a_tiny_message_is_what_the_platform_reads() {
    let messages = messages(Shape::Tiny, true);
    let body = messages.body(3).to_vec();
    assert!((3500..3700).contains(&body.len()), "{}", body.len());
    let message: SendMessage = serde_json::from_slice(&body).unwrap();
    assert_eq!(message.message_id, messages.ids().id(3).to_string());
    assert_eq!(message.kind, "ToolbarMessage");
    let files = files(&body);
    assert_eq!(files[0].len(), 2048);
    assert!(files[0].starts_with(b"%PDF-"));
}

#[test]
fn large_ones_have_files_of_exactly_the_limit_and_say_how_long_they_are() {
    let body = messages(Shape::TenLarge, true).body(0);
    let whole = body.to_vec();
    assert_eq!(body.len(), whole.len() as u64);
    let files = files(&whole);
    assert_eq!(files.len(), 10);
    assert!(files.iter().all(|file| file.len() == LARGEST));
    let distinct: HashSet<_> = files.iter().map(|file| &file[..64]).collect();
    assert_eq!(distinct.len(), 10);
}

#[test]
fn escaped_ones_have_no_bare_slash_and_the_same_files() {
    let plain = messages(Shape::TenLarge, true).body(2).to_vec();
    let escaped = messages(Shape::TenLargeEscaped, true).body(2).to_vec();
    assert!(escaped.len() > plain.len() + 500_000);
    let bare = escaped
        .windows(2)
        .any(|pair| pair[1] == b'/' && pair[0] != b'\\');
    assert!(!bare);
    assert!(files(&plain) == files(&escaped));
}

#[test]
fn files_differ_from_message_to_message_only_when_asked() {
    let first_file = |distinct, number| {
        let body = messages(Shape::Tiny, distinct).body(number).to_vec();
        files(&body).remove(0)
    };
    assert_ne!(first_file(true, 1), first_file(true, 2));
    assert_eq!(first_file(false, 1), first_file(false, 2));
}
