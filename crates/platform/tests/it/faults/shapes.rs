//! Members that are missing, null or of another JSON type.

use super::{Row, check, missing, rewritten, wrong};
use serde_json::{Value, json};

const REQUIRED: [&str; 18] = [
    "/messageId",
    "/type",
    "/topic",
    "/recipient",
    "/recipient/id",
    "/recipient/id/type",
    "/recipient/id/value",
    "/subject",
    "/subject/id",
    "/subject/id/type",
    "/subject/id/value",
    "/body/mimeType",
    "/body/content",
    "/attachments",
    "/attachments/0/mimeType",
    "/attachments/0/fileName",
    "/attachments/1/content",
    "/codedDataItems/0/code",
];

/// Members that hold text.
const TEXTS: [&str; 17] = [
    "/messageId",
    "/type",
    "/topic",
    "/recipient/id/type",
    "/recipient/id/value",
    "/subject/id/type",
    "/subject/id/value",
    "/expiryDateTime",
    "/body/mimeType",
    "/body/content",
    "/attachments/0/mimeType",
    "/attachments/0/fileName",
    "/attachments/0/content",
    "/codedDataItems/0/code",
    "/codedDataItems/0/unit",
    "/codedDataItems/0/units",
    "/codedDataItems/0/additionalText",
];

const OBJECTS: [&str; 7] = [
    "/recipient",
    "/recipient/id",
    "/subject",
    "/subject/id",
    "/body",
    "/attachments/1",
    "/codedDataItems/0",
];

const LISTS: [&str; 2] = ["/attachments", "/codedDataItems"];

/// Every JSON value but one of the type that is meant.
fn others(meant: &str) -> Vec<Value> {
    let all = [
        ("string", json!("text")),
        ("number", json!(7)),
        ("truth", json!(true)),
        ("list", json!([])),
        ("object", json!({})),
    ];
    all.into_iter()
        .filter(|(kind, _)| *kind != meant)
        .map(|(_, value)| value)
        .collect()
}

pub(super) fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for pointer in REQUIRED {
        rows.push(missing(pointer));
        rows.push(wrong(pointer, Value::Null).because("Is required"));
    }
    for (place, pointer) in TEXTS.into_iter().enumerate() {
        // Two of the four other types each, in turn: the reader treats a member alike wherever it is.
        let others = others("string");
        for turn in [place, place + 1] {
            rows.push(
                wrong(pointer, others[turn % others.len()].clone()).because("Must be a string"),
            );
        }
    }
    for (place, pointer) in OBJECTS.into_iter().enumerate() {
        let others = others("object");
        let other = others[place % others.len()].clone();
        rows.push(wrong(pointer, other).because("Must be a JSON object"));
    }
    for pointer in LISTS {
        for other in others("list") {
            rows.push(wrong(pointer, other).because("Must be a JSON array"));
        }
    }
    for other in others("number") {
        rows.push(wrong("/codedDataItems/0/value", other).because("Must be a number"));
    }
    rows.push(wrong("/attachments/1", Value::Null).because("Must be a JSON object"));
    rows.push(wrong("/codedDataItems/0", Value::Null).because("Must be a JSON object"));
    let repeated = [
        (
            "\"topic\":",
            "\"topic\":\"ConsultationSummary\",\"topic\":",
            "topic",
        ),
        (
            "\"messageId\":",
            "\"messageId\":\"869c3439-fcb8-4546-b372-2af2bf54e197\",\"messageId\":",
            "messageId",
        ),
        (
            "\"subject\":",
            "\"subject\":{\"id\":{\"type\":\"VerifiedNhsNumber\",\"value\":\"9547852140\"}},\"subject\":",
            "subject",
        ),
        (
            "\"code\":",
            "\"code\":\"407554009\",\"code\":",
            "codedDataItems[0].code",
        ),
        (
            "\"value\":140",
            "\"value\":140,\"value\":141",
            "codedDataItems[0].value",
        ),
        (
            "\"fileName\":\"Form.pdf\"",
            "\"fileName\":\"Form.pdf\",\"fileName\":\"Form.pdf\"",
            "attachments[0].fileName",
        ),
        (
            "\"codedDataItems\":",
            "\"codedDataItems\":[],\"codedDataItems\":",
            "codedDataItems",
        ),
    ];
    for (from, to, name) in repeated {
        rows.push(rewritten(from, to, name));
    }
    rows
}

#[tokio::test]
async fn members_that_are_missing_null_repeated_or_of_another_type_are_named() {
    let count = check(rows()).await;
    assert!(count >= 90, "{count}");
}
