//! What changes a patient's link, and what that leaves behind: decided here by [`step`], written by a back end in one
//! transaction, which holds the row while it asks.

use super::{AtRisk, Fence, Landed, NewLink, NewPair, PatientHappening, Sealed, Tokens};
use jiff::Timestamp;
use model::pkb_link::{Change, Failure, Lapse, LinkEvent, Standing, step};
use model::{AppUserId, PublicId};

#[cfg(test)]
mod tests;

/// Who holds the flights of a restored database: nobody can know whether these tokens were sent since the backup.
pub const RESTORE: &str = "restore";
/// How a flight ended that brought a new pair.
pub const RENEWED: &str = "renewed";
/// How a flight ended that spent nothing.
pub const NOT_SPENT: &str = "not-spent";
/// How a flight ended whose holder was gone before the call.
pub const FREED: &str = "freed";
/// How a flight ended whose tokens were replaced or destroyed meanwhile.
pub const DROPPED: &str = "dropped";

/// A patient's row: all that may change of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Whose.
    pub id: AppUserId,
    /// Where it stands.
    pub standing: Standing,
    /// Since when.
    pub since: Option<Timestamp>,
    /// Since when account and record have been a pair.
    pub linked_at: Option<Timestamp>,
    /// When the patient last authorised.
    pub authorised_at: Option<Timestamp>,
    /// Whether it may soon need a new authorisation.
    pub risk: Option<AtRisk>,
    /// Which pair of tokens this is, or was.
    pub generation: u64,
    /// The last flight of the present tokens; 0 when there was none.
    pub fence: Fence,
    /// The tokens, while it stands.
    pub pair: Option<Pair>,
    /// What PKB said of the patient, and when.
    pub details: Option<(Sealed, Timestamp)>,
}

/// Tokens in a patient's row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// Both, sealed.
    pub sealed: Sealed,
    /// Whether a refresh token is among them.
    pub has_refresh: bool,
    /// When they were obtained.
    pub obtained_at: Timestamp,
    /// Until when the access token is used.
    pub good_until: Timestamp,
    /// When they are to be renewed.
    pub due_at: Timestamp,
    /// Whether they were used.
    pub used: bool,
    /// Renewals in a row that spent nothing and brought nothing.
    pub failures: u32,
}

impl From<&NewPair> for Pair {
    fn from(new: &NewPair) -> Self {
        Self {
            sealed: new.tokens.clone(),
            has_refresh: new.has_refresh,
            obtained_at: new.obtained_at,
            good_until: new.good_until,
            due_at: new.due_at,
            used: false,
            failures: 0,
        }
    }
}

/// What a flight's end leaves behind, beside the patient's row.
#[derive(Debug, PartialEq, Eq)]
#[must_use]
pub struct Ended {
    /// What the journal says.
    pub outcome: &'static str,
    /// What is told, in this order.
    pub told: Vec<PatientHappening>,
}

/// What a landing comes to.
#[derive(Debug, PartialEq, Eq)]
#[must_use]
pub enum Landing {
    /// It is not the link's last flight any more, or comes too late: nothing is written.
    NotHeard,
    /// It has landed so before: nothing is written.
    Again,
    /// The row, the journal's line and the events are written.
    Ended(Ended),
}

/// What the journal says of a landing.
fn outcome(landed: &Landed) -> &'static str {
    match landed {
        Landed::Renewed(_) => RENEWED,
        Landed::NotSpent { .. } => NOT_SPENT,
        Landed::Lapsed(why) => why.as_str(),
    }
}

impl Link {
    /// The record, while the patient has one.
    pub fn public_id(&self) -> Option<PublicId> {
        match self.standing {
            Standing::Linked { public_id } | Standing::Lapsed { public_id, .. } => Some(public_id),
            Standing::None | Standing::Unlinked => None,
        }
    }

    /// The tokens, if it stands.
    pub fn tokens(&self) -> Option<Tokens> {
        let Standing::Linked { public_id } = self.standing else {
            return None;
        };
        let pair = self.pair.clone()?;
        Some(Tokens {
            generation: self.generation,
            sealed: pair.sealed,
            has_refresh: pair.has_refresh,
            obtained_at: pair.obtained_at,
            good_until: pair.good_until,
            used: pair.used,
            failures: pair.failures,
            authorised_at: self.authorised_at?,
            public_id,
        })
    }

    /// The patient authorised: there are tokens, of this generation. A flight that is under way has to be dropped, and
    /// nobody else may have the record.
    ///
    /// # Errors
    /// The link is another person's record: nothing changes.
    pub fn authorised(
        &mut self,
        new: &NewLink,
        generation: u64,
        at: Timestamp,
    ) -> Result<Vec<PatientHappening>, Failure> {
        let public_id = new.public_id;
        let was = self.public_id();
        match step(self.standing, LinkEvent::Authorised { public_id }) {
            Ok(Change::To(next)) => self.stand(next, at),
            Ok(Change::Nothing) => {}
            Err(_another_person) => return Err(Failure::AnotherPerson),
        }
        if was.is_none() {
            self.linked_at = Some(at);
        }
        self.authorised_at = Some(at);
        self.fence = 0;
        self.risk = None;
        if let Some(details) = &new.details {
            self.details = Some(details.clone());
        }
        let mut told = vec![PatientHappening::Linked];
        told.extend(self.renew(&new.pair, generation));
        Ok(told)
    }

