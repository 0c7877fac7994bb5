//! The list of messages, narrowed by where they stand, age, practice and sender.

use super::words::{self, AGES, PLACES, address};
use super::{Failure, SignedIn, paths};
use crate::context::Ctx;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use minijinja::value::Serde;
use model::{ClientMessageId, ClientSystemId, MessageRef, OdsCode};
use serde::{Deserialize, Serialize};
use store::platform::oversight::{LOOKED_AT, accepted_at};
use store::platform::{Narrow, Seen};

/// Messages on a page.
const PAGE: u32 = 50;

/// What is asked.
#[derive(Clone, Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Wanted {
    id: String,
    stands: String,
    age: String,
    practice: String,
    client: String,
    before: String,
}

/// One message in a list.
#[derive(Serialize)]
pub(super) struct Row {
    address: String,
    accepted: String,
    topic: String,
    kind: &'static str,
    short: String,
    client: String,
    practice: String,
    stands: &'static str,
    colour: &'static str,
    detail: &'static str,
}

impl Row {
    pub(super) fn new(seen: &Seen, now: Timestamp) -> Self {
        let (stands, colour, detail) = words::stands(seen, now);
        Self {
            address: page_of(seen.reference),
            accepted: words::moment(seen.accepted_at),
            topic: seen.topic.clone(),
            kind: kind(seen),
            short: seen.message_id.to_string().chars().take(8).collect(),
            client: seen.client_name.clone(),
            practice: seen.practice.as_str().to_owned(),
            stands,
            colour,
            detail,
        }
    }
}

/// What the pages call a message's kind.
pub(super) fn kind(seen: &Seen) -> &'static str {
    if seen.instant { "Instant" } else { "Standard" }
}

/// The page of one message.
pub(super) fn page_of(reference: MessageRef) -> String {
    paths::MESSAGE.replace("{reference}", &reference.to_string())
}

/// `GET /admin/messages`.
pub(super) async fn list(
    State(ctx): State<Ctx>,
    user: SignedIn,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    let now = ctx.now();
    let sought = wanted.id.trim();
    let mut faults: Vec<(&str, &str)> = Vec::new();
    let mut found = Vec::new();
    if !sought.is_empty() {
        found = find(&ctx, sought).await?;
        if let [only] = found.as_slice() {
            return Ok(Redirect::to(&page_of(only.reference)).into_response());
        }
        if found.is_empty() {
            faults.push(("id", "No message has this id"));
        }
    }
    let several = !found.is_empty();
    let which = read(&wanted, now, &mut faults);
    let mut next = None;
    if !several {
        let before = wanted.before.parse::<MessageRef>().ok();
        let page = ctx.store.oversight.seen(&which, before, PAGE).await?;
        (found, next) = (page.rows, page.next);
    }
    let rows: Vec<Row> = found.iter().map(|seen| Row::new(seen, now)).collect();
    let clients = ctx.store.directory.clients().await?;
    let clients: Vec<_> = clients
        .iter()
        .map(|one| minijinja::context! { value => one.id.to_string(), text => one.name.as_str() })
        .collect();
    let places = PLACES.map(|(value, text, _)| minijinja::context! { value, text });
    let ages = AGES.map(|(value, text, _)| minijinja::context! { value, text });
    let narrowed = wanted.address(None) != paths::MESSAGES;
    let page = minijinja::context! {
        wanted => Serde(&wanted),
        faults => faults.iter().map(|(field, text)| minijinja::context! { field => *field, text => *text }).collect::<Vec<_>>(),
        rows => Serde(rows),
        several,
        older => next.map(|next| wanted.address(Some(next))),
        // A page looks at so many messages and then stops.
        looked_until => next.map(|next| words::moment(accepted_at(next))),
        looked_at => LOOKED_AT,
        newest => (!wanted.before.is_empty()).then(|| wanted.address(None)),
        narrowed,
        places => places.to_vec(),
        ages => ages.to_vec(),
        clients,
    };
    user.page("admin/messages.html", "messages", page)
}

/// The message that has this name with us, or those that have it with their senders.
async fn find(ctx: &Ctx, text: &str) -> Result<Vec<Seen>, Failure> {
    let Ok(reference) = text.parse::<MessageRef>() else {
        return Ok(Vec::new());
    };
    let oversight = &ctx.store.oversight;
    if let Some((seen, _)) = oversight.seen_one(reference).await? {
        return Ok(vec![seen]);
    }
    Ok(oversight.seen_by_id(ClientMessageId(reference.0)).await?)
}

fn read(wanted: &Wanted, now: Timestamp, faults: &mut Vec<(&str, &str)>) -> Narrow {
    let place = PLACES.iter().find(|(value, ..)| *value == wanted.stands);
    let mut which = Narrow {
        place: place.map(|(_, _, place)| *place),
        open: wanted.stands == "waiting",
        ..Narrow::default()
    };
    let (practice, client) = (wanted.practice.trim(), wanted.client.trim());
    if !practice.is_empty() {
        which.practice = OdsCode::parse(&practice.to_ascii_uppercase()).ok();
        if which.practice.is_none() {
            faults.push((
                "practice",
                "This is no ODS code, so all practices are shown",
            ));
        }
    }
    if !client.is_empty() {
        which.client = client.parse::<ClientSystemId>().ok();
        if which.client.is_none() {
            faults.push(("client", "There is no such client system, so all are shown"));
        }
    }
    let age = AGES.iter().find(|(value, _, _)| *value == wanted.age);
    which.accepted_before = age.and_then(|(_, _, age)| now.checked_sub(*age).ok());
    which
}

impl Wanted {
    /// The page of these filters that goes on below this message.
    fn address(&self, before: Option<MessageRef>) -> String {
        let before = before.map(|before| before.to_string());
        let parameters = [
            ("stands", self.stands.as_str()),
            ("age", self.age.as_str()),
            ("practice", self.practice.trim()),
            ("client", self.client.trim()),
            ("before", before.as_deref().unwrap_or_default()),
        ];
        address(paths::MESSAGES, &parameters)
    }
}
