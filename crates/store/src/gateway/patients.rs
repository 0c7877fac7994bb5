//! Patients of an app, and their attempts to link their PKB record (contract F).

use super::Sealed;
use crate::Result;
use async_trait::async_trait;
use jiff::Timestamp;
use model::pkb_link::{Failure, Risk, Standing, State};
use model::{AppUserId, AttemptId, Hash, PublicId};

/// A patient, and where the link stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Patient {
    /// The app's own id.
    pub id: AppUserId,
    /// When it was made.
    pub made_at: Timestamp,
    /// Where the link stands.
    pub standing: Standing,
    /// Since when it stands so; `None` while there never was a link.
    pub since: Option<Timestamp>,
    /// Since when this account and this record have been a pair.
    pub linked_at: Option<Timestamp>,
    /// When the patient last authorised.
    pub authorised_at: Option<Timestamp>,
    /// Whether the link may soon need a new authorisation.
    pub risk: Option<AtRisk>,
    /// The end of the latest attempt that is under way; it may be over.
    pub attempt_until: Option<Timestamp>,
    /// What PKB said of the patient, sealed, and when.
    pub details: Option<(Sealed, Timestamp)>,
}

impl Patient {
    /// The state in one word.
    pub fn state(&self, now: Timestamp) -> State {
        let attempted = self.attempt_until.is_some_and(|until| until > now);
        model::pkb_link::state(self.standing, attempted)
    }
}

/// That a link may soon need a new authorisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AtRisk {
    /// Why.
    pub why: Risk,
    /// Since when that is known.
    pub since: Timestamp,
    /// When it would end, as far as that is known.
    pub ends_at: Option<Timestamp>,
}

/// How a patient comes back from PKB.
#[derive(Clone, PartialEq, Eq)]
pub enum Way {
    /// To our patient app, in the session whose hash this is.
    App {
        /// Hash of the cookie.
        session: Hash,
    },
    /// To a product of the supplier's, at this address.
    Product {
        /// Absolute URL.
        return_url: String,
    },
}

impl std::fmt::Debug for Way {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::App { .. } => "App",
            Self::Product { .. } => "Product",
        })
    }
}

/// An attempt to be begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAttempt {
    /// Its name.
    pub id: AttemptId,
    /// Whose.
    pub patient: AppUserId,
    /// Hash of the `state` that PKB hands back.
    pub state: Hash,
    /// Where the patient goes afterwards.
    pub way: Way,
    /// The redirect URI as it was sent.
    pub redirect_uri: String,
    /// The code verifier (RFC 7636), sealed to [`super::SealedPlace::AttemptSecret`], if a challenge was sent.
    pub verifier: Option<Sealed>,
    /// When it begins.
    pub made_at: Timestamp,
    /// When it is over.
    pub until: Timestamp,
}

/// An attempt as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Its name.
    pub id: AttemptId,
    /// Whose.
    pub patient: AppUserId,
    /// Where the patient goes afterwards.
    pub way: Way,
    /// The redirect URI as it was sent.
    pub redirect_uri: String,
    /// The sealed code verifier.
    pub verifier: Option<Sealed>,
    /// When it is over.
    pub until: Timestamp,
    /// Whether its `state` was used.
    pub burned: bool,
}

/// An attempt that waits for the product's word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Awaiting {
    /// Its name.
    pub id: AttemptId,
    /// Who began it.
    pub patient: AppUserId,
    /// Whose record it is.
    pub public_id: PublicId,
    /// Tokens and details, sealed to [`super::SealedPlace::AttemptSecret`].
    pub secret: Sealed,
    /// When it is over.
    pub until: Timestamp,
}

/// A link to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewLink {
    /// Whose record.
    pub public_id: PublicId,
    /// The tokens.
    pub pair: NewPair,
    /// What PKB says of the patient, sealed to [`super::SealedPlace::PatientDetails`], and when it was read.
    pub details: Option<(Sealed, Timestamp)>,
}

