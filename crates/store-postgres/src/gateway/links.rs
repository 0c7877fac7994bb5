//! The tokens of links. Their renewal is in [`flights`].

pub(super) mod flights;
mod held;

pub(super) use held::{drop_flight, hold, hold_of, next_number, save, tell};

use super::Db;
use crate::attempt::Call;
use crate::conn::Params;
use crate::sql::statements;
use async_trait::async_trait;
use held::link_columns;
use jiff::Timestamp;
use model::pkb_link::Lapse;
use model::{AppUserId, PublicId};
use store::Result;
use store::gateway::{Fence, Flight, FlightLine, Landed, Links, Sealed, Tokens, aside_until};
use store::row::Cells as _;
use store::row::gateway::patients::{flight, link, tokens};
use store::row::int;
use tracing::error;

statements! {
    TOKENS = concat!("SELECT ", link_columns!(), " FROM patient WHERE id = $1");
    USED = "UPDATE patient SET used = true, due_at = CASE WHEN failures > 0 THEN due_at ELSE least(due_at, $3) END WHERE id = $1 AND generation = $2 AND standing = 'linked' AND NOT used";
    DUE = concat!("SELECT patient.id, ", link_columns!(), " FROM patient WHERE due_at <= $1 AND NOT EXISTS (SELECT FROM link_flight WHERE link_flight.patient = patient.id AND ended_at IS NULL) ORDER BY due_at LIMIT $2");
    SET_ASIDE = "UPDATE patient SET due_at = $2 WHERE id = ANY ($1::text[]) AND due_at <= $3";
    KEEP_DETAILS = "UPDATE patient SET details_key = $3, details = $4, details_at = $5 WHERE id = $1 AND public_id = $2";
    FLIGHTS = "SELECT fence, holder, taken_at, called_at, ended_at, outcome FROM link_flight WHERE patient = $1 ORDER BY fence DESC LIMIT $2";
    FORGET_FLIGHTS = "WITH old AS (SELECT patient, fence FROM link_flight WHERE ended_at < $1 ORDER BY ended_at LIMIT $2 FOR UPDATE SKIP LOCKED) DELETE FROM link_flight USING old WHERE link_flight.patient = old.patient AND link_flight.fence = old.fence";
}

/// Every statement about links.
#[cfg(test)]
pub(super) const STATEMENTS: [&[(&str, crate::sql::Sql)]; 3] = [ALL, flights::ALL, held::ALL];

#[async_trait]
impl Links for Db {
    async fn tokens(&self, id: &AppUserId) -> Result<Option<Tokens>> {
        let found = self.read("read a link's tokens", |conn| async move {
            conn.one(TOKENS, &[&id.as_str()], tokens).await
        });
        Ok(found.await?.flatten())
    }

    async fn used(&self, id: &AppUserId, generation: u64, due_at: Timestamp) -> Result<()> {
        let call = Call::new("note the use of tokens").repeatable();
        let (generation, due_at) = (int(generation), due_at.as_millisecond());
        self.write(call, |tx| async move {
            tx.write(USED, &[&id.as_str(), &generation, &due_at])
                .await
                .map(drop)
        })
        .await
    }

    async fn take_flight(
        &self,
        by: &str,
        id: &AppUserId,
        generation: u64,
        holder: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Flight> {
        let lease = flights::Lease { holder, now, until };
        flights::take(self, by, id, generation, lease).await
    }

    async fn calling(&self, id: &AppUserId, fence: Fence, now: Timestamp) -> Result<bool> {
        flights::calling(self, id, fence, now).await
    }

    async fn land(
        &self,
        by: &str,
        id: &AppUserId,
        fence: Fence,
        landed: &Landed,
        now: Timestamp,
    ) -> Result<bool> {
        flights::land(self, by, id, fence, landed, now).await
    }

    async fn due(&self, now: Timestamp, limit: u32) -> Result<Vec<(AppUserId, u64)>> {
        let later = aside_until(now).as_millisecond();
        let (now, limit) = (now.as_millisecond(), i64::from(limit));
        let found = self.read("look for tokens to renew", |conn| async move {
            conn.all(DUE, &[&now, &limit], |row| {
                Ok((row.take::<String>("patient.id")?, link(row)))
            })
            .await
        });
        let (mut due, mut damaged) = (Vec::new(), Vec::new());
        for (id, link) in found.await? {
            match link {
                Ok(link) => due.push((link.id, link.generation)),
                Err(cause) => {
                    error!(%cause, "a link cannot be read; its renewal is set aside");
                    damaged.push(id);
                }
            }
        }
        if !damaged.is_empty() {
            let call = Call::new("set links aside").repeatable();
            let damaged = &damaged;
            let aside = self.write(call, |tx| async move {
                tx.write(SET_ASIDE, &[damaged, &later, &now]).await
            });
            aside.await?;
        }
        Ok(due)
    }

    async fn settle_flights(&self, by: &str, now: Timestamp, limit: u32) -> Result<u64> {
        flights::settle(self, by, now, now.as_millisecond(), i64::from(limit)).await
    }

    async fn settle_all_flights(&self, by: &str, now: Timestamp) -> Result<u64> {
        flights::settle(self, by, now, i64::MAX, i64::MAX).await
    }

    async fn lapse(
        &self,
        by: &str,
        id: &AppUserId,
        generation: u64,
        why: Lapse,
        at: Timestamp,
    ) -> Result<bool> {
        flights::lapse(self, by, id, generation, why, at).await
    }

    async fn keep_details(
        &self,
        id: &AppUserId,
        public_id: PublicId,
        details: &Sealed,
        at: Timestamp,
    ) -> Result<bool> {
        let call = Call::new("keep a patient's details").repeatable();
        let (key, bytes, at) = (details.key.0, &&*details.bytes, at.as_millisecond());
        self.write(call, |tx| async move {
            let change: Params<'_> = &[&id.as_str(), &public_id.0, &key, bytes, &at];
            Ok(tx.write(KEEP_DETAILS, change).await? == 1)
        })
        .await
    }

    async fn flights(&self, id: &AppUserId, limit: u32) -> Result<Vec<FlightLine>> {
        let limit = i64::from(limit);
        self.read("read a link's journal", |conn| async move {
            conn.all(FLIGHTS, &[&id.as_str(), &limit], flight).await
        })
        .await
    }

    async fn forget_flights(&self, before: Timestamp, limit: u32) -> Result<u64> {
        let call = Call::new("forget old renewals").repeatable();
        let (before, limit) = (before.as_millisecond(), i64::from(limit));
        self.write(call, |tx| async move {
            tx.write(FORGET_FLIGHTS, &[&before, &limit]).await
        })
        .await
    }
}
