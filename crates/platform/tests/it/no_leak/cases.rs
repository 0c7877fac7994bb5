//! Bodies that are broken in every way we could think of.

use super::CANARY;
use crate::sample::{PDF, base64, standard};
use serde_json::{Value, json};

/// A text that stands where another one belongs.
pub(super) fn canary_text(length: usize) -> String {
    CANARY.repeat(length / CANARY.len())
}

/// A message in which one member is something else.
fn with(path: &[&str], value: Value) -> String {
    let mut message = standard();
    let mut place = &mut message;
    for part in path {
        place = match part.parse::<usize>() {
            Ok(index) => &mut place[index],
            Err(_) => &mut place[*part],
        };
    }
    *place = value;
    message.to_string()
}

/// The text of a content that carries the canary.
fn content() -> String {
    format!("{}{CANARY}AA", base64(PDF).trim_end_matches('='))
}

/// Name and bytes of each broken body.
pub(super) fn cases() -> Vec<(String, Vec<u8>)> {
    let mut cases: Vec<(String, Vec<u8>)> = Vec::new();
    let mut add = |name: &str, body: String| cases.push((name.to_owned(), body.into_bytes()));

    // Wrong types and values, everywhere.
    let wrong: [(&str, Value); 7] = [
        ("a text", json!(CANARY)),
        ("1 MiB of text", json!(canary_text(1024 * 1024))),
        ("a list", json!([CANARY, { CANARY: CANARY }])),
        ("an object", json!({ CANARY: [CANARY] })),
        (
            "nested content",
            json!({ "content": content(), "mimeType": CANARY }),
        ),
        ("a text with a NUL", json!(format!("{CANARY}\u{0}"))),
        ("a path", json!(format!("../{CANARY}.pdf "))),
    ];
    let places: [&[&str]; 20] = [
        &["messageId"],
        &["type"],
        &["topic"],
        &["recipient"],
        &["recipient", "id", "type"],
        &["recipient", "id", "value"],
        &["subject", "id"],
        &["subject", "id", "value"],
        &["expiryDateTime"],
        &["body"],
        &["body", "mimeType"],
        &["attachments"],
        &["attachments", "0"],
        &["attachments", "0", "mimeType"],
        &["attachments", "0", "fileName"],
        &["attachments", "0", "content"],
        &["codedDataItems"],
        &["codedDataItems", "0", "code"],
        &["codedDataItems", "0", "value"],
        &["codedDataItems", "0", "unit"],
    ];
    for place in places {
        for (name, value) in &wrong {
            add(&format!("{name} at {place:?}"), with(place, value.clone()));
        }
    }

    // Contents as other writers escape them, whole and broken off.
    let escaped = content()
        .replace('/', "\\/")
        .replace("CanaryQ7Zx", "\\/CanaryQ7Zx\\/");
    let whole = with(&["attachments", "0", "content"], json!("HERE"));
    add("escaped slashes", whole.replace("HERE", &escaped));
    add(
        "a bad escape",
        whole.replace("HERE", &format!("{escaped}\\q")),
    );
    add(
        "half an escape",
        whole.replace("HERE", &format!("{escaped}\\u00{CANARY}")),
    );
    add(
        "a lone surrogate",
        whole.replace("HERE", &format!("{escaped}\\ud800{CANARY}")),
    );
    add(
        "a raw control character",
        whole.replace("HERE", &format!("{escaped}\n{CANARY}")),
    );
    add(
        "no Base64",
        whole.replace("HERE", &format!("{CANARY} {CANARY}!")),
    );
    let cut = whole.replace("HERE", &escaped);
    for at in [cut.find(CANARY).unwrap() + 5, cut.len() - 1] {
        add("cut off", cut[..at].to_owned());
    }
    add("more behind it", format!("{cut}{CANARY}"));

    // Members twice, members we do not know, contents in them.
    let open = standard().to_string();
    let open = &open[..open.len() - 1];
    add("a member twice", format!("{open},\"topic\":\"{CANARY}\"}}"));
    add(
        "a content twice",
        whole.replace(
            "\"HERE\"",
            &format!("\"{0}\",\"content\":\"{0}\"", content()),
        ),
    );
    add(
        "an unknown member twice",
        format!("{open},\"{CANARY}\":1,\"{CANARY}\":2,}}"),
    );
    add(
        "an unknown member, broken",
        format!("{open},\"{CANARY}\":{CANARY}}}"),
    );
    add(
        "content outside",
        format!("{open},\"content\":\"{}\\q\"}}", content()),
    );
    add(
        "content in what we do not know",
        format!("{open},\"more\":[{{\"content\":\"{}\"}}],}}", content()),
    );
    add(
        "a long number",
        format!("{open},\"value\":{}e}}", "7".repeat(5_000)),
    );
    add(
        "a deep one",
        format!("{open},\"x\":{}\"{CANARY}\"", "[".repeat(40)),
    );
    add("not JSON", canary_text(10_000));
    add("one text", json!(CANARY).to_string());

    // Bytes that are not UTF-8.
    for bytes in [&b"\xff"[..], b"\xc3(", b"\xed\xa0\x80", b"\xf4\x90\x80\x80"] {
        let text = whole.replace("HERE", &format!("{escaped}!!{CANARY}"));
        let at = text.find("!!").unwrap();
        let mut broken = text.clone().into_bytes();
        broken.splice(at..at + 2, bytes.iter().copied());
        cases.push((format!("{bytes:?} in a content"), broken));
        let text = with(&["topic"], json!(format!("{CANARY}!!{CANARY}")));
        let at = text.find("!!").unwrap();
        let mut broken = text.clone().into_bytes();
        broken.splice(at..at + 2, bytes.iter().copied());
        cases.push((format!("{bytes:?} in a text"), broken));
    }
    cases
}
