//! The tokens of links, and their renewal: who has the flight, what the journal says.

mod flights;

use super::{Db, Tx};
use crate::sql::statements;
use async_trait::async_trait;
use jiff::Timestamp;
use model::pkb_link::Lapse;
use model::{AppUserId, PublicId};
use rusqlite::params;
use store::gateway::linking::{DROPPED, Link};
use store::gateway::{
    Fence, Flight, FlightLine, Happening, Landed, Links, PatientHappening, Sealed, Tokens,
    aside_until,
};
use store::row::gateway::patients::{columns, flight, link, tokens};
use store::row::{Cells as _, int};
use store::{Result, StoreError};
use tracing::error;
use uuid::Uuid;

/// The columns of a link.
macro_rules! link_columns {
    () => {
        "id, standing, public_id, why, since, linked_at, authorised_at, risk, risk_since, risk_ends, generation, fence, tokens_key, tokens, has_refresh, obtained_at, good_until, due_at, used, failures, details_key, details, details_at"
    };
}

statements! {
    LINK = concat!("SELECT ", link_columns!(), " FROM patient WHERE id = ?1");
    WRITE = "UPDATE patient SET standing = ?2, public_id = ?3, why = ?4, since = ?5, linked_at = ?6, authorised_at = ?7, risk = ?8, risk_since = ?9, risk_ends = ?10, generation = ?11, fence = ?12, tokens_key = ?13, tokens = ?14, has_refresh = ?15, obtained_at = ?16, good_until = ?17, due_at = ?18, used = ?19, failures = ?20, details_key = ?21, details = ?22, details_at = ?23 WHERE id = ?1";
    NEXT_NUMBER = "UPDATE last_link SET number = number + 1 WHERE id = 1 RETURNING number";
    // Use never puts a renewal off, and does not hurry one that is being tried again.
    USED = "UPDATE patient SET used = 1, due_at = iif(failures = 0, min(due_at, ?3), due_at) WHERE id = ?1 AND generation = ?2 AND standing = 'linked' AND used = 0";
    DUE = concat!("SELECT id, ", link_columns!(), " FROM patient WHERE due_at <= ?1 AND NOT EXISTS (SELECT 1 FROM link_flight WHERE patient = patient.id AND ended_at IS NULL) ORDER BY due_at LIMIT ?2");
    SET_ASIDE = "UPDATE patient SET due_at = ?2 WHERE id = ?1 AND due_at <= ?3";
    KEEP_DETAILS = "UPDATE patient SET details_key = ?3, details = ?4, details_at = ?5 WHERE id = ?1 AND public_id = ?2";
}

/// Every statement of this noun, for the tests of their plans.
#[cfg(test)]
pub(super) const EVERY: [&[(&str, crate::sql::Sql)]; 2] = [ALL, flights::ALL];

/// A patient's link, to be changed.
pub(super) fn hold(tx: &Tx<'_>, id: &AppUserId) -> Result<Option<Link>> {
    tx.one(LINK, [id.as_str()], |cells| link(cells))
}

/// Writes a link as it is by now.
pub(super) fn write_link(tx: &Tx<'_>, link: &Link) -> Result<()> {
    let columns = columns(link);
    let row = params![
        link.id.as_str(),
        columns.standing,
        columns.public_id.as_ref().map(Uuid::as_bytes),
        columns.why,
        columns.since,
        columns.linked_at,
        columns.authorised_at,
        columns.risk,
        columns.risk_since,
        columns.risk_ends,
        columns.generation,
        columns.fence,
        columns.tokens_key.as_ref().map(Uuid::as_bytes),
        columns.tokens,
        columns.has_refresh,
        columns.obtained_at,
        columns.good_until,
        columns.due_at,
        columns.used,
        columns.failures,
        columns.details_key.as_ref().map(Uuid::as_bytes),
        columns.details,
        columns.details_at,
    ];
    tx.write_one(WRITE, row, "patient")
}

/// A generation or a fence.
pub(super) fn next_number(tx: &Tx<'_>) -> Result<u64> {
    let number = tx.one(NEXT_NUMBER, [], |cells| cells.take("last_link.number"))?;
    number.ok_or(StoreError::Inconsistent {
        place: "last_link.number",
    })
}

/// Tells what happened to a patient's link.
pub(super) fn tell(
    tx: &mut Tx<'_>,
    by: &str,
    patient: &AppUserId,
    at: Timestamp,
    told: impl IntoIterator<Item = PatientHappening>,
) -> Result<()> {
    for what in told {
        let patient = patient.clone();
        tx.tell(by, at, &Happening::Patient { patient, what })?;
    }
    Ok(())
}

