//! Names in the folder: of a message's sub-folder, and of its files.

use model::FileName;
use ring::digest::{SHA256, digest};
use std::collections::HashSet;
use std::fmt::Write as _;

/// The file with all that is not a document.
pub(super) const MESSAGE_FILE: &str = "message.json";
/// Bytes of a name; some file systems end at 255, and the folder's own path needs room.
const LONGEST: usize = 180;

/// The name of a message's sub-folder: always the same for the same message, and of no other one.
pub(super) fn key(client_system_id: &str, message_id: &str) -> String {
    let name = format!("{}/{client_system_id}/{message_id}", client_system_id.len());
    let mut key = "message-".to_owned();
    for byte in digest(&SHA256, name.as_bytes()).as_ref().iter().take(16) {
        // Writing to a String does not fail.
        let _ = write!(key, "{byte:02x}");
    }
    key
}

/// Names for a message's files, in their order: the sender's own as far as a disk takes them, no two the same.
pub(super) fn files<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut taken = HashSet::from([MESSAGE_FILE.to_uppercase()]);
    let mut files = Vec::new();
    for (place, name) in names.enumerate() {
        let mut file = match FileName::parse(name) {
            Ok(name) => shortened(name.as_str()),
            Err(_) => format!("attachment-{}", place + 1),
        };
        while !taken.insert(file.to_uppercase()) {
            file = format!("{}-{file}", place + 1);
        }
        files.push(file);
    }
    files
}

/// The name, cut before its extension if it is too long.
fn shortened(name: &str) -> String {
    if name.len() <= LONGEST {
        return name.to_owned();
    }
    let (stem, extension) = match name.rsplit_once('.') {
        Some((stem, extension)) if extension.len() <= 16 => (stem, extension),
        _ => (name, ""),
    };
    let room = LONGEST - extension.len() - 1;
    let mut cut = String::new();
    for letter in stem.chars() {
        if cut.len() + letter.len_utf8() > room {
            break;
        }
        cut.push(letter);
    }
    let cut = cut.trim_end_matches(|c: char| c == '.' || c.is_whitespace());
    if extension.is_empty() {
        cut.to_owned()
    } else {
        format!("{cut}.{extension}")
    }
}
