//! Many faults in one request: all told at once, in document order.

use super::{Sender, set};
use crate::sample::{PDF, base64, instant};
use wire::paths::partner;

const ENVELOPE: [(&str, &[&str]); 7] = [
    (r#""messageId": "one""#, &["messageId"]),
    (r#""type": "Message""#, &["type"]),
    (r#""topic": "NoSuchTopic""#, &["topic"]),
    (
        r#""recipient": {"id": {"type": "OdsOrganisationId", "value": "GPPRAC999"}}"#,
        &["recipient"],
    ),
    (
        r#""subject": {"id": {"type": "Number", "value": "9547852141"}}"#,
        &["subject.id.type", "subject.id.value"],
    ),
    (
        r#""expiryDateTime": "2020-01-01T00:00:00Z""#,
        &["expiryDateTime"],
    ),
    (
        r#""body": {"mimeType": "text/markdown", "content": 5}"#,
        &["body.mimeType", "body.content"],
    ),
];

const ATTACHMENTS: (&str, &[&str]) = (
    r#""attachments": [
        {"mimeType": "image/png", "fileName": "a?.png", "content": "QQ="},
        {"content": "QQ==", "fileName": "NUL", "mimeType": "application/pdf"},
        7,
        {"mimeType": "text/plain", "fileName": "NOTE.txt", "content": "QQ=="},
        {"mimeType": "text/plain", "fileName": "note.txt", "content": ""}
    ]"#,
    &[
        "attachments[0].mimeType",
        "attachments[0].fileName",
        "attachments[0].content",
        "attachments[1].content",
        "attachments[1].fileName",
        "attachments[2]",
        "attachments[4].fileName",
        "attachments[4].content",
    ],
);

const CODED: (&str, &[&str]) = (
    r#""codedDataItems": [
        {"code": "22298006", "value": 1e999, "unit": "a", "units": "b"},
        {"value": "140", "code": "407554008"},
        {"unit": 5}
    ]"#,
    &[
        "codedDataItems[0].value",
        "codedDataItems[0].units",
        "codedDataItems[1].value",
        "codedDataItems[1].code",
        "codedDataItems[2].code",
        "codedDataItems[2].unit",
    ],
);

fn parts() -> Vec<(&'static str, &'static [&'static str])> {
    ENVELOPE.into_iter().chain([ATTACHMENTS, CODED]).collect()
}

async fn told(sender: &Sender, parts: &[(&str, &[&str])], token: bool) -> Vec<String> {
    let members: Vec<_> = parts.iter().map(|(text, _)| *text).collect();
    let text = format!("{{{}}}", members.join(",\n"));
    let request = if token {
        sender
            .partner
            .posting_with(partner::INSTANT, &sender.token, text)
    } else {
        sender.partner.posting(partner::INSTANT, text)
    };
    let answer = sender.world.call(request).await;
    assert_eq!(answer.refused(), (400, "validation-error".to_owned()));
    for fault in &answer.problem().invalid_parameters {
        super::values::assert_may_be_shown(fault);
    }
    answer.faults()
}

fn expected(parts: &[(&str, &'static [&'static str])]) -> Vec<&'static str> {
    parts
        .iter()
        .flat_map(|(_, names)| names.iter().copied())
        .collect()
}

#[tokio::test]
async fn all_of_more_than_fifteen_faults_are_told_in_document_order() {
    let sender = Sender::new().await;
    let parts = parts();
    let expected = expected(&parts);
    assert!(expected.len() >= 15);
    assert_eq!(told(&sender, &parts, true).await, expected);
    let with_header: Vec<_> = ["AccessToken"].into_iter().chain(expected).collect();
    assert_eq!(told(&sender, &parts, false).await, with_header);
}

#[tokio::test]
async fn members_in_another_order_are_told_in_theirs() {
    let sender = Sender::new().await;
    let mut parts = parts();
    parts.reverse();
    assert_eq!(told(&sender, &parts, true).await, expected(&parts));
    parts.rotate_left(4);
    assert_eq!(told(&sender, &parts, true).await, expected(&parts));
}

#[tokio::test]
async fn what_is_missing_stands_after_the_nearest_member_before_it_that_came() {
    let sender = Sender::new().await;
    assert_eq!(
        told(&sender, &[], true).await,
        [
            "messageId",
            "type",
            "topic",
            "recipient",
            "subject",
            "attachments"
        ]
    );
    let came: [(&str, &[&str]); 2] = [ENVELOPE[4], ENVELOPE[1]];
    assert_eq!(
        told(&sender, &came, true).await,
        [
            "messageId",
            "subject.id.type",
            "subject.id.value",
            "attachments",
            "type",
            "topic",
            "recipient"
        ]
    );
}

#[tokio::test]
async fn an_expiry_in_the_past_is_told_beside_other_faults() {
    let sender = Sender::new().await;
    let mut message = instant();
    set(&mut message, "/topic", "NoSuchTopic".into());
    set(
        &mut message,
        "/expiryDateTime",
        "2020-01-01T00:00:00Z".into(),
    );
    let told = sender
        .told("ToolbarInstantMessage", message.to_string())
        .await;
    let mut names: Vec<_> = told.into_iter().map(|fault| fault.name).collect();
    names.sort();
    assert_eq!(names, ["expiryDateTime", "topic"]);
}

/// The members of the documented request, with its two faults.
const DOCUMENTED: &str = r#"{
  "messageId": "869c3439-fcb8-4546-b372-2af2bf54e197",
  "type": "ToolbarInstantMessage",
  "topic": "DispenseEventNotification",
  "recipient": {
    "id": {
      "value": "GPPRAC001",
      "type": "OcsClientIdentifier"
    }
  },
  "subject": {
    "id": {
      "value": "9547852140",
      "type": "VerifiedNhsNumber"
    }
  },
  "body": {
    "mimeType": "text/plain",
    "fileName": "Dispense Notification.pdf",
    "content": "Copy of the form in the attached PDF"
  },
  "attachments": [
    {
      "mimeType": "application/pdf",
      "content": "QW4gZXhhbXBsZSBvZiBhIHBheWxvYWQgYmVpbmcgZW5jb2RlZCBmb3IgdHJhbnNmZXIKVGhpcyBpcyBhIHNpbXBsZSB0ZXh0IHBheW"
    }
  ],
  "codedDataItems": [
    {
      "code": "407554009",
      "value": 140,
      "units": "mmHg",
      "additionalText": "Sitting systolic"
    },
    {
      "code": "248223005",
      "additionalText": "Faint"
    }
  ]
}"#;

#[tokio::test]
async fn the_documented_request_fails_for_its_two_faults_and_passes_without_them() {
    let sender = Sender::new().await;
    let told = sender
        .told("ToolbarInstantMessage", DOCUMENTED.to_owned())
        .await;
    let names: Vec<_> = told.iter().map(|fault| fault.name.as_str()).collect();
    assert_eq!(names, ["attachments[0].fileName", "attachments[0].content"]);
    assert_eq!(told[0].reason, "Is required");
    let mut message: serde_json::Value = serde_json::from_str(DOCUMENTED).unwrap();
    set(&mut message, "/attachments/0/fileName", "Form.pdf".into());
    set(&mut message, "/attachments/0/content", base64(PDF).into());
    let answer = sender
        .partner
        .send_instant(&sender.world, &sender.token, &message)
        .await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text());
}
