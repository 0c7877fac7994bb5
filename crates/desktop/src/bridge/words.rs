//! What went wrong, in words for the practice.

use toolbar::OperationError;

/// With a capital letter.
pub(super) fn capital(words: &str) -> String {
    let mut letters = words.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

/// With a capital letter and a stop; empty stays empty.
pub(super) fn sentence(words: &str) -> String {
    let words = capital(words.trim());
    if words.is_empty() || words.ends_with(['.', '!', '?']) {
        words
    } else {
        format!("{words}.")
    }
}

/// Why something that somebody asked for was not done.
pub(super) fn of(error: &OperationError) -> String {
    match error {
        OperationError::NotSignedIn => "Nobody is signed in.".to_owned(),
        OperationError::Offline => {
            "The toolbar is offline. Try again when it is connected.".to_owned()
        }
        OperationError::Platform(error) => platform(error),
        OperationError::NotImported { reason } => {
            format!("The message was not imported. {}", sentence(reason))
        }
        OperationError::RecordSystemAway { words } => sentence(words),
        other => sentence(&other.to_string()),
    }
}

fn platform(error: &sdk::Error) -> String {
    match error.refusal() {
        Some(refusal) if !refusal.words.is_empty() => sentence(&refusal.words),
        Some(refusal) if refusal.is_temporary() => {
            "The platform is busy. Try again in a moment.".to_owned()
        }
        Some(_) => "The platform refused.".to_owned(),
        None => "The platform doesn't answer. Try again in a moment.".to_owned(),
    }
}
