//! The tokens of links, and their renewal under a lease with a journal: a refresh token is never sent twice.
//!
//! A *flight* is one renewal. It is taken under a lease, noted as *calling* before the refresh token is sent, and
//! *lands* with what came of it. Each step is committed before the next one begins.

use super::{AtRisk, NewPair, Sealed};
use crate::Result;
use async_trait::async_trait;
use jiff::Timestamp;
use model::pkb_link::Lapse;
use model::{AppUserId, PublicId};

/// Which flight of a link: grows with each. Who comes with an older one is not heard.
pub type Fence = u64;

/// The tokens of a link that stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tokens {
    /// Which pair this is: grows with each.
    pub generation: u64,
    /// Both tokens, sealed to [`super::SealedPlace::LinkTokens`].
    pub sealed: Sealed,
    /// Whether a refresh token is among them.
    pub has_refresh: bool,
    /// When they were obtained.
    pub obtained_at: Timestamp,
    /// Until when the access token is used.
    pub good_until: Timestamp,
    /// Whether this pair was used.
    pub used: bool,
    /// Renewals in a row that spent nothing and brought nothing.
    pub failures: u32,
    /// When the patient last authorised.
    pub authorised_at: Timestamp,
    /// Whose record.
    pub public_id: PublicId,
}

/// What came of asking for a flight.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flight {
    /// It is the caller's.
    Yours {
        /// Which.
        fence: Fence,
        /// What is to be renewed.
        tokens: Tokens,
    },
    /// Somebody else has it until then.
    Others {
        /// The end of the lease.
        until: Timestamp,
    },
    /// The pair is another one by now.
    Renewed,
    /// The link does not stand. If that is because a flight's lease ended after its call had begun, this call noted
    /// and told it.
    NotLinked,
}

/// How a flight ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Landed {
    /// With new tokens.
    Renewed(NewPair),
    /// The refresh token was not spent.
    NotSpent {
        /// No earlier than this it is tried again by itself.
        retry_at: Timestamp,
        /// Whether the link is at risk now.
        risk: Option<AtRisk>,
    },
    /// The tokens are of no more use.
    Lapsed(Lapse),
}

/// A line of the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlightLine {
    /// Which.
    pub fence: Fence,
    /// Which node.
    pub holder: String,
    /// When it was taken.
    pub taken_at: Timestamp,
    /// When its call began, if it did.
    pub called_at: Option<Timestamp>,
    /// When it ended, and how: `renewed`, `not-spent`, `freed`, `dropped`, or the word of a [`Lapse`].
    pub ended: Option<(Timestamp, String)>,
}

/// Tokens of links.
#[async_trait]
pub trait Links: Send + Sync {
    /// The tokens of a link; `None` unless it stands.
    async fn tokens(&self, id: &AppUserId) -> Result<Option<Tokens>>;
    /// Notes the first use of a pair, and when it is to be renewed because of that: never later than it would be, and not
    /// earlier while renewals fail.
    async fn used(&self, id: &AppUserId, generation: u64, due_at: Timestamp) -> Result<()>;
    /// Asks to renew this generation. A flight whose lease has ended at `now` is settled first: freed if it had not
    /// called, else the link lapses ([`Lapse::AnswerLost`]) and that is told.
    async fn take_flight(
        &self,
        by: &str,
        id: &AppUserId,
        generation: u64,
        holder: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Flight>;
    /// Notes that the refresh token is about to be sent. `false` when the flight is not the caller's any more: then it
    /// must not be sent. A second note of one flight is `false` as well.
    async fn calling(&self, id: &AppUserId, fence: Fence, now: Timestamp) -> Result<bool>;
    /// Ends a flight and tells what changed. `false` when it is not the link's last flight any more, and nothing was
    /// kept. A flight that was given up as lost meanwhile may still land renewed: the link stands again. Landing so again
    /// is `true` and changes nothing: whoever does not know whether it was committed asks again.
    async fn land(
        &self,
        by: &str,
        id: &AppUserId,
        fence: Fence,
        landed: &Landed,
        now: Timestamp,
    ) -> Result<bool>;
    /// Links that are due to be renewed and are not in flight, longest due first, at most `limit`. One that cannot be
    /// read is set aside for [`super::SET_ASIDE`] and logged; it must not hold up the others.
    async fn due(&self, now: Timestamp, limit: u32) -> Result<Vec<(AppUserId, u64)>>;
    /// Settles flights whose lease has ended at `now`, as [`Self::take_flight`] does, at most `limit`; how many.
    async fn settle_flights(&self, by: &str, now: Timestamp, limit: u32) -> Result<u64>;
    /// Settles all flights, for no other process can be at them; how many.
    async fn settle_all_flights(&self, by: &str, now: Timestamp) -> Result<u64>;
    /// PKB did not take the access token of this generation: the link lapses, told. `false` when the pair is another
    /// one, is in flight, or the link does not stand.
    async fn lapse(
        &self,
        by: &str,
        id: &AppUserId,
        generation: u64,
        why: Lapse,
        at: Timestamp,
    ) -> Result<bool>;
    /// Keeps what PKB says of the patient, if it is still this record's link, whether or not it stands. `false` when not.
    async fn keep_details(
        &self,
        id: &AppUserId,
        public_id: PublicId,
        details: &Sealed,
        at: Timestamp,
    ) -> Result<bool>;
    /// The journal of a link, newest first.
    async fn flights(&self, id: &AppUserId, limit: u32) -> Result<Vec<FlightLine>>;
    /// Drops lines of the journal that ended before `before`, at most `limit`; how many.
    async fn forget_flights(&self, before: Timestamp, limit: u32) -> Result<u64>;
}
