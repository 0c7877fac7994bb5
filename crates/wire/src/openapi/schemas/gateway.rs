//! The JSON Schemas of the gateway's API: its own, and those that it shares with the partner API.

mod messages;
mod patients;
mod telling;
mod users;

use super::{reference, reference_saying};
use crate::gateway::patients::{FAILURES, NO_SUCH_RESULT};
use crate::problem::ProblemType;
use serde_json::{Map, Value, json};

/// What it shares: the same words in both documents.
const SHARED: [&str; 14] = [
    "Body",
    "CodedDataItem",
    "FileName",
    "MessageId",
    "TopicName",
    "MessageStatus",
    "Status",
    "SubStatus",
    "Reason",
    "DateTime",
    "EventId",
    "Problem",
    "InvalidParameter",
    "AnyObject",
];

/// Every schema by name, in reading order.
pub(in crate::openapi) fn all() -> Map<String, Value> {
    let mut shared = super::all();
    let mut all = Map::new();
    for (name, schema) in messages::all()
        .into_iter()
        .chain(users::all())
        .chain(patients::all())
        .chain(telling::all())
        .chain(scalars())
    {
        all.insert(name.to_owned(), schema);
    }
    for name in SHARED {
        if let Some(schema) = shared.remove(name) {
            all.insert(name.to_owned(), schema);
        }
    }
    let members = all
        .get_mut("Problem")
        .and_then(|problem| problem.get_mut("properties"))
        .and_then(Value::as_object_mut);
    if let Some(members) = members {
        members.insert("reason".to_owned(), link_refused());
    }
    all
}

/// The only kind of problem here that has several reasons.
fn link_refused() -> Value {
    let words: Vec<_> = FAILURES.into_iter().chain([NO_SUCH_RESULT]).collect();
    json!({
        "type": "string",
        "enum": words,
        "description": "Of `link-refused`: why no link was made, as the event `patient.link-failed` says it; or `no-such-result`: the result is unknown, used or too old."
    })
}

fn scalars() -> Vec<(&'static str, Value)> {
    vec![
        (
            "OdsCode",
            json!({ "type": "string", "pattern": "^[0-9A-Z]{3,12}$", "description": "A practice's ODS code.", "examples": ["GPPRAC001"] }),
        ),
        (
            "NhsNumber",
            json!({ "type": "string", "pattern": "^[0-9]{10}$", "description": "The patient: an NHS number, 10 digits without spaces, the last of which checks the others (Modulus 11).", "examples": ["9547852140"] }),
        ),
        (
            "Kind",
            json!({ "type": "string", "enum": ["instant", "standard"], "description": "`instant`: straight into the record, in a practitioner's name. `standard`: waits for review at the practice." }),
        ),
        (
            "State",
            json!({ "type": "string", "enum": ["queued", "sending", "accepted", "refused"], "description": "`queued`: waits for its turn or its next try. `sending`: on its way this moment. `accepted`: the platform has it. `refused`: the platform will not take it as it is; mend and release it." }),
        ),
        (
            "ProblemName",
            json!({ "type": "string", "enum": ProblemType::ALL.map(ProblemType::name), "description": "A kind of problem: the last part of its `type`." }),
        ),
        (
            "Cursor",
            json!({ "type": "string", "maxLength": 200, "description": "The `next` of a page.", "examples": ["1041"] }),
        ),
        (
            "Limit",
            json!({ "type": "integer", "minimum": 1, "maximum": 1000, "default": 100, "description": "1 to 1,000." }),
        ),
        (
            "Flag",
            json!({ "type": "boolean", "default": false, "description": "`true` or `false`." }),
        ),
    ]
}
