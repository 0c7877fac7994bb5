//! Patients of an app: made, read, listed, deleted; how many stand where.

mod attempts;
pub(super) mod list;

use super::Db;
use super::links::{drop_flight, hold, tell, write_link};
use crate::sql::statements;
use async_trait::async_trait;
use jiff::Timestamp;
use model::pkb_link::{Failure, State};
use model::{AppUserId, AttemptId, Hash, PublicId};
use rusqlite::params;
use store::gateway::{
    Awaiting, LinkAttempt, Linked, NewAttempt, NewLink, Patient, PatientFilter, PatientHappening,
    Patients, Sealed,
};
use store::row::Cells as _;
use store::row::gateway::patients::{attempt, awaiting, patient};
use store::{Result, StoreError};

/// The columns of a patient as it is read.
macro_rules! patient_columns {
    () => {
        "patient.id, patient.made_at, standing, patient.public_id, why, since, linked_at, authorised_at, risk, risk_since, risk_ends, (SELECT max(until) FROM link_attempt WHERE patient = patient.id), details_key, details, details_at"
    };
}
use patient_columns;

statements! {
    ADD = "INSERT INTO patient (id, made_at, standing) VALUES (?1, ?2, 'none') ON CONFLICT DO NOTHING";
    GET = concat!("SELECT ", patient_columns!(), " FROM patient WHERE id = ?1");
    DELETE = "DELETE FROM patient WHERE id = ?1";
    COUNT = "SELECT count(*) FROM patient WHERE standing = ?1";
}

/// Every statement of this noun, for the tests of their plans.
#[cfg(test)]
pub(super) const EVERY: [&[(&str, crate::sql::Sql)]; 3] = [ALL, list::ALL, attempts::ALL];

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
        let id = id.clone();
        self.write("put a patient", move |tx| {
            Ok(tx.write(ADD, params![id.as_str(), at.as_millisecond()])? > 0)
        })
        .await
    }

    async fn get(&self, id: &AppUserId) -> Result<Option<Patient>> {
        self.read("read a patient", |conn| {
            conn.one(GET, [id.as_str()], |cells| patient(cells))
        })
    }

    async fn list(
        &self,
        filter: &PatientFilter,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Patient>> {
        self.read("list patients", |conn| list::page(conn, filter, now, limit))
    }

    async fn delete(&self, by: &str, id: &AppUserId, at: Timestamp) -> Result<bool> {
        let (by, id) = (by.to_owned(), id.clone());
        self.write("delete a patient", move |tx| {
            let told = match hold(tx, &id) {
                Ok(Some(mut link)) => link.unlink(at),
                Ok(None) => return Ok(false),
                // What cannot be read can be deleted; a link is taken to have stood.
                Err(StoreError::Inconsistent { .. }) => Some(PatientHappening::Unlinked),
                Err(cause) => return Err(cause),
            };
            *tx.forget = true;
            tx.write_one(DELETE, [id.as_str()], "patient")?;
            tell(tx, &by, &id, at, told)?;
            Ok(true)
        })
        .await
    }

    async fn begin(&self, by: &str, attempt: &NewAttempt) -> Result<bool> {
        let (by, attempt) = (by.to_owned(), attempt.clone());
        self.write("begin an attempt", move |tx| {
            attempts::begin(tx, &by, &attempt)
        })
        .await
    }

    async fn attempt(&self, state: Hash) -> Result<Option<LinkAttempt>> {
        self.read("read an attempt", |conn| {
            conn.one(attempts::BY_STATE, [state.as_bytes()], |cells| {
                attempt(cells)
            })
        })
    }

    async fn burn(&self, id: AttemptId, now: Timestamp) -> Result<bool> {
        self.write("burn an attempt", move |tx| {
            let row = params![id.0.as_bytes(), now.as_millisecond()];
            Ok(tx.write(attempts::BURN, row)? > 0)
        })
        .await
    }

    async fn await_word(
        &self,
        id: AttemptId,
        result: Hash,
        public_id: PublicId,
        secret: &Sealed,
        until: Timestamp,
    ) -> Result<bool> {
        let secret = secret.clone();
        self.write("let an attempt wait", move |tx| {
            let row = params![
                id.0.as_bytes(),
                result.as_bytes(),
                public_id.0.as_bytes(),
                secret.key.0.as_bytes(),
                secret.bytes,
                until.as_millisecond(),
            ];
            let done = tx.write(attempts::AWAIT, row)? > 0;
            *tx.forget |= done;
            Ok(done)
        })
        .await
    }

    async fn awaiting(&self, result: Hash, now: Timestamp) -> Result<Option<Awaiting>> {
        self.read("read what waits", |conn| {
            let row = params![result.as_bytes(), now.as_millisecond()];
            conn.one(attempts::AWAITING, row, |cells| awaiting(cells))
        })
    }

    async fn fail(&self, by: &str, id: AttemptId, why: Failure, at: Timestamp) -> Result<bool> {
        let by = by.to_owned();
        self.write("fail an attempt", move |tx| {
            let Some(patient) = attempts::end(tx, id)? else {
                return Ok(false);
            };
            let told = [PatientHappening::LinkFailed(why)];
            tell(tx, &by, &patient, at, told)?;
            Ok(true)
        })
        .await
    }

    async fn link(&self, by: &str, id: AttemptId, new: &NewLink, at: Timestamp) -> Result<Linked> {
        let (by, new) = (by.to_owned(), new.clone());
        self.write("link a patient", move |tx| {
            attempts::link(tx, &by, id, &new, at)
        })
        .await
    }

    async fn sweep(&self, by: &str, now: Timestamp, limit: u32) -> Result<u64> {
        let by = by.to_owned();
        self.write("sweep attempts", move |tx| {
            attempts::sweep(tx, &by, now, limit)
        })
        .await
    }

    async fn unlink(&self, by: &str, id: &AppUserId, at: Timestamp) -> Result<bool> {
        let (by, id) = (by.to_owned(), id.clone());
        self.write("unlink a patient", move |tx| {
            let Some(mut link) = hold(tx, &id)? else {
                return Ok(false);
            };
            let attempts = tx.write(attempts::END_OF, [id.as_str()])? > 0;
            let Some(told) = link.end(attempts, at) else {
                return Ok(false);
            };
            *tx.forget = true;
            drop_flight(tx, &id, at)?;
            write_link(tx, &link)?;
            tell(tx, &by, &id, at, [told])?;
            Ok(true)
        })
        .await
    }

    async fn counts(&self) -> Result<Vec<(State, u64)>> {
        self.read("count patients", |conn| {
            let count = |(state, standing): (State, &str)| {
                let count = conn.one(COUNT, [standing], |cells| cells.take("patient"))?;
                Ok((state, count.unwrap_or(0)))
            };
            COUNTED.into_iter().map(count).collect()
        })
    }
}
