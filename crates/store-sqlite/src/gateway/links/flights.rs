//! Flights: taken under a lease, settled when it ends, landed.

use super::{hold, next_number, tell, write_link};
use crate::gateway::Tx;
use crate::sql::statements;
use jiff::Timestamp;
use model::AppUserId;
use model::pkb_link::Lapse;
use rusqlite::params;
use store::gateway::linking::{Ended, FREED, Landing, Link, NOT_SPENT};
use store::gateway::{Fence, Flight, Landed};
use store::row::{Cells, int};
use store::{Result, StoreError};

statements! {
    OPEN = "SELECT fence, until, called_at FROM link_flight WHERE patient = ?1 AND ended_at IS NULL";
    TAKE = "INSERT INTO link_flight (patient, fence, holder, taken_at, until) VALUES (?1, ?2, ?3, ?4, ?5)";
    SHORTEN = "UPDATE link_flight SET until = ?3 WHERE patient = ?1 AND fence = ?2";
    CALLING = "UPDATE link_flight SET called_at = ?3 WHERE patient = ?1 AND fence = ?2 AND ended_at IS NULL AND called_at IS NULL AND until > ?3";
    OUTCOME = "SELECT outcome FROM link_flight WHERE patient = ?1 AND fence = ?2";
    END = "UPDATE link_flight SET ended_at = ?3, outcome = ?4 WHERE patient = ?1 AND fence = ?2";
    END_OPEN = "UPDATE link_flight SET ended_at = ?2, outcome = ?3 WHERE patient = ?1 AND ended_at IS NULL";
    LEASES_UNTIL = "SELECT patient FROM link_flight WHERE ended_at IS NULL AND until <= ?1 ORDER BY until LIMIT ?2";
    JOURNAL = "SELECT fence, holder, taken_at, called_at, ended_at, outcome FROM link_flight WHERE patient = ?1 ORDER BY fence DESC LIMIT ?2";
    FORGET = "DELETE FROM link_flight WHERE (patient, fence) IN (SELECT patient, fence FROM link_flight WHERE ended_at < ?1 ORDER BY ended_at LIMIT ?2)";
}

/// A flight that is under way.
struct Open {
    fence: Fence,
    until: Timestamp,
    called: bool,
}

fn open(tx: &Tx<'_>, id: &AppUserId) -> Result<Option<Open>> {
    tx.one(OPEN, [id.as_str()], |cells| {
        Ok(Open {
            fence: cells.take("link_flight.fence")?,
            until: cells.take("link_flight.until")?,
            called: cells
                .take::<Option<Timestamp>>("link_flight.called_at")?
                .is_some(),
        })
    })
}

pub(super) fn take(
    tx: &mut Tx<'_>,
    by: &str,
    id: &AppUserId,
    generation: u64,
    holder: &str,
    now: Timestamp,
    until: Timestamp,
) -> Result<Flight> {
    let Some(mut link) = hold(tx, id)? else {
        return Ok(Flight::NotLinked);
    };
    let mut under_way = open(tx, id)?;
    if let Some(over) = under_way.take_if(|flight| flight.until <= now) {
        settle(tx, by, &mut link, &over, now)?;
    }
    let Some(tokens) = link.tokens() else {
        return Ok(Flight::NotLinked);
    };
    if tokens.generation != generation {
        return Ok(Flight::Renewed);
    }
    if let Some(flight) = under_way {
        // After the clock was set back nobody has more than one lease before them.
        if flight.until > until {
            let row = params![id.as_str(), int(flight.fence), until.as_millisecond()];
            tx.write_one(SHORTEN, row, "link_flight")?;
        }
        let until = flight.until.min(until);
        return Ok(Flight::Others { until });
    }
    let fence = next_number(tx)?;
    let row = params![
        id.as_str(),
        int(fence),
        holder,
        now.as_millisecond(),
        until.as_millisecond(),
    ];
    tx.write_one(TAKE, row, "link_flight")?;
    link.fence = fence;
    write_link(tx, &link)?;
    Ok(Flight::Yours { fence, tokens })
}

