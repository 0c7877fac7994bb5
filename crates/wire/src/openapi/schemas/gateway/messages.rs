//! Schemas of messages at the gateway.

use super::{reference, reference_saying};
use crate::openapi::limits;
use serde_json::{Map, Value, json};

pub(super) fn all() -> Vec<(&'static str, Value)> {
    vec![
        ("MessageEntry", entry()),
        ("MessageParts", parts()),
        ("FileEntry", file_entry()),
        ("Entered", entered()),
        ("DryRun", dry_run()),
        ("MessageSummary", summary()),
        ("MessageList", list()),
        ("Message", message()),
        ("KeptFile", kept_file()),
        ("Attempt", attempt()),
        ("TimelineEntry", timeline_entry()),
        ("Release", release()),
        ("Looked", looked()),
    ]
}

fn expiry() -> Value {
    json!({
        "type": "string",
        "format": "date-time",
        "description": "When the message's time runs out: RFC 3339 with `Z` or an offset, in the future, at most 366 days ahead. Without it: 30 days from its entry.",
        "examples": ["2027-01-31T17:30:00Z"]
    })
}

fn entry() -> Value {
    json!({
        "type": "object",
        "description": "A message to be sent. Members that are not named here are ignored; a member that may be left out may be `null` instead.",
        "required": ["kind", "topic", "to", "nhsNumber", "files"],
        "properties": {
            "kind": reference("Kind"),
            "userId": reference_saying("UserId", "In whose name. An instant message needs a user that exists."),
            "messageId": reference_saying("MessageId", "Your own id for this message, so that you can repeat the call safely. Without it the gateway makes one."),
            "topic": reference_saying("TopicName", "What the message is about; one of the platform's topics."),
            "to": reference("OdsCode"),
            "nhsNumber": reference("NhsNumber"),
            "body": reference("Body"),
            "files": {
                "type": "array",
                "description": "The documents. No two may have the same file name, whatever the case of its letters. In a form they come as parts instead.",
                "minItems": 1,
                "maxItems": limits::MAX_ATTACHMENTS,
                "items": reference("FileEntry")
            },
            "codedDataItems": {
                "type": "array",
                "description": "What the documents say, in SNOMED CT.",
                "maxItems": limits::MAX_CODED_ITEMS,
                "items": reference("CodedDataItem")
            },
            "expiryDateTime": expiry()
        }
    })
}

fn parts() -> Value {
    json!({
        "type": "object",
        "description": "A message as a form: first the part `message`, then the files.",
        "required": ["message", "file"],
        "properties": {
            "message": {
                "type": "object",
                "description": "The JSON of `MessageEntry` without `files`."
            },
            "file": {
                "type": "array",
                "description": "One part for each file, with its `filename` and its `Content-Type`.",
                "minItems": 1,
                "maxItems": limits::MAX_ATTACHMENTS,
                "items": { "type": "string", "contentMediaType": "application/octet-stream", "description": "A file's bytes." }
            }
        }
    })
}

fn mime_type() -> Value {
    json!({
        "type": "string",
        "enum": ["application/pdf", "image/jpeg", "text/plain", "text/vnd.qxlva.conneqt.consultation"],
        "description": "What the file is. `text/vnd.qxlva.conneqt.consultation`: consultation notes, which go into the record as text that can be searched."
    })
}

fn file_entry() -> Value {
    json!({
        "type": "object",
        "description": "One document. Its content must be what its type says.",
        "required": ["fileName", "mimeType", "content"],
        "properties": {
            "fileName": reference("FileName"),
            "mimeType": mime_type(),
            "content": {
                "type": "string",
                "contentEncoding": "base64",
                "minLength": 4,
                "pattern": "^[0-9A-Za-z+/=\\r\\n]+$",
                "description": format!("The file in Base64. 1 byte to 5 MiB ({} bytes) when decoded.", limits::MAX_ATTACHMENT_BYTES)
            }
        }
    })
}

fn entered() -> Value {
    json!({
        "type": "object",
        "description": "Where a message stands right after the call.",
        "required": ["messageId", "state"],
        "properties": {
            "messageId": reference_saying("MessageId", "Its id, here and at the platform, for good."),
            "state": reference("State")
        }
    })
}

fn dry_run() -> Value {
    json!({
        "type": "object",
        "description": "What would happen to a message. Nothing of it was kept.",
        "required": ["acceptable", "invalidParameters", "warnings"],
        "properties": {
            "acceptable": { "type": "boolean", "description": "Whether it would be taken here and, as far as can be known now, by the platform." },
            "invalidParameters": { "type": "array", "description": "Every fault, in the order of the request; that the user has not authorised it (`userId`) is one.", "items": reference("InvalidParameter") },
            "warnings": { "type": "array", "description": "What is no fault but should be known, in words.", "items": { "type": "string", "description": "One warning." } },
            "preview": {
                "type": "object",
                "description": "A picture of what the practice will see; not when something is wrong with the message itself.",
                "required": ["mediaType", "content"],
                "properties": {
                    "mediaType": { "type": "string", "const": "image/svg+xml", "description": "What it is." },
                    "content": { "type": "string", "description": "The picture as text. It shows patient data." }
                }
            }
        }
    })
}

const REQUIRED: [&str; 9] = [
    "messageId",
    "kind",
    "topic",
    "to",
    "state",
    "stateDateTime",
    "enteredAt",
    "expiryDateTime",
    "tries",
];

