//! Schemas of single values.

use super::super::limits;
use crate::problem::ProblemType;
use serde_json::{Value, json};

const UUID: &str = "^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$";

/// The status words with what they mean (contract B).
pub(crate) const STATUSES: [(&str, &str); 4] = [
    ("PENDING", "not at its end yet"),
    ("COMPLETED", "in the patient's record; final"),
    ("REJECTED", "refused by the practice; final"),
    ("EXPIRED", "its time ran out first; final"),
];

/// The sub-statuses with what they mean (contract B).
pub(crate) const SUB_STATUSES: [(&str, &str); 8] = [
    (
        "Awaiting instant import",
        "the practitioner's toolbar has not taken it yet",
    ),
    ("Import in progress", "a toolbar is working on it"),
    ("Awaiting review", "waits for someone at the practice"),
    (
        "Instant message timed out",
        "nobody took it in time; now waits for review",
    ),
    (
        "Failed instant message import",
        "the import failed; now waits for review",
    ),
    (
        "Authorisation withdrawn",
        "the practitioner withdrew permission; now waits for review",
    ),
    ("Imported automatically", "by the practitioner's toolbar"),
    ("Imported after review", "by someone at the practice"),
];

pub(super) fn all() -> Vec<(&'static str, Value)> {
    vec![
        (
            "MessageId",
            json!({ "type": "string", "format": "uuid", "pattern": UUID, "description": "A message's id.", "examples": ["5f0c2c3e-6d0b-4c0e-9a57-3b1f6f0d7e21"] }),
        ),
        (
            "TopicName",
            json!({ "type": "string", "pattern": "^[0-9A-Za-z_-]{1,64}$", "description": "What the message is about; one of the topics of `GET /api/v1/topics`.", "examples": ["DispenseEventNotification"] }),
        ),
        ("FileName", file_name()),
        (
            "Token",
            json!({ "type": "string", "format": "uuid", "pattern": UUID, "description": "A practitioner's permission.", "examples": ["3d1f0a94-7c58-4e2b-b6ad-91e0c47f5a38"] }),
        ),
        ("Status", words("Where a message stands.", &STATUSES)),
        (
            "SubStatus",
            words(
                "More about a `PENDING` or `COMPLETED` message.",
                &SUB_STATUSES,
            ),
        ),
        (
            "Reason",
            json!({ "type": "string", "maxLength": 500, "description": "Why the practice refused it, or why an import failed." }),
        ),
        (
            "DateTime",
            json!({ "type": "string", "format": "date-time", "description": "RFC 3339, in UTC.", "examples": ["2026-11-21T09:30:12.345Z"] }),
        ),
        (
            "EntityTag",
            json!({ "type": "string", "description": "An entity tag with its quotation marks.", "examples": ["\"9b2d41\""] }),
        ),
        (
            "EventId",
            json!({ "type": "string", "pattern": "^[0-9]{1,18}$", "description": "An event's id.", "examples": ["42"] }),
        ),
        (
            "ProblemName",
            json!({ "type": "string", "enum": ProblemType::of_platform().map(ProblemType::name).collect::<Vec<_>>(), "description": "A kind of problem." }),
        ),
    ]
}

fn file_name() -> Value {
    json!({
        "type": "string",
        "minLength": 1,
        "maxLength": limits::MAX_FILE_NAME,
        "pattern": "^[^<>:\"/\\\\|?*\\u0000-\\u001f\\s.]([^<>:\"/\\\\|?*\\u0000-\\u001f]*[^<>:\"/\\\\|?*\\u0000-\\u001f\\s.])?$",
        "not": { "pattern": "^([Cc][Oo][Nn]|[Pp][Rr][Nn]|[Aa][Uu][Xx]|[Nn][Uu][Ll]|([Cc][Oo][Mm]|[Ll][Pp][Tt])[1-9\\u00b9\\u00b2\\u00b3]) *(\\.|$)" },
        "description": "A valid Windows file name: none of `< > : \" / \\ | ? *`, no control characters, no name that Windows keeps for a device (`CON`, `COM1.txt`), no white space or period at either end. At most 255 UTF-16 units.",
        "examples": ["Medicines supplied.pdf"]
    })
}

fn words(description: &str, words: &[(&str, &str)]) -> Value {
    let meanings: Vec<_> = words
        .iter()
        .map(|(word, meaning)| format!("`{word}`: {meaning}"))
        .collect();
    let names: Vec<_> = words.iter().map(|(word, _)| *word).collect();
    json!({
        "type": "string",
        "enum": names,
        "description": format!("{description} {}.", meanings.join(". "))
    })
}