/// A flight that is under way has lost its tokens.
pub(super) fn drop_flight(tx: &Tx<'_>, id: &AppUserId, at: Timestamp) -> Result<()> {
    let row = params![id.as_str(), at.as_millisecond(), DROPPED];
    tx.write(flights::END_OPEN, row).map(drop)
}

#[async_trait]
impl Links for Db {
    async fn tokens(&self, id: &AppUserId) -> Result<Option<Tokens>> {
        let found = self.read("read a link's tokens", |conn| {
            conn.one(LINK, [id.as_str()], |cells| tokens(cells))
        })?;
        Ok(found.flatten())
    }

    async fn used(&self, id: &AppUserId, generation: u64, due_at: Timestamp) -> Result<()> {
        let id = id.clone();
        self.write("note that tokens are used", move |tx| {
            let row = params![id.as_str(), int(generation), due_at.as_millisecond()];
            tx.write(USED, row).map(drop)
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
        let (by, id, holder) = (by.to_owned(), id.clone(), holder.to_owned());
        self.write("take a flight", move |tx| {
            flights::take(tx, &by, &id, generation, &holder, now, until)
        })
        .await
    }

    async fn calling(&self, id: &AppUserId, fence: Fence, now: Timestamp) -> Result<bool> {
        let id = id.clone();
        self.write("note a flight's call", move |tx| {
            let row = params![id.as_str(), int(fence), now.as_millisecond()];
            Ok(tx.write(flights::CALLING, row)? > 0)
        })
        .await
    }

    async fn land(
        &self,
        by: &str,
        id: &AppUserId,
        fence: Fence,
        landed: &Landed,
        now: Timestamp,
    ) -> Result<bool> {
        let (by, id, landed) = (by.to_owned(), id.clone(), landed.clone());
        self.write("land a flight", move |tx| {
            flights::land(tx, &by, &id, fence, &landed, now)
        })
        .await
    }

    async fn due(&self, now: Timestamp, limit: u32) -> Result<Vec<(AppUserId, u64)>> {
        let found = self.read("read which links are due", |conn| {
            conn.all(DUE, params![now.as_millisecond(), limit], |cells| {
                Ok((cells.take::<String>("patient.id")?, link(cells)))
            })
        })?;
        let (mut due, mut damaged) = (Vec::new(), Vec::new());
        for (id, link) in found {
            match link {
                Ok(link) => due.push((link.id, link.generation)),
                Err(cause) => {
                    error!(%cause, "a link cannot be read; its renewal is set aside");
                    damaged.push(id);
                }
            }
        }
        if !damaged.is_empty() {
            self.write("set links aside", move |tx| {
                let (later, now) = (aside_until(now).as_millisecond(), now.as_millisecond());
                for id in &damaged {
                    tx.write(SET_ASIDE, params![id, later, now])?;
                }
                Ok(())
            })
            .await?;
        }
        Ok(due)
    }

    async fn settle_flights(&self, by: &str, now: Timestamp, limit: u32) -> Result<u64> {
        let by = by.to_owned();
        self.write("settle flights", move |tx| {
            flights::settle_over(tx, &by, now, limit)
        })
        .await
    }

    async fn settle_all_flights(&self, by: &str, now: Timestamp) -> Result<u64> {
        let by = by.to_owned();
        self.write("settle all flights", move |tx| {
            flights::settle_all(tx, &by, now)
        })
        .await
    }

    async fn lapse(
        &self,
        by: &str,
        id: &AppUserId,
        generation: u64,
        why: Lapse,
        at: Timestamp,
    ) -> Result<bool> {
        let (by, id) = (by.to_owned(), id.clone());
        self.write("lapse a link", move |tx| {
            flights::lapse(tx, &by, &id, generation, why, at)
        })
        .await
    }

    async fn keep_details(
        &self,
        id: &AppUserId,
        public_id: PublicId,
        details: &Sealed,
        at: Timestamp,
    ) -> Result<bool> {
        let (id, details) = (id.clone(), details.clone());
        self.write("keep a patient's details", move |tx| {
            let row = params![
                id.as_str(),
                public_id.0.as_bytes(),
                details.key.0.as_bytes(),
                details.bytes,
                at.as_millisecond(),
            ];
            let kept = tx.write(KEEP_DETAILS, row)? > 0;
            *tx.forget |= kept;
            Ok(kept)
        })
        .await
    }

    async fn flights(&self, id: &AppUserId, limit: u32) -> Result<Vec<FlightLine>> {
        self.read("read a link's journal", |conn| {
            conn.all(flights::JOURNAL, params![id.as_str(), limit], |cells| {
                flight(cells)
            })
        })
    }

    async fn forget_flights(&self, before: Timestamp, limit: u32) -> Result<u64> {
        self.write("forget flights", move |tx| {
            let bounds = params![before.as_millisecond(), limit];
            Ok(tx.write(flights::FORGET, bounds)? as u64)
        })
        .await
    }
}
