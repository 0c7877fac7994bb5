//! What one way in has of its own: names of cookies, and where accounts and sessions
//! are kept.

use crate::house::House;
use httpkit::problem::Refusal;
use jiff::Timestamp;
use model::Hash;

/// What a look or a change comes to; a failing store is told as its site tells it.
pub type Result<T> = std::result::Result<T, Refusal>;

/// One way in.
pub trait Door: Send + Sync + 'static {
    /// Where it is.
    type House: House;

    /// The cookie of a session.
    const SESSION: &'static str;
    /// The cookie of a browser in which somebody has signed in before.
    const KNOWN: &'static str;
    /// What the house signs that cookie for.
    const KNOWN_PURPOSE: &'static str;

    /// The account that signs in with this name.
    fn find(
        house: &Self::House,
        name: &str,
    ) -> impl Future<Output = Result<Option<Entrant>>> + Send;
    /// Counts a wrong password, or starts counting anew after a right one.
    fn count(
        house: &Self::House,
        whose: &str,
        failures: u32,
        locked_until: Option<Timestamp>,
    ) -> impl Future<Output = Result<()>> + Send;
    /// Begins a session in the place of `before`. `false` when the account is gone.
    fn begin(
        house: &Self::House,
        spell: &Spell,
        before: Option<Hash>,
    ) -> impl Future<Output = Result<bool>> + Send;
    /// The session with this hash.
    fn spell(house: &Self::House, hash: Hash)
    -> impl Future<Output = Result<Option<Spell>>> + Send;
    /// Notes that a session was used.
    fn used(
        house: &Self::House,
        hash: Hash,
        at: Timestamp,
    ) -> impl Future<Output = Result<()>> + Send;
    /// Ends a session.
    fn end(house: &Self::House, hash: Hash) -> impl Future<Output = Result<()>> + Send;
}

/// Somebody who may come in.
pub struct Entrant {
    /// Whose the account is: an operator's name, a patient's id.
    pub whose: String,
    /// Argon2id, in PHC form.
    pub password_hash: String,
    /// Wrong passwords in a row.
    pub failures: u32,
    /// No password is looked at before this moment.
    pub locked_until: Option<Timestamp>,
}

/// One signed-in spell.
#[derive(Debug)]
pub struct Spell {
    /// Hash of the cookie.
    pub hash: Hash,
    /// Whose.
    pub whose: String,
    /// When it began.
    pub made_at: Timestamp,
    /// When it ends, whatever happens.
    pub ends_at: Timestamp,
    /// When it was last used.
    pub used_at: Timestamp,
}
