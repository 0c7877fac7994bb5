//! Patients of an app: made, read, listed, deleted; how many stand where.

pub(super) mod attempts;
pub(super) mod list;

use super::links::{drop_flight, hold, save, tell};
use super::{Db, Rerun};
use crate::attempt::Call;
use crate::conn::Params;
use crate::sql::statements;
use async_trait::async_trait;
use jiff::Timestamp;
use model::pkb_link::{Failure, State};
use model::{AppUserId, AttemptId, Hash, PublicId};
use std::collections::HashMap;
use store::Result;
use store::gateway::{
    Awaiting, LinkAttempt, Linked, NewAttempt, NewLink, Patient, PatientFilter, PatientHappening,
    Patients, Sealed,
};
use store::row::Cells as _;
use store::row::gateway::patients::patient;

/// The columns of a patient, in the order of `store::row::gateway::patients::patient`.
macro_rules! patient_columns {
    () => {
        "id, made_at, standing, public_id, why, since, linked_at, authorised_at, risk, risk_since, risk_ends, (SELECT max(until) FROM link_attempt WHERE link_attempt.patient = patient.id), details_key, details, details_at"
    };
}
use patient_columns;

statements! {
    ADD = "INSERT INTO patient (id, made_at, standing) VALUES ($1, $2, 'none') ON CONFLICT DO NOTHING";
    MADE_AT = "SELECT made_at = $2 FROM patient WHERE id = $1";
    GET = concat!("SELECT ", patient_columns!(), " FROM patient WHERE id = $1");
    // Account, sessions, attempts and journal go with it.
    DELETE = "DELETE FROM patient WHERE id = $1 RETURNING public_id IS NOT NULL";
    COUNTS = "SELECT standing, count(*) FROM patient GROUP BY standing";
}

/// Every statement about patients.
#[cfg(test)]
pub(super) const STATEMENTS: [&[(&str, crate::sql::Sql)]; 3] = [ALL, attempts::ALL, list::ALL];

/// How the states that are counted are stored.
const COUNTED: [(State, &str); 4] = [
    (State::None, "none"),
    (State::Linked, "linked"),
    (State::NeedsReauthorisation, "lapsed"),
    (State::Unlinked, "unlinked"),
];

#[async_trait]
impl Patients for Db {
    async fn put(&self, id: &AppUserId, at: Timestamp) -> Result<bool> {
        let call = Call::new("put patient").repeatable();
        let (id, at) = (id.as_str(), at.as_millisecond());
        let rerun = &Rerun::default();
        self.write(call, |tx| async move {
            let rerun = rerun.is_one();
            let row: Params<'_> = &[&id, &at];
            if tx.write(ADD, row).await? == 1 {
                return Ok(true);
            }
            if !rerun {
                return Ok(false);
            }
            tx.confirm();
            let ours = tx.one(MADE_AT, row, |row| row.take("patient.made_at"));
            Ok(ours.await? == Some(true))
        })
        .await
    }

    async fn get(&self, id: &AppUserId) -> Result<Option<Patient>> {
        self.read("read patient", |conn| async move {
            conn.one(GET, &[&id.as_str()], patient).await
        })
        .await
    }

    async fn list(
        &self,
        filter: &PatientFilter,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Patient>> {
        list::page(self, filter, now, limit).await
    }

    async fn delete(&self, by: &str, id: &AppUserId, at: Timestamp) -> Result<bool> {
        let call = Call::new("delete patient");
        self.write(call, |tx| async move {
            let which: Params<'_> = &[&id.as_str()];
            let had_a_link = tx.one(DELETE, which, |row| row.take("patient.public_id"));
            let had_a_link = had_a_link.await?;
            if had_a_link == Some(true) {
                tell(&tx, by, at, id, [PatientHappening::Unlinked]);
            }
            Ok(had_a_link.is_some())
        })
        .await
    }

    async fn begin(&self, by: &str, attempt: &NewAttempt) -> Result<bool> {
        attempts::begin(self, by, attempt).await
    }

    async fn attempt(&self, state: Hash) -> Result<Option<LinkAttempt>> {
        attempts::by_state(self, state).await
    }

    async fn burn(&self, id: AttemptId, now: Timestamp) -> Result<bool> {
        attempts::burn(self, id, now).await
    }

    async fn await_word(
        &self,
        id: AttemptId,
        result: Hash,
        public_id: PublicId,
        secret: &Sealed,
        until: Timestamp,
    ) -> Result<bool> {
        attempts::await_word(self, id, result, public_id, secret, until).await
    }

    async fn awaiting(&self, result: Hash, now: Timestamp) -> Result<Option<Awaiting>> {
        attempts::awaiting_under(self, result, now).await
    }

    async fn fail(&self, by: &str, id: AttemptId, why: Failure, at: Timestamp) -> Result<bool> {
        attempts::fail(self, by, id, why, at).await
    }

    async fn link(&self, by: &str, id: AttemptId, new: &NewLink, at: Timestamp) -> Result<Linked> {
        attempts::link(self, by, id, new, at).await
    }

    async fn sweep(&self, by: &str, now: Timestamp, limit: u32) -> Result<u64> {
        attempts::sweep(self, by, now, limit).await
    }

    async fn unlink(&self, by: &str, id: &AppUserId, at: Timestamp) -> Result<bool> {
        let call = Call::new("unlink patient");
        self.write(call, |tx| async move {
            let Some(mut link) = hold(&tx, id).await? else {
                return Ok(false);
            };
            let attempts = tx.write(attempts::END_OF, &[&id.as_str()]).await? > 0;
            let Some(told) = link.end(attempts, at) else {
                return Ok(false);
            };
            futures_util::try_join!(drop_flight(&tx, id, at), save(&tx, &link))?;
            tell(&tx, by, at, id, [told]);
            Ok(true)
        })
        .await
    }

    async fn counts(&self) -> Result<Vec<(State, u64)>> {
        let counts = self.read("count patients", |conn| async move {
            conn.all(COUNTS, &[], |row| {
                Ok((row.take("patient.standing")?, row.take("patient.standing")?))
            })
            .await
        });
        let counts: HashMap<String, u64> = counts.await?.into_iter().collect();
        let count = |(state, word): (State, &str)| (state, counts.get(word).copied().unwrap_or(0));
        Ok(COUNTED.into_iter().map(count).collect())
    }
}
