//! A patient as an app names them, and as Patients Know Best (PKB) does.
//!
//! None of these types prints what it holds: each could lead to a person.

use crate::NhsNumber;
use crate::gateway_user::{NotAUserId, is_own_id};
use uuid::Uuid;

/// The app's own id of a patient: 1 to 200 characters, none of them a control character, no white space at
/// either end. It should not be a name, an e-mail address or an NHS number, for it stands in addresses.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AppUserId(String);

impl AppUserId {
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

    /// Whether who reads it knows which person it is: an e-mail address, or an NHS number as people write them. New
    /// patients must not be called so; those that are stay readable.
    pub fn names_a_person(&self) -> bool {
        let number: String = self
            .0
            .chars()
            .filter(|c| !c.is_whitespace() && *c != '-')
            .collect();
        self.0.contains('@') || NhsNumber::parse(&number).is_ok()
    }
}

impl std::fmt::Debug for AppUserId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AppUserId(…)")
    }
}

/// A PKB public id: which PKB record this is (facts file, section 8).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PublicId(pub Uuid);

impl PublicId {
    /// As PKB writes it.
    pub fn as_text(self) -> String {
        self.0.hyphenated().to_string()
    }
}

impl std::fmt::Debug for PublicId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PublicId(…)")
    }
}

/// The most characters of an e-mail address (RFC 5321, section 4.5.3.1.3, less the brackets).
pub const MAX_EMAIL: usize = 254;

/// Why a text is not an e-mail address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is not an e-mail address")]
pub struct NotAnEmail;

/// An e-mail address to sign in with, in small letters. That it exists is not checked.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Email(String);

impl Email {
    /// Reads an address as a person types it.
    ///
    /// # Errors
    /// [`NotAnEmail`].
    pub fn parse(typed: &str) -> Result<Self, NotAnEmail> {
        let text = typed.trim().to_lowercase();
        let plain =
            |c: char| !c.is_whitespace() && !c.is_control() && !matches!(c, '<' | '>' | ',');
        let (name, host) = text.rsplit_once('@').ok_or(NotAnEmail)?;
        let fits = !name.is_empty()
            && !name.contains('@')
            && host.split('.').count() > 1
            && host.split('.').all(|part| !part.is_empty())
            && text.chars().count() <= MAX_EMAIL
            && text.chars().all(plain);
        fits.then_some(Self(text)).ok_or(NotAnEmail)
    }

    /// The text, in small letters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Email {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Email(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_here_prints_a_person() {
        let id = AppUserId::parse("amy-7").unwrap();
        let email = Email::parse("amy@example.com").unwrap();
        let public = PublicId(Uuid::from_u128(7));
        let printed = format!("{id:?} {email:?} {public:?}");
        for secret in ["amy", "example", "0007"] {
            assert!(!printed.contains(secret), "{printed}");
        }
    }

    #[test]
    fn an_id_that_is_an_address_or_an_nhs_number_names_a_person() {
        let names = |id: &str| AppUserId::parse(id).unwrap().names_a_person();
        for id in [
            "amy@example.com",
            "amy@",
            "9547852140",
            "954 785 2140",
            "954-785-2140",
        ] {
            assert!(names(id), "{id}");
        }
        for id in ["amy-7", "9547852141", "95478521400", "id-9547852140"] {
            assert!(!names(id), "{id}");
        }
    }

    #[test]
    fn an_address_is_read_as_it_is_typed() {
        let read = Email::parse("  Amy.O'Neill+app@Example.COM ").unwrap();
        assert_eq!(read.as_str(), "amy.o'neill+app@example.com");
        for bad in [
            "",
            "amy",
            "@example.com",
            "amy@",
            "amy@example",
            "a b@example.com",
            "a@b@c.com",
            "amy@.com",
        ] {
            assert_eq!(Email::parse(bad), Err(NotAnEmail), "{bad:?}");
        }
        assert!(Email::parse(&format!("{}@example.com", "x".repeat(250))).is_err());
    }
}
