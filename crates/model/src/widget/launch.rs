//! What the tokens of a launch must say. The toolbar's device signs them; signature and times are judged where
//! tokens are read, here what is claimed.

use crate::practitioner::Practitioner;
use crate::{Hash, NhsNumber};
use uuid::Uuid;

/// The query parameter, and the word, for who opens a widget.
pub const USER: &str = "user";
/// The query parameter, and the word, for which patient it is opened.
pub const PATIENT: &str = "patient";

/// What every token says (RFC 7519, section 4.1).
#[derive(Clone, Copy)]
pub struct Claims<'a> {
    /// `iss`.
    pub issuer: &'a str,
    /// `aud`.
    pub audience: &'a str,
    /// `sub`.
    pub subject: &'a str,
    /// `jti`.
    pub id: &'a str,
}

/// What a launch expects of its tokens.
#[derive(Clone, Copy)]
pub struct Expected<'a> {
    /// The platform's address.
    pub issuer: &'a str,
    /// The widget's address.
    pub audience: &'a str,
}

/// Why a token may not be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It speaks for another platform.
    #[error("was issued in the name of another platform")]
    Issuer,
    /// It is for another widget, or for an address that this one no longer has.
    #[error("is for another address")]
    Audience,
    /// It has no id by which it could be known again. Only a UUID is one, for ids are written down.
    #[error("has no UUID as its jti")]
    Id,
    /// It is about another practitioner than the one who is signed in.
    #[error("is about somebody else than the practitioner who is signed in")]
    Practitioner,
    /// It is not about a patient.
    #[error("is not about an NHS number")]
    Patient,
    /// The two of a launch were not made for each other.
    #[error("belongs to another user token")]
    Pair,
}

/// What only a user token says.
#[derive(Clone, Copy)]
pub struct User<'a> {
    /// `name`.
    pub name: &'a str,
    /// `organisation.odsCode`.
    pub ods_code: &'a str,
}

/// Judges a user token: it must be about the practitioner who is signed in under this name. Answers its id.
///
/// # Errors
/// [`Refused`].
pub fn check_user(
    claims: Claims<'_>,
    user: User<'_>,
    expected: Expected<'_>,
    who: &Practitioner,
    name: &str,
) -> Result<Uuid, Refused> {
    let id = check(claims, expected)?;
    let same = claims.subject == who.spine_user_id.as_str()
        && user.ods_code == who.practice.as_str()
        && user.name == name;
    if same {
        Ok(id)
    } else {
        Err(Refused::Practitioner)
    }
}

/// Judges a patient token: it must belong to the user token of the same launch. Answers its id.
///
/// # Errors
/// [`Refused`].
pub fn check_patient(
    claims: Claims<'_>,
    user_id: &str,
    expected: Expected<'_>,
    user: Uuid,
) -> Result<Uuid, Refused> {
    let id = check(claims, expected)?;
    if NhsNumber::parse(claims.subject).is_err() {
        return Err(Refused::Patient);
    }
    let its_user = Uuid::parse_str(user_id).map_err(|_| Refused::Pair)?;
    if its_user != user || id == user {
        return Err(Refused::Pair);
    }
    Ok(id)
}

fn check(claims: Claims<'_>, expected: Expected<'_>) -> Result<Uuid, Refused> {
    if claims.issuer.trim_end_matches('/') != expected.issuer.trim_end_matches('/') {
        return Err(Refused::Issuer);
    }
    if claims.audience != expected.audience {
        return Err(Refused::Audience);
    }
    Uuid::parse_str(claims.id).map_err(|_| Refused::Id)
}

/// A token as the audit log names it: its id and the SHA-256 of its signed text, by which whoever has the text can
/// show that it was this one. Neither says who the patient is, for every text has a random id in it.
pub fn named(kind: &str, id: Uuid, signed: &str) -> String {
    format!(
        "{kind} {} {}",
        id.hyphenated(),
        Hash::of(signed.as_bytes()).to_hex()
    )
}
