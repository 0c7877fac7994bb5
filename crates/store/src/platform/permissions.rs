//! Access codes, and the tokens they are exchanged for.

use crate::Result;
use async_trait::async_trait;
use jiff::Timestamp;
use model::practitioner::Practitioner;
use model::{Actor, ClientSystemId, Hash, TokenId};

/// A code that a toolbar asked for.
#[derive(Clone, Debug)]
pub struct NewAccessCode {
    /// Keyed hash of the code.
    pub hash: Hash,
    /// Whose permission it stands for.
    pub practitioner: Practitioner,
    /// When it was made.
    pub made_at: Timestamp,
    /// When it ends.
    pub ends_at: Timestamp,
}

/// A client system brings a code.
#[derive(Clone, Debug)]
pub struct CodeExchange {
    /// Who.
    pub client: ClientSystemId,
    /// Keyed hash of the code.
    pub code_hash: Hash,
    /// The token it would get.
    pub token: TokenId,
    /// That token's hash.
    pub token_hash: Hash,
    /// When.
    pub at: Timestamp,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Exchanged {
    /// The code is used up, the token is stored, the practitioner's toolbar was told.
    Token(Practitioner),
    /// Unknown, used or ended. Counted against the client system.
    Wrong,
    /// Too many wrong codes lately; the code was not looked at.
    TooMany {
        /// When the oldest counted one leaves the window.
        until: Timestamp,
    },
}

/// A token without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Its public name.
    pub id: TokenId,
    /// Who may use it.
    pub client: ClientSystemId,
    /// Whose permission it is.
    pub practitioner: Practitioner,
    /// When it was withdrawn.
    pub withdrawn_at: Option<Timestamp>,
}

/// A token as its practitioner sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenSummary {
    /// Its public name.
    pub id: TokenId,
    /// The client system's name.
    pub client_name: String,
    /// When the code was exchanged.
    pub made_at: Timestamp,
    /// When a message was last accepted under it.
    pub last_used_at: Option<Timestamp>,
}

/// Codes and tokens.
#[async_trait]
pub trait Permissions: Send + Sync {
    /// Stores a code. Codes that ended are dropped on the way.
    async fn add_code(&self, by: &Actor, code: &NewAccessCode) -> Result<()>;
    /// Exchanges a code, or counts a wrong one; limits from [`model::access_code`].
    async fn exchange(&self, by: &Actor, exchange: &CodeExchange) -> Result<Exchanged>;
    /// The token with this hash, withdrawn ones too.
    async fn token(&self, hash: Hash) -> Result<Option<Token>>;
    /// A practitioner's tokens that are good, newest first.
    async fn tokens_of(&self, practitioner: &Practitioner) -> Result<Vec<TokenSummary>>;
    /// Withdraws a practitioner's token, and tells every message that waits under it
    /// ([`model::message::Event::Withdrawn`]). `false` when there is no such good token.
    async fn withdraw(
        &self,
        by: &Actor,
        practitioner: &Practitioner,
        token: TokenId,
        at: Timestamp,
    ) -> Result<bool>;
}
