//! Practitioners: practice users, named by their Spine User ID.

use crate::OdsCode;

/// A Spine User ID: 1 to 32 letters, digits or hyphens (NHS smartcards carry 12 digits).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SpineUserId(String);

/// Why a text is no Spine User ID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to 32 letters, digits or hyphens")]
pub struct NotASpineUserId;

impl SpineUserId {
    /// Reads an id as written.
    ///
    /// # Errors
    /// [`NotASpineUserId`].
    pub fn parse(text: &str) -> Result<Self, NotASpineUserId> {
        let fits = (1..=32).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        if fits {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotASpineUserId)
        }
    }

    /// The id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for SpineUserId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// A practitioner at one practice. The same person at two practices is two practitioners here,
/// since permission is given at a practice.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Practitioner {
    /// The practice.
    pub practice: OdsCode,
    /// The person.
    pub spine_user_id: SpineUserId,
}