/// Tokens as they were obtained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPair {
    /// Both, sealed to [`super::SealedPlace::LinkTokens`].
    pub tokens: Sealed,
    /// Whether a refresh token is among them.
    pub has_refresh: bool,
    /// When they were obtained.
    pub obtained_at: Timestamp,
    /// Until when the access token is used.
    pub good_until: Timestamp,
    /// When it is to be renewed.
    pub due_at: Timestamp,
    /// Whether the link is at risk with them.
    pub risk: Option<AtRisk>,
}

/// What came of making a link. Whatever it is, the attempt is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Linked {
    /// There is a link, and it was told.
    Linked,
    /// There is none, or it is as it was; why was told.
    Refused(Failure),
    /// The attempt was over, or the patient is gone. Nothing was told.
    Gone,
}

/// Which patients.
#[derive(Clone, Debug, Default)]
pub struct PatientFilter {
    /// Only those whose link's state is this.
    pub state: Option<State>,
    /// Only those whose link is at risk.
    pub at_risk: bool,
    /// Only ids after this one.
    pub after: Option<AppUserId>,
}

/// Patients and attempts. `by` says who did it, as in [`super::Happened`].
#[async_trait]
pub trait Patients: Send + Sync {
    /// Adds a patient. `true` when new.
    async fn put(&self, id: &AppUserId, at: Timestamp) -> Result<bool>;
    /// One patient.
    async fn get(&self, id: &AppUserId) -> Result<Option<Patient>>;
    /// Patients by id, at most `limit`. An attempt counts as under way if it is at `now`.
    async fn list(
        &self,
        filter: &PatientFilter,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Patient>>;
    /// Deletes a patient with account, sessions, attempts, tokens and details. A link that stood is told as ended.
    /// `false` when there is none.
    async fn delete(&self, by: &str, id: &AppUserId, at: Timestamp) -> Result<bool>;

    /// Begins an attempt, and tells it where there is no link. Beyond [`model::pkb_link::MAX_ATTEMPTS`] the patient's oldest ones go, untold.
    /// `false` when there is no such patient.
    async fn begin(&self, by: &str, attempt: &NewAttempt) -> Result<bool>;
    /// The attempt with this `state`, burned and old ones too.
    async fn attempt(&self, state: Hash) -> Result<Option<Attempt>>;
    /// Uses up an attempt's `state`. `true` once, if its time is not over.
    async fn burn(&self, id: AttemptId, now: Timestamp) -> Result<bool>;
    /// What came of a burned attempt waits for the product's word under `result` until `until`; the sealed verifier is
    /// replaced by `secret`. `false` when the attempt is gone, or waits already.
    async fn await_word(
        &self,
        id: AttemptId,
        result: Hash,
        public_id: PublicId,
        secret: &Sealed,
        until: Timestamp,
    ) -> Result<bool>;
    /// The attempt that waits under this result, if it is not over at `now`.
    async fn awaiting(&self, result: Hash, now: Timestamp) -> Result<Option<Awaiting>>;
    /// Ends an attempt without a link, with all it held, and tells why. `false` when it is gone.
    async fn fail(&self, by: &str, id: AttemptId, why: Failure, at: Timestamp) -> Result<bool>;
    /// Makes a link of an attempt that was burned and is not over, as [`model::pkb_link::step`] has it, and tells it.
    /// Nobody else may have the record. A refresh that is under way for the link's former tokens is forgotten.
    async fn link(&self, by: &str, id: AttemptId, new: &NewLink, at: Timestamp) -> Result<Linked>;
    /// Ends attempts that are over, at most `limit`; how many. With a patient's last one, [`Failure::Expired`] is told, unless
    /// they are linked.
    async fn sweep(&self, by: &str, now: Timestamp, limit: u32) -> Result<u64>;
    /// Ends a link and all attempts: tokens, details and the pair go. Told, as [`super::linking::Link::end`] has it. `false`
    /// when there was neither.
    async fn unlink(&self, by: &str, id: &AppUserId, at: Timestamp) -> Result<bool>;
    /// How many patients there are in each state but `pending`, also where there are none.
    async fn counts(&self) -> Result<Vec<(State, u64)>>;
}
