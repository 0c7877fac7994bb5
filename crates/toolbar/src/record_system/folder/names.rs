//! Names in the folder: of a message's sub-folder, and of its files.

use model::FileName;
use model::attachment::Kind;
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

/// Names for a message's files, in their order: the sender's own as far as a disk takes them, no two the same. Each
/// ends as its kind does, so that whoever opens it by its name opens a document and starts no program.
pub(super) fn files<'a>(sent: impl Iterator<Item = (&'a str, Kind)>) -> Vec<String> {
    let mut taken = HashSet::from([MESSAGE_FILE.to_uppercase()]);
    let mut files = Vec::new();
    for (place, (name, kind)) in sent.enumerate() {
        let mut file = match FileName::parse(name) {
            Ok(name) => shortened(&ending(name.as_str(), kind)),
            Err(_) => ending(&format!("attachment-{}", place + 1), kind),
        };
        while !taken.insert(file.to_uppercase()) {
            file = format!("{}-{file}", place + 1);
        }
        files.push(file);
    }
    files
}

/// The extensions of a kind; a file that has none of them gets the first one.
fn extensions(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Pdf => &["pdf"],
        Kind::Jpeg => &["jpg", "jpeg"],
        Kind::Text | Kind::ConsultationNotes => &["txt"],
    }
}

/// The name with an extension of its kind.
fn ending(name: &str, kind: Kind) -> String {
    let known = extensions(kind);
    let own = name.rsplit_once('.').map(|(_, extension)| extension);
    let fits = |own: &str| known.iter().any(|known| known.eq_ignore_ascii_case(own));
    match known.first() {
        Some(first) if !own.is_some_and(fits) => format!("{name}.{first}"),
        _ => name.to_owned(),
    }
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