    /// Patient or product end it. A flight that is under way has to be dropped. `None` when there is no link.
    pub fn unlink(&mut self, at: Timestamp) -> Option<PatientHappening> {
        match step(self.standing, LinkEvent::Unlinked) {
            Ok(Change::To(next)) => {
                self.stand(next, at);
                Some(PatientHappening::Unlinked)
            }
            Ok(Change::Nothing) | Err(_) => None,
        }
    }

    /// As [`Self::unlink`], with all attempts that were under way: it is told that they came to nothing only where there
    /// is no link, whose end says more. `None` when there was neither.
    pub fn end(&mut self, attempts: bool, at: Timestamp) -> Option<PatientHappening> {
        let cancelled = PatientHappening::LinkFailed(Failure::Cancelled);
        self.unlink(at).or_else(|| attempts.then_some(cancelled))
    }

    /// The tokens are of no more use. `None` when it does not stand.
    pub fn lapse(&mut self, why: Lapse, at: Timestamp) -> Option<PatientHappening> {
        match step(self.standing, LinkEvent::Lapsed(why)) {
            Ok(Change::To(next)) => {
                self.stand(next, at);
                Some(PatientHappening::NeedsReauthorisation(why))
            }
            Ok(Change::Nothing) | Err(_) => None,
        }
    }

    /// A flight's lease has ended. If its refresh token may have been sent, the answer is lost.
    pub fn give_up(&mut self, called: bool, at: Timestamp) -> Ended {
        if called {
            Ended {
                outcome: Lapse::AnswerLost.as_str(),
                told: self.lapse(Lapse::AnswerLost, at).into_iter().collect(),
            }
        } else {
            Ended {
                outcome: FREED,
                told: Vec::new(),
            }
        }
    }

    /// A flight lands; `ended` is what the journal says of it so far. A new pair is of this generation.
    pub fn land(
        &mut self,
        fence: Fence,
        ended: Option<&str>,
        landed: &Landed,
        generation: u64,
        at: Timestamp,
    ) -> Landing {
        let outcome = outcome(landed);
        // Whoever does not know that it was committed asks again; the next flight may have landed by then.
        if ended == Some(outcome) {
            return Landing::Again;
        }
        if self.fence != fence || fence == 0 {
            return Landing::NotHeard;
        }
        let told = match (ended, landed) {
            (Some(was), Landed::Renewed(pair)) if was == Lapse::AnswerLost.as_str() => {
                self.answer_came(pair, generation, at)
            }
            (Some(_), _) => None,
            (None, _) if self.pair.is_none() => None,
            (None, Landed::Renewed(pair)) => {
                Some(self.renew(pair, generation).into_iter().collect())
            }
            (None, Landed::NotSpent { retry_at, risk }) => {
                Some(self.not_spent(*retry_at, *risk).into_iter().collect())
            }
            (None, Landed::Lapsed(why)) => Some(self.lapse(*why, at).into_iter().collect()),
        };
        match told {
            Some(told) => Landing::Ended(Ended { outcome, told }),
            None => Landing::NotHeard,
        }
    }

    /// The answer that was given up as lost.
    fn answer_came(
        &mut self,
        pair: &NewPair,
        generation: u64,
        at: Timestamp,
    ) -> Option<Vec<PatientHappening>> {
        let Ok(Change::To(next)) = step(self.standing, LinkEvent::AnswerCame) else {
            return None;
        };
        self.stand(next, at);
        let mut told = vec![PatientHappening::Linked];
        told.extend(self.renew(pair, generation));
        Some(told)
    }

    fn stand(&mut self, next: Standing, at: Timestamp) {
        if self.standing != next {
            self.since = Some(at);
        }
        self.standing = next;
        if matches!(next, Standing::Linked { .. }) {
            return;
        }
        (self.pair, self.risk) = (None, None);
        if matches!(next, Standing::None | Standing::Unlinked) {
            (self.linked_at, self.authorised_at, self.details) = (None, None, None);
            self.fence = 0;
        }
    }

    fn renew(&mut self, pair: &NewPair, generation: u64) -> Option<PatientHappening> {
        self.generation = generation;
        self.pair = Some(pair.into());
        self.at_risk(pair.risk)
    }

    fn not_spent(&mut self, retry_at: Timestamp, risk: Option<AtRisk>) -> Option<PatientHappening> {
        if let Some(pair) = &mut self.pair {
            pair.failures = pair.failures.saturating_add(1);
            pair.due_at = retry_at;
        }
        // Nothing got better by it.
        self.at_risk(risk.or(self.risk))
    }

    /// Told once for each reason.
    fn at_risk(&mut self, risk: Option<AtRisk>) -> Option<PatientHappening> {
        let was = std::mem::replace(&mut self.risk, risk);
        let now = self.risk.as_mut()?;
        match was {
            Some(was) if was.why == now.why => {
                now.since = was.since;
                None
            }
            _ => Some(PatientHappening::AtRisk(now.why)),
        }
    }
}
