//! Pages of messages.

use super::super::Db;
use super::enter::day_of;
use super::statements::{LIST, LIST_SOME};
use super::stored;
use crate::conn::Params;
use jiff::Timestamp;
use model::outbox::{Bucket, State};
use model::{OdsCode, UserId};
use store::Result;
use store::gateway::{Filter, Page};

pub(super) async fn list(db: &Db, filter: &Filter, limit: u32) -> Result<Page> {
    let before = filter.before.map_or(i64::MAX, store::row::int);
    let one_more = i64::from(limit) + 1;
    let state = filter.state.map(State::as_str);
    let bucket = filter.bucket.map(Bucket::as_str);
    let user = filter.user.as_ref().map(UserId::as_str);
    let practice = filter.to.as_ref().map(OdsCode::as_str);
    let [from, until] = [filter.from, filter.until].map(|at| at.map(Timestamp::as_millisecond));
    let [first, last] = [filter.from, filter.until].map(|at| at.map(day_of));
    let some = state.is_some() || bucket.is_some() || user.is_some() || practice.is_some();
    let sql = if some { LIST_SOME } else { LIST };
    let mut messages = db
        .planned("list messages", |conn| async move {
            let which: Params<'_> = &[
                &before, &one_more, &state, &bucket, &user, &practice, &from, &until, &first, &last,
            ];
            conn.all(sql, which, stored).await
        })
        .await?;
    let more = messages.len() > limit as usize;
    messages.truncate(limit as usize);
    Ok(Page { messages, more })
}
