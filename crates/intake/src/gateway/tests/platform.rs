//! The platform's form and the gateway's have the same faults, under other names.

use super::desk::{Desk, cut, now};
use super::message;
use crate::{Endpoint, Faults, MESSAGE, read_body, read_message};
use axum::body::{Body, Bytes};
use futures_util::stream;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::convert::Infallible;

/// A gateway's message as the platform would have it.
fn translated(message: &Value) -> Value {
    let mut new = json!({
        "type": "ToolbarMessage",
        "recipient": { "id": { "type": "OdsOrganisationId" } },
        "subject": { "id": { "type": "VerifiedNhsNumber" } },
    });
    for (from, to) in [("to", "recipient"), ("nhsNumber", "subject")] {
        if let Some(value) = message.get(from) {
            new[to]["id"]["value"] = value.clone();
        }
    }
    for (from, to) in [
        ("messageId", "messageId"),
        ("topic", "topic"),
        ("expiryDateTime", "expiryDateTime"),
        ("body", "body"),
        ("files", "attachments"),
        ("codedDataItems", "codedDataItems"),
    ] {
        if let Some(value) = message.get(from) {
            new[to] = value.clone();
        }
    }
    new
}

/// A fault of the platform's form as the gateway's form has it.
fn renamed(name: &str, reason: &str) -> (String, String) {
    let name = match name {
        "recipient" | "recipient.id.value" => "to".to_owned(),
        "subject.id.value" => "nhsNumber".to_owned(),
        other => other.replacen("attachments", "files", 1),
    };
    let reason = match reason {
        // There a code that is none is no practice; here nobody knows the practices.
        "Unknown Recipient" => {
            "Must be an ODS code: 3 to 12 capital letters and digits, as in GPPRAC001".to_owned()
        }
        other => other.replace("10 attachments", "10 files"),
    };
    (name, reason)
}

fn platform(desk: &Desk, message: &Value, sizes: &[usize]) -> Vec<(String, String)> {
    let text = message.to_string();
    let pieces: Vec<_> = cut(text.as_bytes(), sizes)
        .into_iter()
        .map(|piece| Ok::<_, Infallible>(Bytes::copy_from_slice(piece)))
        .collect();
    let mut turn = desk.turn();
    let body = Body::from_stream(stream::iter(pieces));
    let begin = desk.begin();
    let reading = read_body(body, &mut turn, &MESSAGE, &begin, 0);
    let read = desk.runtime.block_on(reading).ok().unwrap();
    let mut faults = Faults::default();
    let endpoint = Endpoint::Standard;
    let draft = read_message(&read.root, &read.contents, endpoint, now(), &mut faults).unwrap();
    if let Some((place, why)) = draft.bad_expiry {
        faults.add(&place, &why.to_string());
    }
    let told = faults.in_order().into_iter();
    told.map(|fault| renamed(&fault.name, &fault.reason))
        .collect()
}

/// Values that some member may not have.
fn bad() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        Just(json!(7)),
        Just(json!("")),
        Just(json!("x")),
        Just(json!("NUL.txt")),
        Just(json!("9547852141")),
        Just(json!("x".repeat(1030))),
        Just(json!("x".repeat(70_000))),
        Just(json!([])),
        Just(json!({})),
        Just(json!([{}])),
        Just(json!([5, { "code": "1" }])),
        Just(json!("2026-11-21T11:59:59Z")),
        Just(json!({ "mimeType": "text/plain" })),
        Just(json!([{ "fileName": "a.pdf", "mimeType": "text/plain", "content": "AA==" }])),
        Just(json!(1e9)),
    ]
}

const PLACES: &[&str] = &[
    "/messageId",
    "/topic",
    "/to",
    "/nhsNumber",
    "/body",
    "/body/mimeType",
    "/body/content",
    "/files",
    "/files/0",
    "/files/0/fileName",
    "/files/1/mimeType",
    "/files/1/content",
    "/codedDataItems",
    "/codedDataItems/0",
    "/codedDataItems/0/code",
    "/codedDataItems/0/value",
    "/codedDataItems/1/unit",
    "/codedDataItems/0/units",
    "/codedDataItems/0/additionalText",
    "/expiryDateTime",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn what_is_wrong_there_is_wrong_here(changes in proptest::collection::vec((0..PLACES.len(), bad()), 0..6), sizes in proptest::collection::vec(1_usize..5_000, 1..4)) {
        let desk = Desk::new();
        let mut message = message();
        message["kind"] = "standard".into();
        message["codedDataItems"][0]["units"] = "mmHg".into();
        message["files"] = json!([
            { "fileName": "a.pdf", "mimeType": "application/pdf", "content": "JVBERi0x" },
            { "fileName": "b.txt", "mimeType": "text/plain", "content": "QUJD" },
        ]);
        for (place, value) in changes {
            if let Some(found) = message.pointer_mut(PLACES[place]) {
                *found = value;
            }
        }
        // Here a message need not have an id of its own.
        prop_assume!(!message["messageId"].is_null());
        let text = message.to_string();
        let read = super::post(&desk, "application/json", &cut(text.as_bytes(), &sizes)).ok().unwrap();
        let mut here: Vec<_> = read.invalid_parameters().into_iter().map(|fault| (fault.name, fault.reason)).collect();
        let mut there = platform(&desk, &translated(&message), &sizes);
        here.sort();
        there.sort();
        prop_assert_eq!(here, there);
    }
}
