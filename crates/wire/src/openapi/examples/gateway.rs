//! Examples for the gateway's requests and answers.

use super::{
    CONSULTATION, Example, INSTANT_ID, LETTER, PATIENT, PRACTICE, blood_pressure, imported,
};
use crate::gateway::{FileEntry, INSTANT, MessageEntry};
use crate::openapi::sample::Sample;
use crate::partner::Body;
use serde_json::{Value, json};

const WEBHOOK_ID: &str = "0f6d3c52-91b4-4f0e-8d27-5a1c7be09d34";
const USER: &str = "dr-okafor";
const APP_USER: &str = "7c1f9a52";
const GRANT_URL: &str = "http://127.0.0.1:8095/apiAuthorize.action?response_type=code&client_id=baton-demo-app&redirect_uri=http%3A%2F%2F127.0.0.1%3A8090%2Fpkb%2Fcallback&scope=PATIENT&state=lH0c9vW3xKqf6Zb2Tn8sYp5Rm1Gd7UeAjQ4oXiVtEBk";
const SECRET: &str = "whsec_c2FtcGxlLW9ubHktbm90LWEtc2VjcmV0LWF0LWFsbCE=";

/// The examples of a request body or answer with that schema.
pub(in crate::openapi) fn of(schema: &str) -> Vec<Example> {
    let (name, summary, value) = match schema {
        "MessageEntry" => (
            "consultation",
            "A letter and consultation notes with a blood pressure",
            entry(),
        ),
        "Entered" => (
            "queued",
            "The message is on disk",
            json!({ "messageId": INSTANT_ID, "state": "queued" }),
        ),
        "DryRun" => ("faults", "It would not be taken", dry_run()),
        "Message" => ("completed", "In the record", message()),
        "MessageList" => (
            "page",
            "A page with one message",
            json!({ "messages": [summary()], "next": "1041" }),
        ),
        "Release" => ("mended", "To another practice", json!({ "to": PRACTICE })),
        "Looked" => (
            "changed",
            "The platform said something new",
            json!({ "messageId": INSTANT_ID, "state": "accepted", "changed": true, "platformStatus": imported() }),
        ),
        "PutUser" => ("name", "With a name", json!({ "name": "Dr Amara Okafor" })),
        "User" => ("authorised", "An authorised user", user()),
        "UserList" => ("page", "The last page", json!({ "users": [user()] })),
        "Authorisation" => ("good", "Still good", authorisation()),
        "ExchangeCode" => (
            "code",
            "The code from the toolbar",
            json!({ "accessCode": "K7WQ4RTX" }),
        ),
        "AuthorisationLink" => (
            "link",
            "Good for 15 minutes",
            json!({ "url": "http://127.0.0.1:8090/authorise/dr-okafor?t=1795253412.mZkP3", "expiresAt": "2026-11-21T09:45:12Z" }),
        ),
        "Patient" => ("linked", "A linked patient", patient()),
        "PatientList" => ("page", "The last page", patients()),
        "BeginLink" => (
            "back",
            "Where the patient comes back to",
            json!({ "returnUrl": "https://product.example/pkb/back" }),
        ),
        "LinkBegun" => (
            "begun",
            "For the patient's browser",
            json!({ "grantUrl": GRANT_URL, "expiresAt": "2026-11-21T09:40:12Z" }),
        ),
        "ConfirmLink" => (
            "result",
            "What stood in the address",
            json!({ "result": "q3Zt0V2n9cXk4o1bQ8rLr5mTzv7yWd6uFhJp2sAeGiM" }),
        ),
        "NewWebhook" => (
            "ends",
            "Only what became of messages",
            json!({ "url": "https://product.example/baton", "events": ["message.refused", "message.status"] }),
        ),
        "Webhook" => ("enabled", "An endpoint", webhook()),
        "WebhookList" => ("list", "One endpoint", json!({ "webhooks": [webhook()] })),
        "WebhookAdded" => ("added", "A new endpoint with its secret", added()),
        "SecretRotated" => (
            "rotated",
            "Both sign for a day",
            json!({ "secret": SECRET, "formerSecretUntil": "2026-11-22T09:30:12Z" }),
        ),
        "DeliveryList" => ("one", "One that arrived", deliveries()),
        _ => return Vec::new(),
    };
    vec![Example {
        name,
        summary,
        value,
    }]
}