/// Ends a flight whose holder is gone.
fn settle(tx: &mut Tx<'_>, by: &str, link: &mut Link, flight: &Open, now: Timestamp) -> Result<()> {
    let ended = link.give_up(flight.called, now);
    end(tx, by, link, flight.fence, ended, now)
}

/// Writes a flight's end, and what it made of the link.
fn end(
    tx: &mut Tx<'_>,
    by: &str,
    link: &Link,
    fence: Fence,
    ended: Ended,
    now: Timestamp,
) -> Result<()> {
    let row = params![
        link.id.as_str(),
        int(fence),
        now.as_millisecond(),
        ended.outcome
    ];
    tx.write_one(END, row, "link_flight")?;
    // In the other cases no sealed value went.
    *tx.forget |= ![FREED, NOT_SPENT].contains(&ended.outcome);
    write_link(tx, link)?;
    tell(tx, by, &link.id, now, ended.told)
}

pub(super) fn land(
    tx: &mut Tx<'_>,
    by: &str,
    id: &AppUserId,
    fence: Fence,
    landed: &Landed,
    now: Timestamp,
) -> Result<bool> {
    let Some(mut link) = hold(tx, id)? else {
        return Ok(false);
    };
    let ended = tx.one(OUTCOME, params![id.as_str(), int(fence)], |cells| {
        cells.take::<Option<String>>("link_flight.outcome")
    })?;
    let Some(ended) = ended else {
        return Ok(false);
    };
    let generation = next_number(tx)?;
    match link.land(fence, ended.as_deref(), landed, generation, now) {
        Landing::NotHeard => Ok(false),
        Landing::Again => Ok(true),
        Landing::Ended(ended) => {
            end(tx, by, &link, fence, ended, now)?;
            Ok(true)
        }
    }
}

pub(super) fn lapse(
    tx: &mut Tx<'_>,
    by: &str,
    id: &AppUserId,
    generation: u64,
    why: Lapse,
    at: Timestamp,
) -> Result<bool> {
    let Some(mut link) = hold(tx, id)? else {
        return Ok(false);
    };
    if link.generation != generation || open(tx, id)?.is_some() {
        return Ok(false);
    }
    let Some(told) = link.lapse(why, at) else {
        return Ok(false);
    };
    *tx.forget = true;
    write_link(tx, &link)?;
    tell(tx, by, id, at, [told])?;
    Ok(true)
}

pub(super) fn settle_over(tx: &mut Tx<'_>, by: &str, now: Timestamp, limit: u32) -> Result<u64> {
    let over = leases(tx, now.as_millisecond(), limit.into())?;
    settle_each(tx, by, over, now)
}

pub(super) fn settle_all(tx: &mut Tx<'_>, by: &str, now: Timestamp) -> Result<u64> {
    let all = leases(tx, i64::MAX, i64::MAX)?;
    settle_each(tx, by, all, now)
}

/// Whose flights are under a lease that ends by then, earliest first.
fn leases(tx: &Tx<'_>, until: i64, limit: i64) -> Result<Vec<AppUserId>> {
    tx.all(LEASES_UNTIL, params![until, limit], |cells| {
        cells.take("link_flight.patient")
    })
}

fn settle_each(tx: &mut Tx<'_>, by: &str, patients: Vec<AppUserId>, now: Timestamp) -> Result<u64> {
    let mut settled = 0;
    for id in patients {
        let link = match hold(tx, &id) {
            // One damaged row must not hold all others up.
            Err(cause @ StoreError::Inconsistent { .. }) => {
                tracing::error!(%cause, "a flight cannot be settled");
                continue;
            }
            link => link?,
        };
        if let (Some(mut link), Some(flight)) = (link, open(tx, &id)?) {
            settle(tx, by, &mut link, &flight, now)?;
            settled += 1;
        }
    }
    Ok(settled)
}
