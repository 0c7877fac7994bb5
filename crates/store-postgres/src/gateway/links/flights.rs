//! Renewals of tokens, one at a time of a link, among all nodes.
//!
//! Each step is a transaction that holds the patient's row, so no two nodes take a step of one link at once, and a
//! step whose COMMIT is in doubt has happened or not by the time it is run again. It then knows its own doing by the
//! *ticket*, a random word that it leaves in the journal:
//!
//! * Taking: the flight is the caller's still, as it was.
//! * Calling: it was noted, and the caller may send. If the doubt outlasts the caller's patience, the call fails, and
//!   nobody has sent anything: the holder keeps the link by landing [`Landed::NotSpent`]; otherwise the lease ends,
//!   and the answer counts as lost.
//! * Landing: the same landing again changes nothing and is told as done.

use super::super::{Db, Rerun, Tx};
use super::held::{end_flight, hold, link_columns, next_number, save, tell};
use crate::attempt::Call;
use crate::conn::Params;
use crate::row::{Row, clean};
use crate::sql::statements;
use jiff::Timestamp;
use model::AppUserId;
use model::entropy::uuid_v4;
use model::pkb_link::Lapse;
use store::Result;
use store::gateway::linking::{Landing, Link};
use store::gateway::{Fence, Flight, Landed};
use store::row::gateway::patients::link;
use store::row::{Cells as _, int};
use tracing::error;
use uuid::Uuid;

statements! {
    OPEN = "SELECT fence, until, called_at IS NOT NULL, ticket = $2 FROM link_flight WHERE patient = $1 AND ended_at IS NULL";
    // Whoever waits for somebody else's flight asks again and again, and holds up nobody by it.
    UNDER_WAY = "SELECT until FROM link_flight JOIN patient ON patient.id = link_flight.patient WHERE link_flight.patient = $1 AND ended_at IS NULL AND generation = $2 AND until > $3 AND until <= $4 AND ticket <> $5";
    CUT = "UPDATE link_flight SET until = $3 WHERE patient = $1 AND fence = $2";
    TAKE = "INSERT INTO link_flight (patient, fence, holder, taken_at, until, ticket) VALUES ($1, $2, $3, $4, $5, $6)";
    NEWEST = "UPDATE patient SET fence = $2 WHERE id = $1";
    HOLD_ROW = "SELECT fence FROM patient WHERE id = $1 FOR NO KEY UPDATE";
    CALLING = "UPDATE link_flight SET called_at = $3, ticket = $4 WHERE patient = $1 AND fence = $2 AND ended_at IS NULL AND called_at IS NULL AND until > $3";
    IS_CALLING = "SELECT ended_at IS NULL AND ticket = $3 FROM link_flight WHERE patient = $1 AND fence = $2";
    OUTCOME = "SELECT outcome FROM link_flight WHERE patient = $1 AND fence = $2";
    // What somebody else is at is left to them.
    ENDED = concat!("SELECT link_flight.fence, called_at IS NOT NULL, ", link_columns!(), " FROM link_flight JOIN patient ON patient.id = link_flight.patient WHERE ended_at IS NULL AND until <= $1 ORDER BY until LIMIT $2 FOR NO KEY UPDATE OF patient SKIP LOCKED FOR UPDATE OF link_flight SKIP LOCKED");
}

/// A lease that somebody asks for.
#[derive(Clone, Copy)]
pub(super) struct Lease<'l> {
    pub(super) holder: &'l str,
    pub(super) now: Timestamp,
    pub(super) until: Timestamp,
}

/// A flight that is under way.
struct Open {
    fence: Fence,
    until: Timestamp,
    called: bool,
    /// This very call has taken it.
    ours: bool,
}

fn open(row: &mut Row) -> Result<Open> {
    Ok(Open {
        fence: row.take("link_flight.fence")?,
        until: row.take("link_flight.until")?,
        called: row.take("link_flight.called_at")?,
        ours: row.take("link_flight.ticket")?,
    })
}

async fn open_of(tx: &Tx, id: &AppUserId, ticket: Uuid) -> Result<Option<Open>> {
    tx.one(OPEN, &[&id.as_str(), &ticket], open).await
}

pub(super) async fn take(
    db: &Db,
    by: &str,
    id: &AppUserId,
    generation: u64,
    lease: Lease<'_>,
) -> Result<Flight> {
    let call = Call::new("take flight").repeatable();
    let ticket = uuid_v4(&*db.entropy);
    let (now, until) = (lease.now.as_millisecond(), lease.until.as_millisecond());
    db.write(call, |tx| async move {
        let which: Params<'_> = &[&id.as_str(), &int(generation), &now, &until, &ticket];
        let under_way = tx.one(UNDER_WAY, which, |row| row.take("link_flight.until"));
        if let Some(until) = under_way.await? {
            return Ok(Flight::Others { until });
        }
        let Some(mut link) = hold(&tx, id).await? else {
            return Ok(Flight::NotLinked);
        };
        let open = open_of(&tx, id, ticket).await?;
        if let Some(open) = &open
            && open.until <= lease.now
            && !open.ours
        {
            give_up(&tx, by, &mut link, open.fence, open.called, lease.now).await?;
        }
        let Some(tokens) = link.tokens() else {
            return Ok(Flight::NotLinked);
        };
        if tokens.generation != generation {
            return Ok(Flight::Renewed);
        }
        match open {
            Some(Open {
                fence, ours: true, ..
            }) => {
                tx.confirm();
                return Ok(Flight::Yours { fence, tokens });
            }
            Some(open) if open.until > lease.now => {
                return others(&tx, id, &open, lease.until).await;
            }
            _ => {}
        }
        let fence = next_number(&tx).await?;
        let (name, holder) = (id.as_str(), clean(lease.holder));
        let number = int(fence);
        let flight: Params<'_> = &[&name, &number, &&*holder, &now, &until, &ticket];
        let newest: Params<'_> = &[&name, &number];
        futures_util::try_join!(
            tx.write_one(TAKE, flight, "link_flight.fence"),
            tx.write_one(NEWEST, newest, "patient.fence")
        )?;
        Ok(Flight::Yours { fence, tokens })
    })
    .await
}

