//! ODS codes: how the NHS names an organisation.

/// A practice's code, for instance `GPPRAC001`: 3 to 12 upper-case letters and digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OdsCode(String);

/// Why a text is no ODS code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be an ODS code: 3 to 12 capital letters and digits, as in GPPRAC001")]
pub struct NotAnOdsCode;

impl OdsCode {
    /// Reads a code as written; lower case is refused, not mended.
    ///
    /// # Errors
    /// [`NotAnOdsCode`].
    pub fn parse(text: &str) -> Result<Self, NotAnOdsCode> {
        let fits = (3..=12).contains(&text.len())
            && text
                .bytes()
                .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        if fits {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotAnOdsCode)
        }
    }

    /// The code.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for OdsCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
