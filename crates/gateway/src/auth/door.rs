//! What the operators' and the patients' ways in have of their own: names of cookies, and where accounts and sessions
//! are kept.

use crate::context::Context;
use jiff::Timestamp;
use model::Hash;
use store::Result;

/// One way in.
pub(crate) trait Door {
    /// The cookie of a session.
    const SESSION: &'static str;
    /// The cookie of a browser in which somebody has signed in before.
    const KNOWN: &'static str;
    /// What the vault signs that cookie for.
    const KNOWN_PURPOSE: &'static str;

    /// The account that signs in with this name.
    fn find(ctx: &Context, name: &str) -> impl Future<Output = Result<Option<Entrant>>> + Send;
    /// Counts a wrong password, or starts counting anew after a right one.
    fn count(
        ctx: &Context,
        whose: &str,
        failures: u32,
        locked_until: Option<Timestamp>,
    ) -> impl Future<Output = Result<()>> + Send;
    /// Begins a session in the place of `before`. `false` when the account is gone.
    async fn begin(ctx: &Context, spell: &Spell, before: Option<Hash>) -> Result<bool>;
    /// The session with this hash.
    async fn spell(ctx: &Context, hash: Hash) -> Result<Option<Spell>>;
    /// Notes that a session was used.
    async fn used(ctx: &Context, hash: Hash, at: Timestamp) -> Result<()>;
    /// Ends a session.
    async fn end(ctx: &Context, hash: Hash) -> Result<()>;
}

/// Somebody who may come in.
pub(crate) struct Entrant {
    /// Whose the account is: an operator's name, a patient's id.
    pub(crate) whose: String,
    /// Argon2id, in PHC form.
    pub(crate) password_hash: String,
    /// Wrong passwords in a row.
    pub(crate) failures: u32,
    /// No password is looked at before this moment.
    pub(crate) locked_until: Option<Timestamp>,
}

/// One signed-in spell.
pub(crate) struct Spell {
    /// Hash of the cookie.
    pub(crate) hash: Hash,
    /// Whose.
    pub(crate) whose: String,
    /// When it began.
    pub(crate) made_at: Timestamp,
    /// When it ends, whatever happens.
    pub(crate) ends_at: Timestamp,
    /// When it was last used.
    pub(crate) used_at: Timestamp,
}