/// The stream of events, as it comes over the wire.
pub(in crate::openapi) const EVENTS: &str = "event: hello\ndata: {\"lastEventId\":41}\n\nid: 42\nevent: message.accepted\ndata: {\"type\":\"message.accepted\",\"timestamp\":\"2026-11-21T09:30:12.345Z\",\"data\":{\"messageId\":\"5f0c2c3e-6d0b-4c0e-9a57-3b1f6f0d7e21\",\"state\":\"accepted\"}}\n\nid: 43\nevent: message.status\ndata: {\"type\":\"message.status\",\"timestamp\":\"2026-11-21T09:30:12.702Z\",\"data\":{\"messageId\":\"5f0c2c3e-6d0b-4c0e-9a57-3b1f6f0d7e21\",\"status\":\"COMPLETED\",\"subStatus\":\"Imported automatically\"}}\n\n";

/// A whole message with the example practice and patient.
fn entry() -> Value {
    let file = |sample: Sample| FileEntry {
        file_name: sample.file_name.to_owned(),
        mime_type: sample.mime_type.to_owned(),
        content: sample.base64(),
    };
    let words = "Blood pressure checked at the pharmacy. Letter and notes attached.";
    let entry = MessageEntry {
        kind: INSTANT.to_owned(),
        user_id: Some(USER.to_owned()),
        message_id: Some(INSTANT_ID.to_owned()),
        topic: "ConsultationSummary".to_owned(),
        to: PRACTICE.to_owned(),
        nhs_number: PATIENT.to_owned(),
        body: Some(Body {
            mime_type: "text/plain".to_owned(),
            content: words.to_owned(),
        }),
        files: vec![file(LETTER), file(CONSULTATION)],
        coded_data_items: blood_pressure(),
        expiry_date_time: None,
    };
    // Its types cannot fail to serialise.
    serde_json::to_value(entry).unwrap_or_default()
}

fn dry_run() -> Value {
    json!({
        "acceptable": false,
        "invalidParameters": [{ "name": "topic", "reason": "Is not one of the platform's topics", "value": "Discharge" }],
        "warnings": []
    })
}

fn summary() -> Value {
    json!({
        "messageId": INSTANT_ID,
        "kind": "instant",
        "userId": USER,
        "topic": "ConsultationSummary",
        "to": PRACTICE,
        "state": "accepted",
        "stateDateTime": "2026-11-21T09:30:11.990Z",
        "enteredAt": "2026-11-21T09:30:11.702Z",
        "expiryDateTime": "2026-12-21T09:30:11.702Z",
        "tries": 2,
        "acceptedAt": "2026-11-21T09:30:11.990Z",
        "status": "COMPLETED",
        "subStatus": "Imported automatically",
        "statusDateTime": "2026-11-21T09:30:12.702Z"
    })
}

fn message() -> Value {
    let mut message = summary();
    let more = json!({
        "nhsNumber": PATIENT,
        "files": [{
            "fileName": LETTER.file_name,
            "mimeType": LETTER.mime_type,
            "size": LETTER.bytes.len(),
            "sha256": "9b2d4107a5c3e8f6b1d0924c7e5a3f18d6c0b9e27f4a8135c6d2e0f9b7a41c38"
        }],
        "contentKept": true,
        "attempts": [
            { "number": 1, "beganAt": "2026-11-21T09:30:11.710Z", "endedAt": "2026-11-21T09:30:11.712Z", "outcome": "no-answer", "reason": "unreachable", "words": "The platform could not be reached." },
            { "number": 2, "beganAt": "2026-11-21T09:30:11.901Z", "endedAt": "2026-11-21T09:30:11.990Z", "outcome": "accepted" }
        ],
        "platformStatus": imported(),
        "lookedAt": "2026-11-21T09:30:12.750Z",
        "timeline": [
            { "at": "2026-11-21T09:30:11.702Z", "type": "message.queued", "by": "product:k1" },
            { "at": "2026-11-21T09:30:11.990Z", "type": "message.accepted", "by": "gateway" },
            { "at": "2026-11-21T09:30:12.750Z", "type": "message.status", "by": "gateway", "status": "COMPLETED", "subStatus": "Imported automatically" }
        ]
    });
    if let (Some(message), Value::Object(more)) = (message.as_object_mut(), more) {
        message.extend(more);
    }
    message
}