/// Somebody has it, no longer than the caller would: their clock may have been set back since.
async fn others(tx: &Tx, id: &AppUserId, open: &Open, until: Timestamp) -> Result<Flight> {
    if open.until <= until {
        return Ok(Flight::Others { until: open.until });
    }
    let cut: Params<'_> = &[&id.as_str(), &int(open.fence), &until.as_millisecond()];
    tx.write_one(CUT, cut, "link_flight.until").await?;
    Ok(Flight::Others { until })
}

/// Ends a flight whose lease has ended.
async fn give_up(
    tx: &Tx,
    by: &str,
    link: &mut Link,
    fence: Fence,
    called: bool,
    at: Timestamp,
) -> Result<()> {
    let ended = link.give_up(called, at);
    end_flight(tx, &link.id, fence, at, ended.outcome).await?;
    if called {
        save(tx, link).await?;
    }
    tell(tx, by, at, &link.id, ended.told);
    Ok(())
}

pub(super) async fn calling(db: &Db, id: &AppUserId, fence: Fence, now: Timestamp) -> Result<bool> {
    let call = Call::new("note that a renewal begins").repeatable();
    let (ticket, fence, now) = (uuid_v4(&*db.entropy), int(fence), now.as_millisecond());
    let rerun = &Rerun::default();
    db.write(call, |tx| async move {
        let rerun = rerun.is_one();
        let name = id.as_str();
        let (held, change): (Params<'_>, Params<'_>) = (&[&name], &[&name, &fence, &now, &ticket]);
        let (_, noted) =
            futures_util::try_join!(tx.write(HOLD_ROW, held), tx.write(CALLING, change))?;
        if noted == 1 || !rerun {
            return Ok(noted == 1);
        }
        tx.confirm();
        let which: Params<'_> = &[&name, &fence, &ticket];
        let ours = tx.one(IS_CALLING, which, |row| row.take("link_flight.ticket"));
        Ok(ours.await? == Some(true))
    })
    .await
}

pub(super) async fn land(
    db: &Db,
    by: &str,
    id: &AppUserId,
    fence: Fence,
    landed: &Landed,
    now: Timestamp,
) -> Result<bool> {
    let call = Call::new("land a renewal").repeatable();
    db.write(call, |tx| async move {
        let Some(mut link) = hold(&tx, id).await? else {
            return Ok(false);
        };
        let which: Params<'_> = &[&id.as_str(), &int(fence)];
        let line = tx.one(OUTCOME, which, |row| row.take("link_flight.outcome"));
        let Some(ended): Option<Option<String>> = line.await? else {
            return Ok(false);
        };
        let generation = if matches!(landed, Landed::Renewed(_)) {
            next_number(&tx).await?
        } else {
            link.generation
        };
        match link.land(fence, ended.as_deref(), landed, generation, now) {
            Landing::NotHeard => Ok(false),
            Landing::Again => {
                tx.confirm();
                Ok(true)
            }
            Landing::Ended(ended) => {
                futures_util::try_join!(
                    save(&tx, &link),
                    end_flight(&tx, id, fence, now, ended.outcome)
                )?;
                tell(&tx, by, now, id, ended.told);
                Ok(true)
            }
        }
    })
    .await
}

/// Settles flights whose lease ended by this moment.
pub(super) async fn settle(
    db: &Db,
    by: &str,
    now: Timestamp,
    ended_by: i64,
    limit: i64,
) -> Result<u64> {
    let call = Call::new("settle renewals").repeatable();
    db.write(call, |tx| async move {
        let which: Params<'_> = &[&ended_by, &limit];
        let ended = tx.all(ENDED, which, |row| {
            let fence: Fence = row.take("link_flight.fence")?;
            let called: bool = row.take("link_flight.called_at")?;
            Ok((fence, called, link(row)))
        });
        let mut settled = 0;
        for (fence, called, link) in ended.await? {
            match link {
                Ok(mut link) => {
                    give_up(&tx, by, &mut link, fence, called, now).await?;
                    settled += 1;
                }
                Err(cause) => error!(%cause, "a link cannot be read; it is left as it is"),
            }
        }
        Ok(settled)
    })
    .await
}

pub(super) async fn lapse(
    db: &Db,
    by: &str,
    id: &AppUserId,
    generation: u64,
    why: Lapse,
    at: Timestamp,
) -> Result<bool> {
    let call = Call::new("note that tokens are refused").repeatable();
    db.write(call, |tx| async move {
        let Some(mut link) = hold(&tx, id).await? else {
            return Ok(false);
        };
        if link.generation != generation || open_of(&tx, id, Uuid::nil()).await?.is_some() {
            return Ok(false);
        }
        let Some(told) = link.lapse(why, at) else {
            return Ok(false);
        };
        save(&tx, &link).await?;
        tell(&tx, by, at, id, [told]);
        Ok(true)
    })
    .await
}
