//! A practitioner as the supplier's own product names them.

/// The product's own id of a user: 1 to 200 characters, none of them a control character, no white space
/// at either end. It should not be a name or an NHS number, for it stands in addresses.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UserId(String);

/// The longest id, in characters.
pub const MAX_USER_ID: usize = 200;

/// Why a text is not a user's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must have 1 to 200 characters, no control characters, and no white space at either end")]
pub struct NotAUserId;

/// Whether a text may be a product's own id of somebody.
pub(crate) fn is_own_id(text: &str) -> bool {
    !text.is_empty()
        && text.chars().count() <= MAX_USER_ID
        && !text.chars().any(char::is_control)
        && text.trim() == text
}

impl UserId {
    /// Reads an id.
    ///
    /// # Errors
    /// [`NotAUserId`].
    pub fn parse(text: &str) -> Result<Self, NotAUserId> {
        is_own_id(text)
            .then(|| Self(text.to_owned()))
            .ok_or(NotAUserId)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for UserId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::fmt::Debug for UserId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "UserId({})", self.0)
    }
}

/// Whether a user's messages may go out by themselves (contract E).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Authorisation {
    /// No access code was ever taken, or the token was forgotten.
    None,
    /// There is a token that was good when it was last looked at.
    Authorised,
    /// The practitioner withdrew it at the practice.
    Withdrawn,
}

impl Authorisation {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::None, Self::Authorised, Self::Withdrawn];

    /// As it is stored and told.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Authorised => "authorised",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// Reads [`Self::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_short_plain_text() {
        assert!(UserId::parse("dr-okafor").is_ok());
        assert!(UserId::parse("Ada Ökafor/7").is_ok());
        for bad in ["", " x", "x ", "a\nb", &"x".repeat(201)] {
            assert_eq!(UserId::parse(bad), Err(NotAUserId), "{bad:?}");
        }
    }
}
