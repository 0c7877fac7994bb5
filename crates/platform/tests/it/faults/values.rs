//! What was sent is repeated only where it is short and cannot be about a patient (contract A.6).

use super::{Sender, set};
use crate::sample::standard;
use serde_json::Value;
use wire::problem::InvalidParameter;

/// Members whose value is never repeated.
const NEVER: [&str; 8] = [
    "recipient.id.value",
    "recipient",
    "subject.id.value",
    "body.content",
    "attachments[0].fileName",
    "attachments[0].content",
    "codedDataItems[0].value",
    "codedDataItems[0].additionalText",
];

/// Asserts what holds for every fault of every request.
pub(super) fn assert_may_be_shown(fault: &InvalidParameter) {
    let Some(value) = &fault.value else { return };
    assert!(
        value.chars().count() <= 100,
        "{} repeats a long value",
        fault.name
    );
    let secret = NEVER.contains(&fault.name.as_str())
        || fault.name.ends_with(".fileName")
        || fault.name.ends_with(".content");
    assert!(!secret, "{} repeats its value", fault.name);
}

async fn told(pointer: &str, value: &str) -> InvalidParameter {
    let sender = Sender::new().await;
    let mut message = standard();
    set(&mut message, pointer, Value::from(value));
    let mut told = sender.told("ToolbarMessage", message.to_string()).await;
    assert_eq!(told.len(), 1, "{pointer}");
    told.remove(0)
}

#[tokio::test]
async fn a_short_value_that_cannot_be_about_a_patient_is_repeated() {
    let cases = [
        ("/messageId", "not-a-uuid"),
        ("/type", "Message"),
        ("/topic", "NoSuchTopic"),
        ("/recipient/id/type", "OdsCode"),
        ("/subject/id/type", "NhsNumber"),
        ("/expiryDateTime", "tomorrow"),
        ("/body/mimeType", "text/markdown"),
        ("/attachments/0/mimeType", "image/png"),
        ("/topic", &"t".repeat(100)),
    ];
    for (pointer, value) in cases {
        assert_eq!(
            told(pointer, value).await.value.as_deref(),
            Some(value),
            "{pointer}"
        );
    }
}

#[tokio::test]
async fn a_long_value_or_one_with_an_nhs_number_in_it_is_left_out() {
    let cases = [
        ("/topic", "t".repeat(101)),
        ("/messageId", "about 9547852140".to_owned()),
        ("/topic", "954 785 2140".to_owned()),
        ("/type", "954-785-2140".to_owned()),
        ("/expiryDateTime", "x9547852140".to_owned()),
        ("/body/mimeType", "é".repeat(101)),
    ];
    for (pointer, value) in cases {
        assert_eq!(told(pointer, &value).await.value, None, "{pointer} {value}");
    }
}

#[tokio::test]
async fn content_names_and_numbers_are_nowhere_in_the_answer() {
    let secrets = [
        ("/subject/id/value", "9547852141"),
        ("/body/content", "marker-of-the-body"),
        ("/attachments/0/fileName", "marker?.pdf"),
        ("/attachments/0/content", "marker-of-the-content!"),
        ("/codedDataItems/0/code", "marker-of-the-code"),
        ("/recipient/id/value", "marker-of-the-practice"),
    ];
    let sender = Sender::new().await;
    let mut message = standard();
    set(&mut message, "/topic", "NoSuchTopic".into());
    for (pointer, value) in secrets {
        set(&mut message, pointer, value.into());
    }
    let answer = sender.partner.send(&sender.world, &message).await;
    assert_eq!(answer.faults().len(), 6, "{}", answer.text());
    for word in ["marker", "9547852141"] {
        assert!(!answer.text().contains(word), "{}", answer.text());
    }
}
