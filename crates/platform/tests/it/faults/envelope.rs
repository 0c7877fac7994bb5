//! Values of the members that say what a message is, for whom, about whom and until when.

use super::{Row, check, rewritten, wrong, wrong_at};

const UNKNOWN: &str = "Unknown Recipient";
const BODY_TYPES: &str = "Must be 'text/plain' or 'text/html'";

pub(super) fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    let not_uuids = [
        "",
        "1",
        "not-a-uuid",
        "869c3439fcb84546b3722af2bf54e197",
        "{869c3439-fcb8-4546-b372-2af2bf54e197}",
        "urn:uuid:869c3439-fcb8-4546-b372-2af2bf54e197",
        "869c3439-fcb8-4546-b372-2af2bf54e19g",
        " 869c3439-fcb8-4546-b372-2af2bf54e197",
    ];
    rows.extend(not_uuids.map(|text| wrong("/messageId", text).because("Must be a UUID")));
    rows.push(wrong("/messageId", "a".repeat(600)));
    for text in ["", "Message", "toolbarmessage", "ToolbarMessage "] {
        rows.push(wrong("/type", text));
    }
    for text in [
        "",
        "NoSuchTopic",
        "dispenseeventnotification",
        "DispenseEventNotification ",
    ] {
        rows.push(wrong("/topic", text));
    }
    rows.push(wrong("/topic", "T".repeat(513)).because("Is too long"));
    for text in ["", "OdsCode", "odsorganisationid", "VerifiedNhsNumber"] {
        rows.push(wrong("/recipient/id/type", text));
    }
    for text in [
        "",
        "GPPRAC999",
        "gpprac001",
        "GPPRAC001 ",
        "no practice at all",
    ] {
        rows.push(wrong_at("/recipient/id/value", text, "recipient").because(UNKNOWN));
    }
    rows.push(wrong("/recipient/id/value", "G".repeat(513)).because("Is too long"));
    for text in ["", "NhsNumber", "verifiednhsnumber", "OdsOrganisationId"] {
        rows.push(wrong("/subject/id/type", text).because("Must be 'VerifiedNhsNumber'"));
    }
    let not_numbers = [
        "",
        "954785214",
        "95478521400",
        "9547852141",
        "954 785 2140",
        "954-785-2140",
        "954785214X",
        "９547852140",
        " 9547852140",
        "0000000009",
    ];
    rows.extend(not_numbers.map(|text| wrong("/subject/id/value", text)));
    rows.push(wrong("/subject/id/value", "9".repeat(513)).because("Is too long"));
    let no_expiries = [
        "",
        "tomorrow",
        "2026-12-01",
        "2026-12-01T09:00:00",
        "2026-12-01 09:00:00Z",
        "2026-12-01T09:00Z",
        "2026-12-01T09:00:00+0100",
        "2026-12-01T09:00:00 Z",
        "2026-02-30T09:00:00Z",
        "2026-12-01T25:00:00Z",
        "2026-12-01T09:00:00+25:00",
        "1796115600",
        "2026-12-01T09:00:00Z[Europe/London]",
    ];
    let shape = "Must be an RFC 3339 date-time with Z or an offset";
    rows.extend(no_expiries.map(|text| wrong("/expiryDateTime", text).because(shape)));
    for past in [
        "2026-11-21T12:00:00Z",
        "2026-11-21T12:59:59+01:00",
        "1999-01-01T00:00:00Z",
    ] {
        rows.push(wrong("/expiryDateTime", past).because("Must be in the future"));
    }
    for far in ["2027-11-22T12:00:00.001Z", "2099-01-01T00:00:00Z"] {
        rows.push(wrong("/expiryDateTime", far).because("Must be at most 366 days ahead"));
    }
    for text in [
        "",
        "text/markdown",
        "TEXT/PLAIN",
        "text/plain; charset=utf-8",
        "application/pdf",
    ] {
        rows.push(wrong("/body/mimeType", text).because(BODY_TYPES));
    }
    rows.push(wrong("/body/content", "a".repeat(64 * 1024 + 1)));
    // 64 KiB are counted in UTF-8, not in characters.
    rows.push(wrong("/body/content", "é".repeat(32 * 1024 + 1)));
    rows.push(rewritten(
        "\"Seen at the pharmacy.\"",
        &format!("\"{}\"", "\\u00e9".repeat(32 * 1024 + 1)),
        "body.content",
    ));
    rows
}

#[tokio::test]
async fn wrong_values_of_the_envelope_are_named() {
    let count = check(rows()).await;
    assert!(count >= 60, "{count}");
}

#[tokio::test]
async fn the_type_of_the_other_endpoint_is_a_fault_of_type() {
    let sender = super::Sender::new().await;
    for (to, kind) in [
        ("ToolbarMessage", "ToolbarInstantMessage"),
        ("ToolbarInstantMessage", "ToolbarMessage"),
    ] {
        let told = sender
            .told(to, crate::sample::message(kind).to_string())
            .await;
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].name, "type");
        assert_eq!(told[0].reason, format!("Must be '{to}' on this endpoint"));
        assert_eq!(told[0].value.as_deref(), Some(kind));
    }
}

#[tokio::test]
async fn the_limits_themselves_are_accepted() {
    let sender = super::Sender::new().await;
    let accepted = [
        ("/expiryDateTime", serde_json::json!("2027-11-22T12:00:00Z")),
        (
            "/expiryDateTime",
            serde_json::json!("2026-11-21T12:00:00.001Z"),
        ),
        ("/expiryDateTime", serde_json::Value::Null),
        ("/body", serde_json::Value::Null),
        ("/body/content", "a".repeat(64 * 1024).into()),
        ("/body/content", "".into()),
        ("/body/mimeType", "text/html".into()),
        ("/codedDataItems", serde_json::Value::Null),
        ("/codedDataItems", serde_json::json!([])),
        ("/recipient/id/type", "OdsOrganisationId".into()),
        ("/messageId", "869C3439-FCB8-4546-B372-2AF2BF54E199".into()),
    ];
    for (place, (pointer, value)) in accepted.into_iter().enumerate() {
        let number = u32::try_from(place).unwrap();
        let mut message =
            crate::sample::with_id(crate::sample::standard(), &crate::sample::id(number));
        super::set(&mut message, pointer, value);
        let answer = sender.partner.send(&sender.world, &message).await;
        assert_eq!(answer.status.as_u16(), 200, "{pointer}: {}", answer.text());
    }
}

#[tokio::test]
async fn an_instant_message_goes_only_to_the_practice_of_its_practitioner() {
    let sender = super::Sender::new().await;
    let mut message = crate::sample::instant();
    super::set(&mut message, "/recipient/id/value", "GPPRAC002".into());
    let told = sender
        .told("ToolbarInstantMessage", message.to_string())
        .await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].name, "recipient");
    assert_eq!(told[0].value, None);
}
