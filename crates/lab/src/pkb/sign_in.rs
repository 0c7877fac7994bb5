//! Who signs in: e-mail and password, and no endless guessing.

use super::people::{self, Person};
use jiff::{SignedDuration, Timestamp};
use model::Hash;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// So many wrong passwords in a row …
const MOST: u32 = 10;
/// … close an account to guesses for so long.
const REST: SignedDuration = SignedDuration::from_mins(10);

/// Wrong passwords, by the public id of the person. People are few, so this stays small.
#[derive(Default)]
pub(super) struct SignIns(Mutex<HashMap<&'static str, Wrong>>);

struct Wrong {
    times: u32,
    last: Timestamp,
}

/// Why somebody is not signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotSignedIn {
    /// No such person, or another password.
    Unknown,
    /// Too many wrong passwords.
    Resting,
}

impl SignIns {
    /// The person with this e-mail and password.
    pub(super) fn sign_in(
        &self,
        email: &str,
        password: &str,
        now: Timestamp,
    ) -> Result<&'static Person, NotSignedIn> {
        let person = people::by_email(email).ok_or(NotSignedIn::Unknown)?;
        let mut wrong = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let id = person.public_id.as_str();
        wrong.retain(|_, wrong| now.duration_since(wrong.last) < REST);
        if wrong.get(id).is_some_and(|wrong| wrong.times >= MOST) {
            return Err(NotSignedIn::Resting);
        }
        if Hash::of(password.as_bytes()).same(&Hash::of(person.password.as_bytes())) {
            wrong.remove(id);
            return Ok(person);
        }
        let wrong = wrong.entry(id).or_insert(Wrong {
            times: 0,
            last: now,
        });
        wrong.times += 1;
        wrong.last = now;
        Err(NotSignedIn::Unknown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guessing_is_ended_for_a_while() {
        let sign_ins = SignIns::default();
        let person = people::everyone().first().unwrap();
        let (email, password) = (person.email.as_str(), person.password.as_str());
        let start = Timestamp::UNIX_EPOCH;
        assert!(sign_ins.sign_in(email, password, start).is_ok());
        for _ in 0..MOST {
            let wrong = sign_ins.sign_in(email, "wrong", start);
            assert_eq!(wrong.err(), Some(NotSignedIn::Unknown));
        }
        let right = sign_ins.sign_in(email, password, start);
        assert_eq!(right.err(), Some(NotSignedIn::Resting));
        assert!(sign_ins.sign_in(email, password, start + REST).is_ok());
        let nobody = sign_ins.sign_in("nobody@example.com", "x", start);
        assert_eq!(nobody.err(), Some(NotSignedIn::Unknown));
    }
}
