//! One message: where it stands and how it came there, without a word of what it says.

use super::messages::kind;
use super::words::{address, detail, moment, stands, status};
use super::{Failure, SignedIn, paths};
use crate::context::Ctx;
use axum::extract::{Path, State};
use axum::response::Response;
use minijinja::value::Serde;
use model::MessageRef;
use serde::Serialize;
use store::platform::SeenLine;

/// One line of the history.
#[derive(Serialize)]
struct Step {
    at: String,
    stands: &'static str,
    colour: &'static str,
    detail: &'static str,
}

/// `GET /admin/messages/{reference}`.
pub(super) async fn show(
    State(ctx): State<Ctx>,
    user: SignedIn,
    Path(reference): Path<String>,
) -> Result<Response, Failure> {
    let found = match reference.parse::<MessageRef>() {
        Ok(reference) => ctx.store.oversight.seen_one(reference).await?,
        Err(_) => None,
    };
    let Some((seen, history)) = found else {
        return Err(Failure::NotFound(Box::new(user)));
    };
    let now = ctx.now();
    let (text, colour, more) = stands(&seen, now);
    let practice = ctx.store.directory.practice(&seen.practice).await?;
    let code = seen.practice.as_str();
    let page = minijinja::context! {
        reference => seen.reference.to_string(),
        message_id => seen.message_id.to_string(),
        topic => seen.topic.as_str(),
        kind => kind(&seen),
        stands => text,
        colour,
        detail => more,
        client => seen.client_name.as_str(),
        client_page => paths::CLIENT.replace("{id}", &seen.client.to_string()),
        practice => practice.map_or_else(|| code.to_owned(), |one| format!("{} ({code})", one.name)),
        practice_page => paths::PRACTICE.replace("{code}", code),
        others => address(paths::MESSAGES, &[("practice", code)]),
        accepted => moment(seen.accepted_at),
        expires => moment(seen.expires_at),
        over => seen.expires_at <= now,
        attachments => seen.attachments,
        coded_items => seen.coded_items,
        emptied => seen.emptied,
        history => Serde(history.into_iter().map(step).collect::<Vec<_>>()),
    };
    user.page("admin/message.html", "messages", page)
}

fn step((name, sub, at): SeenLine) -> Step {
    let (stands, colour) = status(name, sub);
    Step {
        at: moment(at),
        stands,
        colour,
        detail: detail(sub),
    }
}
