//! What nobody can make sense of, and what is stuck: rows that cannot be read, blobs that are not deleted.

use super::messages::page_of;
use super::overview::STUCK;
use super::words::{ago, moment};
use super::{Failure, SignedIn};
use crate::context::Ctx;
use axum::extract::State;
use axum::response::Response;
use minijinja::value::Serde;
use serde::Serialize;
use store::platform::DeadMessage;

/// Lines of each kind on the page.
const MOST: u32 = 200;

#[derive(Serialize)]
struct Row {
    reference: Option<String>,
    page: Option<String>,
    wrong: &'static str,
    again: Option<String>,
}

impl Row {
    fn new(dead: &DeadMessage) -> Self {
        Self {
            reference: dead.reference.map(|reference| reference.to_string()),
            page: dead.reference.map(page_of),
            wrong: dead.wrong.unwrap_or("the row"),
            again: dead.again_at.map(moment),
        }
    }
}

#[derive(Serialize)]
struct Blob {
    hash: String,
    since: String,
    age: String,
}

/// `GET /admin/dead`.
pub(super) async fn show(State(ctx): State<Ctx>, user: SignedIn) -> Result<Response, Failure> {
    let now = ctx.now();
    let dead = ctx.store.oversight.dead(now, MOST).await?;
    let rows: Vec<Row> = dead.messages.iter().map(Row::new).collect();
    let stuck = dead.condemned.iter();
    let stuck = stuck.filter(|(_, at)| now.duration_since(*at) > STUCK);
    let blobs: Vec<Blob> = stuck
        .map(|(hash, at)| Blob {
            hash: hash.to_hex(),
            since: moment(*at),
            age: ago(*at, now),
        })
        .collect();
    let page = minijinja::context! { rows => Serde(rows), blobs => Serde(blobs), most => MOST };
    user.page("admin/dead.html", "dead", page)
}
