//! The gateway's operations (contract E), in one table like the partner API's.

mod messages;
mod patients;
mod telling;
mod users;

use super::{Answer, Endpoint, Parameter, Payload, Place, operators, reference};

/// Every operation, in reading order.
pub fn all() -> impl Iterator<Item = &'static Endpoint> {
    users::ALL
        .iter()
        .chain(&messages::ALL)
        .chain(&patients::ALL)
        .chain(&telling::ALL)
        .chain(&reference::ALL)
        .chain(&operators::ALL)
}

const fn path(name: &'static str, description: &'static str, schema: &'static str) -> Parameter {
    Parameter {
        name,
        place: Place::Path,
        required: true,
        description,
        schema,
    }
}

const fn query(name: &'static str, description: &'static str, schema: &'static str) -> Parameter {
    Parameter {
        name,
        place: Place::Query,
        required: false,
        description,
        schema,
    }
}

const fn answer(status: u16, description: &'static str, payload: Payload) -> Answer {
    Answer {
        status,
        description,
        payload,
        headers: &[],
    }
}

const MESSAGE_ID: Parameter = path("messageId", "The message's id.", "MessageId");
const USER_ID: Parameter = path("userId", "Your own id of the user.", "UserId");
const WEBHOOK_ID: Parameter = path("webhookId", "The endpoint's id.", "WebhookId");
const APP_USER_ID: Parameter = path("appUserId", "Your own id of the patient.", "AppUserId");
const AFTER: Parameter = query(
    "after",
    "The `next` of the page before. Without it: the first page.",
    "Cursor",
);
const LIMIT: Parameter = query("limit", "How many at most.", "Limit");

#[cfg(test)]
mod tests;
