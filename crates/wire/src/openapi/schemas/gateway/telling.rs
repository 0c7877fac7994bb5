//! Schemas of events and webhooks.

use super::{reference, reference_saying};
use crate::gateway::events::EVENT_TYPES;
use serde_json::{Map, Value, json};

pub(super) fn all() -> Vec<(&'static str, Value)> {
    vec![
        (
            "EventType",
            json!({ "type": "string", "enum": EVENT_TYPES, "description": "What happened." }),
        ),
        ("Event", event()),
        (
            "WebhookId",
            json!({ "type": "string", "format": "uuid", "description": "An endpoint's id." }),
        ),
        ("NewWebhook", new_webhook()),
        (
            "Webhook",
            object("An endpoint that is told.", &WEBHOOK, webhook()),
        ),
        ("WebhookAdded", added()),
        (
            "WebhookList",
            json!({
                "type": "object",
                "description": "Every endpoint, oldest first.",
                "required": ["webhooks"],
                "properties": { "webhooks": { "type": "array", "description": "The endpoints.", "items": reference("Webhook") } }
            }),
        ),
        ("WebhookAnswer", answer()),
        ("SecretRotated", rotated()),
        ("Delivery", delivery()),
        (
            "DeliveryList",
            json!({
                "type": "object",
                "description": "The last deliveries of an endpoint.",
                "required": ["deliveries"],
                "properties": { "deliveries": { "type": "array", "description": "Newest first.", "maxItems": 100, "items": reference("Delivery") } }
            }),
        ),
    ]
}

const WEBHOOK: [&str; 5] = ["webhookId", "url", "events", "state", "createdAt"];

fn object(description: &str, required: &[&str], properties: Map<String, Value>) -> Value {
    json!({ "type": "object", "description": description, "required": required, "properties": properties })
}

fn event() -> Value {
    json!({
        "type": "object",
        "description": "Something that happened: the data of an event of the stream, and the body of a webhook. Nothing about a patient but your own id.",
        "required": ["type", "timestamp", "data"],
        "properties": {
            "type": reference("EventType"),
            "timestamp": reference_saying("DateTime", "When it happened."),
            "data": {
                "type": "object",
                "description": "To what.",
                "properties": {
                    "messageId": reference("MessageId"),
                    "userId": reference("UserId"),
                    "appUserId": reference("AppUserId"),
                    "state": { "type": "string", "description": "The message's state, or the link's." },
                    "status": reference("Status"),
                    "subStatus": reference("SubStatus"),
                    "problem": reference("ProblemName"),
                    "reason": reference("LinkReason")
                }
            }
        }
    })
}

fn url() -> Value {
    json!({ "type": "string", "format": "uri", "maxLength": 2000, "description": "Where to post: `https://`, or `http://` where the gateway allows it.", "examples": ["https://product.example/baton"] })
}

fn wanted() -> Value {
    json!({ "type": "array", "description": "The types of events it wants; all when there are none here.", "items": reference("EventType") })
}

fn words() -> Value {
    json!({ "type": "string", "maxLength": 200, "description": "Words for people." })
}

fn new_webhook() -> Value {
    json!({
        "type": "object",
        "description": "An endpoint to be told.",
        "required": ["url"],
        "properties": { "url": url(), "events": wanted(), "description": words() }
    })
}

fn webhook() -> Map<String, Value> {
    let members = json!({
        "webhookId": reference("WebhookId"),
        "url": url(),
        "events": wanted(),
        "description": words(),
        "state": { "type": "string", "enum": ["enabled", "disabled"], "description": "Whether it is posted to." },
        "disabledReason": { "type": "string", "description": "`gone`: it answered 410. `asked`: somebody wanted it." },
        "disabledAt": reference_saying("DateTime", "Since when nothing is posted."),
        "createdAt": reference_saying("DateTime", "When it was added."),
        "formerSecretUntil": reference_saying("DateTime", "The secret before the last rotation signs as well until then."),
        "lastAnswer": reference("WebhookAnswer")
    });
    match members {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

fn secret() -> Value {
    json!({ "type": "string", "pattern": "^whsec_", "description": "With this you check signatures: `whsec_` and Base64. Shown only here." })
}

fn added() -> Value {
    let mut members = webhook();
    members.insert("secret".to_owned(), secret());
    let required: Vec<_> = WEBHOOK.into_iter().chain(["secret"]).collect();
    object("A new endpoint, with its secret.", &required, members)
}

fn answer() -> Value {
    json!({
        "type": "object",
        "description": "What came of one post. Nothing that an endpoint writes is kept.",
        "required": ["at"],
        "properties": {
            "at": reference_saying("DateTime", "When."),
            "status": { "type": "integer", "description": "The HTTP status, if it answered." },
            "fault": { "type": "string", "description": "Why there was no answer: `unreachable`, `timed-out`, `refused-address`, `tls` or `no-secret`." }
        }
    })
}

fn rotated() -> Value {
    json!({
        "type": "object",
        "description": "A new secret.",
        "required": ["secret", "formerSecretUntil"],
        "properties": {
            "secret": secret(),
            "formerSecretUntil": reference_saying("DateTime", "The secret before signs as well until then.")
        }
    })
}

fn delivery() -> Value {
    json!({
        "type": "object",
        "description": "One event owed to one endpoint.",
        "required": ["eventId", "event", "state", "tries"],
        "properties": {
            "eventId": { "type": "string", "description": "The `webhook-id` that it carries; the same on every try.", "examples": ["evt_43"] },
            "event": reference("Event"),
            "state": { "type": "string", "enum": ["owed", "delivered", "failed"], "description": "How it stands." },
            "tries": { "type": "integer", "minimum": 0, "description": "Posts so far." },
            "nextTryAt": reference_saying("DateTime", "When it is posted next, if owed."),
            "lastAnswer": reference("WebhookAnswer")
        }
    })
}
