//! Pages of messages, newest first, found by the index that leaves the fewest to look at.

use super::enter::day;
use super::statements::{
    FROM_DAY, PAGE, PAGE_OF_BUCKET, PAGE_OF_PRACTICE, PAGE_OF_PRACTICE_AND_BUCKET, PAGE_OF_STATE,
    PAGE_OF_USER, TO_DAY,
};
use crate::conn::Conn;
use crate::sql::Sql;
use jiff::Timestamp;
use model::outbox::{Bucket, State};
use model::{OdsCode, UserId};
use rusqlite::params;
use store::Result;
use store::gateway::{Filter, Page};
use store::row::gateway::message::stored;
use store::row::{Cells as _, int};

pub(in crate::gateway) fn page(conn: &Conn<'_>, filter: &Filter, limit: u32) -> Result<Page> {
    let Some((first, last)) = numbers(conn, filter)? else {
        return Ok(Page {
            messages: Vec::new(),
            more: false,
        });
    };
    let bucket = bucket(filter);
    let row = params![
        filter.to.as_ref().map(OdsCode::as_str),
        bucket.map(Bucket::as_str),
        filter.state.map(State::as_str),
        filter.user.as_ref().map(UserId::as_str),
        filter.from.map_or(i64::MIN, Timestamp::as_millisecond),
        filter.until.map_or(i64::MAX, Timestamp::as_millisecond),
        first,
        last,
        limit.saturating_add(1),
    ];
    let mut messages = conn.all(statement(filter, bucket), row, |cells| stored(cells))?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = messages.len() > limit;
    messages.truncate(limit);
    Ok(Page { messages, more })
}

/// The only bucket that messages of the state asked for can be in, or the one asked for.
fn bucket(filter: &Filter) -> Option<Bucket> {
    filter.bucket.or(match filter.state {
        Some(State::Queued | State::Sending) => Some(Bucket::Queued),
        Some(State::Refused) => Some(Bucket::Refused),
        Some(State::Accepted) | None => None,
    })
}

fn statement(filter: &Filter, bucket: Option<Bucket>) -> Sql {
    match (&filter.user, &filter.to, bucket, filter.state) {
        (Some(_), ..) => PAGE_OF_USER,
        (None, Some(_), Some(_), _) => PAGE_OF_PRACTICE_AND_BUCKET,
        (None, Some(_), None, _) => PAGE_OF_PRACTICE,
        (None, None, Some(_), _) => PAGE_OF_BUCKET,
        (None, None, None, Some(_)) => PAGE_OF_STATE,
        (None, None, None, None) => PAGE,
    }
}

/// The first and the last number that can be on the page; `None` when there is none. What was entered on a day has
/// numbers in a row, but for clocks that differ.
fn numbers(conn: &Conn<'_>, filter: &Filter) -> Result<Option<(i64, i64)>> {
    let end = filter.before.map_or(i64::MAX, |before| int(before) - 1);
    let bound = |sql, at: Timestamp| {
        let found = conn.one(sql, [day(at)], |cells| {
            cells.take::<Option<i64>>("entry_day.first")
        });
        found.map(Option::flatten)
    };
    let first = match filter.from {
        Some(from) => bound(FROM_DAY, from)?,
        None => Some(0),
    };
    let last = match filter.until {
        Some(until) => bound(TO_DAY, until)?,
        None => Some(i64::MAX),
    };
    Ok(first.zip(last).map(|(first, last)| (first, last.min(end))))
}