/// The members that list and single message share.
fn shared() -> Map<String, Value> {
    let members = json!({
        "messageId": reference("MessageId"),
        "kind": reference("Kind"),
        "userId": reference("UserId"),
        "topic": reference("TopicName"),
        "to": reference("OdsCode"),
        "state": reference("State"),
        "stateDateTime": reference_saying("DateTime", "Since when it has that state."),
        "waitsForEarlier": { "type": "boolean", "description": "It waits for an earlier message about the same patient." },
        "enteredAt": reference_saying("DateTime", "When it was entered."),
        "expiryDateTime": reference_saying("DateTime", "When its time runs out."),
        "tries": { "type": "integer", "minimum": 0, "description": "How often it was tried." },
        "nextAttemptAt": reference_saying("DateTime", "When it is tried next, while it is queued and in turn."),
        "problem": reference_saying("ProblemName", "Why it was refused."),
        "acceptedAt": reference_saying("DateTime", "When the platform took it."),
        "status": reference("Status"),
        "subStatus": reference("SubStatus"),
        "statusDateTime": reference_saying("DateTime", "Since when, says the platform."),
        "overdueSince": reference_saying("DateTime", "Since when it needs a person's eye: longer in the queue, at the practice or refused than it should be.")
    });
    match members {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

fn summary() -> Value {
    json!({
        "type": "object",
        "description": "What a list tells of a message; nothing about the patient.",
        "required": REQUIRED,
        "properties": shared()
    })
}

fn list() -> Value {
    json!({
        "type": "object",
        "description": "A page of messages, newest first.",
        "required": ["messages"],
        "properties": {
            "messages": { "type": "array", "description": "The messages.", "items": reference("MessageSummary") },
            "next": reference("Cursor")
        }
    })
}

fn message() -> Value {
    let mut properties = shared();
    let more = json!({
        "nhsNumber": reference("NhsNumber"),
        "files": { "type": "array", "description": "Its files, while they are kept.", "items": reference("KeptFile") },
        "contentKept": { "type": "boolean", "description": "Whether body, files and coded data are still here. They are deleted some time after the platform's last word." },
        "attempts": { "type": "array", "description": "Every attempt, oldest first; of very many the first and the last 100.", "items": reference("Attempt") },
        "platformStatus": reference_saying("MessageStatus", "The platform's last status answer, as it came."),
        "lookedAt": reference_saying("DateTime", "When that came."),
        "nextLookAt": reference_saying("DateTime", "When the platform is asked next, if it is."),
        "timeline": { "type": "array", "description": "What happened, oldest first.", "items": reference("TimelineEntry") }
    });
    if let Value::Object(more) = more {
        properties.extend(more);
    }
    let own = ["nhsNumber", "contentKept", "attempts", "timeline"];
    json!({
        "type": "object",
        "description": "A message, with everything that happened to it.",
        "required": REQUIRED.into_iter().chain(own).collect::<Vec<_>>(),
        "properties": properties
    })
}

fn kept_file() -> Value {
    json!({
        "type": "object",
        "description": "A file as it is kept here.",
        "required": ["fileName", "mimeType", "size", "sha256"],
        "properties": {
            "fileName": reference("FileName"),
            "mimeType": mime_type(),
            "size": { "type": "integer", "minimum": 1, "description": "Its size in bytes." },
            "sha256": { "type": "string", "pattern": "^[0-9a-f]{64}$", "description": "Its SHA-256." }
        }
    })
}

fn attempt() -> Value {
    json!({
        "type": "object",
        "description": "One attempt to send.",
        "required": ["number", "beganAt"],
        "properties": {
            "number": { "type": "integer", "minimum": 1, "description": "Counts from 1." },
            "beganAt": reference_saying("DateTime", "When it began."),
            "endedAt": reference_saying("DateTime", "When it ended. Missing while it runs, and for one whose gateway was stopped."),
            "outcome": { "type": "string", "enum": ["accepted", "answered", "no-answer", "not-sent"], "description": "`accepted`: the platform took it. `answered`: the platform said no, for now or for good. `no-answer`: nothing came; the message may have arrived, which the next attempt finds out. `not-sent`: it did not leave the gateway." },
            "httpStatus": { "type": "integer", "minimum": 100, "maximum": 599, "description": "The HTTP status of the platform's no." },
            "problem": reference_saying("Problem", "The platform's problem document, if one came."),
            "reason": { "type": "string", "description": "Why nothing came or nothing was sent, in a fixed word: `unreachable`, `timed-out`, `unintelligible`, `no-authorisation`, `expired`, `content-unreadable`. Expect others." },
            "words": { "type": "string", "description": "The same in a sentence for people." }
        }
    })
}

fn timeline_entry() -> Value {
    json!({
        "type": "object",
        "description": "One thing that happened.",
        "required": ["at", "type", "by"],
        "properties": {
            "at": reference_saying("DateTime", "When."),
            "type": reference("EventType"),
            "by": { "type": "string", "description": "Who: `product:<key>`, `operator:<name>`, `practitioner` or `gateway`.", "examples": ["gateway"] },
            "status": reference("Status"),
            "subStatus": reference("SubStatus"),
            "problem": reference("ProblemName")
        }
    })
}

fn release() -> Value {
    json!({
        "type": "object",
        "description": "What is mended on the way; what is left out stays.",
        "properties": {
            "topic": reference("TopicName"),
            "to": reference("OdsCode"),
            "userId": reference_saying("UserId", "In whose name from now on."),
            "expiryDateTime": expiry()
        }
    })
}

fn looked() -> Value {
    json!({
        "type": "object",
        "description": "What the platform says of a message now.",
        "required": ["messageId", "state", "changed"],
        "properties": {
            "messageId": reference("MessageId"),
            "state": reference("State"),
            "changed": { "type": "boolean", "description": "Whether status or sub-status is new." },
            "platformStatus": reference_saying("MessageStatus", "The last answer that came; missing when there was never one.")
        }
    })
}