fn authorisation() -> Value {
    json!({ "state": "authorised", "authorisedAt": "2026-11-20T08:12:40Z", "verifiedAt": "2026-11-21T09:30:11Z" })
}

fn user() -> Value {
    json!({ "userId": USER, "name": "Dr Amara Okafor", "createdAt": "2026-11-20T08:10:02Z", "authorisation": authorisation() })
}

fn link() -> Value {
    json!({
        "state": "linked",
        "publicId": "1d4a8b2d-f885-499f-ba51-50600312f316",
        "since": "2026-11-21T09:31:02Z",
        "linkedAt": "2026-11-21T09:31:02Z",
        "authorisedAt": "2026-11-21T09:31:02Z"
    })
}

fn patient() -> Value {
    json!({
        "appUserId": APP_USER,
        "createdAt": "2026-11-21T09:29:40Z",
        "link": link(),
        "demographics": {
            "title": "Ms.",
            "firstName": "Test",
            "lastName": "Patient",
            "dateOfBirth": "1980-01-31",
            "gender": "F",
            "nhsNumber": PATIENT,
            "nationalIds": [{ "name": "NHS number", "value": PATIENT, "countryCodes": ["GB-ENG", "GB-WLS"] }],
            "address": { "lines": ["1 Test Street"], "city": "Testtown", "postcode": "AA1 1AA", "country": "GB-ENG" },
            "email": "patient@example.com",
            "readAt": "2026-11-21T09:31:02Z"
        }
    })
}

fn patients() -> Value {
    let lapsed = json!({
        "appUserId": "b03e77d1",
        "createdAt": "2026-08-14T10:02:11Z",
        "link": {
            "state": "needs-reauthorisation",
            "publicId": "6f2c8e0a-3b7d-4c19-9d54-1e8a70b2c6f5",
            "since": "2026-11-20T03:12:45Z",
            "linkedAt": "2026-08-14T10:05:37Z",
            "authorisedAt": "2026-08-14T10:05:37Z",
            "reason": "session-over"
        }
    });
    let linked =
        json!({ "appUserId": APP_USER, "createdAt": "2026-11-21T09:29:40Z", "link": link() });
    json!({ "patients": [linked, lapsed] })
}

fn webhook() -> Value {
    json!({
        "webhookId": WEBHOOK_ID,
        "url": "https://product.example/baton",
        "events": ["message.refused", "message.status"],
        "state": "enabled",
        "createdAt": "2026-11-20T08:10:02Z",
        "lastAnswer": { "at": "2026-11-21T09:30:12.910Z", "status": 204 }
    })
}

fn added() -> Value {
    let mut added = webhook();
    if let Some(added) = added.as_object_mut() {
        added.remove("lastAnswer");
        added.insert("secret".to_owned(), json!(SECRET));
    }
    added
}

fn deliveries() -> Value {
    json!({
        "deliveries": [{
            "eventId": "evt_43",
            "event": {
                "type": "message.status",
                "timestamp": "2026-11-21T09:30:12.702Z",
                "data": { "messageId": INSTANT_ID, "status": "COMPLETED", "subStatus": "Imported automatically" }
            },
            "state": "delivered",
            "tries": 1,
            "lastAnswer": { "at": "2026-11-21T09:30:12.910Z", "status": 204 }
        }]
    })
}
