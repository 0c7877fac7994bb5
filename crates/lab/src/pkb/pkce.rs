//! Proof Key for Code Exchange (RFC 7636): who asks for the tokens is who asked for the code.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use model::Hash;

/// What an authorise request committed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Challenge {
    pub(super) value: String,
    pub(super) method: Method,
}

/// How the challenge is made from the verifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    /// SHA-256, base64url.
    S256,
    /// As it is.
    Plain,
}

impl Method {
    /// As it is written in `code_challenge_method`.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::S256 => "S256",
            Self::Plain => "plain",
        }
    }

    /// The method of this name; without a name it is `plain` (RFC 7636 §4.3).
    pub(super) fn parse(name: Option<&str>) -> Option<Self> {
        match name {
            Some("S256") => Some(Self::S256),
            None | Some("plain") => Some(Self::Plain),
            Some(_) => None,
        }
    }
}

impl Challenge {
    /// Whether `verifier` is what the challenge was made from.
    pub(super) fn is_met_by(&self, verifier: &str) -> bool {
        let made = match self.method {
            Method::S256 => BASE64_URL_SAFE_NO_PAD.encode(Hash::of(verifier.as_bytes()).as_bytes()),
            Method::Plain => verifier.to_owned(),
        };
        well_formed(verifier) && Hash::of(made.as_bytes()).same(&Hash::of(self.value.as_bytes()))
    }
}

/// 43 to 128 unreserved characters: verifiers and challenges alike (RFC 7636 §4.1, §4.2).
pub(super) fn well_formed(text: &str) -> bool {
    (43..=128).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_rfc_holds() {
        let challenge = Challenge {
            value: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM".to_owned(),
            method: Method::S256,
        };
        assert!(challenge.is_met_by("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"));
        assert!(!challenge.is_met_by("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXK"));
        assert!(!challenge.is_met_by(&challenge.value));
        assert!(!challenge.is_met_by(""));
    }

    #[test]
    fn plain_is_compared_as_it_is() {
        let value = "a".repeat(43);
        let challenge = Challenge {
            value: value.clone(),
            method: Method::Plain,
        };
        assert!(challenge.is_met_by(&value));
        assert!(!challenge.is_met_by(&"a".repeat(44)));
        assert!(!well_formed(&"a".repeat(42)) && !well_formed(&"a".repeat(129)));
        assert!(!well_formed(&"é".repeat(30)));
    }
}
