//! Practitioners by the product's own ids.

use super::Sealed;
use crate::Result;
use async_trait::async_trait;
use jiff::Timestamp;
use model::UserId;
use model::gateway_user::Authorisation;

/// A user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The product's own id.
    pub id: UserId,
    /// A name for people, if the product gave one.
    pub name: Option<String>,
    /// When it was made.
    pub made_at: Timestamp,
    /// Where its authorisation stands.
    pub authorisation: Authorisation,
    /// Which authorisation this is: grows by one with every access code that is taken. A withdrawal that was
    /// noticed about an older one says nothing about this one.
    pub grant: u64,
    /// When the present authorisation was made.
    pub authorised_at: Option<Timestamp>,
    /// When it was last seen to be good or withdrawn.
    pub verified_at: Option<Timestamp>,
}

/// Which users.
#[derive(Clone, Debug, Default)]
pub struct UserFilter {
    /// Only those whose authorisation stands so.
    pub authorisation: Option<Authorisation>,
    /// Only those whose id or name holds this text, letters' case aside.
    pub text: Option<String>,
    /// Only ids after this one.
    pub after: Option<UserId>,
}

/// What came of marking an authorisation withdrawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Withdrawn {
    /// It is marked, and told as an event.
    Marked,
    /// It was marked before, is of another grant, or there is none.
    Not,
}

/// Users. `by` says who did it, as in [`super::Happened`].
#[async_trait]
pub trait Users: Send + Sync {
    /// Adds a user, or gives one a new name. `true` when it is new.
    async fn put(&self, id: &UserId, name: Option<&str>, at: Timestamp) -> Result<bool>;
    /// One user.
    async fn get(&self, id: &UserId) -> Result<Option<User>>;
    /// Users by id, at most `limit`.
    async fn list(&self, filter: &UserFilter, limit: u32) -> Result<Vec<User>>;
    /// Deletes a user and the sealed token; tells it as an event. `false` when there is none. Messages stay.
    async fn delete(&self, by: &str, id: &UserId, at: Timestamp) -> Result<bool>;
    /// Stores a newly sealed token as the user's next grant, and tells it. `None` when there is no such user;
    /// else the number of the grant.
    async fn authorise(
        &self,
        by: &str,
        id: &UserId,
        token: &Sealed,
        at: Timestamp,
    ) -> Result<Option<u64>>;
    /// The sealed token of the present grant, with its number; `None` when there is none, or it was withdrawn.
    async fn token(&self, id: &UserId) -> Result<Option<(u64, Sealed)>>;
    /// Notes that this grant was seen to be good.
    async fn verified(&self, id: &UserId, grant: u64, at: Timestamp) -> Result<()>;
    /// Notes that this grant was withdrawn: the token goes, and it is told as an event, once.
    async fn withdrawn(
        &self,
        by: &str,
        id: &UserId,
        grant: u64,
        at: Timestamp,
    ) -> Result<Withdrawn>;
    /// Forgets the authorisation and its token, and tells it. `false` when there was none.
    async fn forget(&self, by: &str, id: &UserId, at: Timestamp) -> Result<bool>;
}
