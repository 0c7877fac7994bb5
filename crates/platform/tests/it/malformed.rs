//! What is not JSON: line and column of the first byte that does not fit, and no word of what was sent.

use crate::logs::Logs;
use crate::sample::{base64, standard};
use crate::world::{Answer, World, request};
use axum::body::{Body, Bytes};
use axum::http::Method;
use futures_util::stream;
use serde_json::json;
use std::convert::Infallible;
use wire::paths::{partner, practice};

const MARKER: &str = "Marker";

/// In pieces of `size` bytes, as a slow network brings it.
fn in_pieces(bytes: &[u8], size: usize) -> Body {
    let pieces: Vec<_> = bytes
        .chunks(size)
        .map(Bytes::copy_from_slice)
        .map(Ok::<_, Infallible>)
        .collect();
    Body::from_stream(stream::iter(pieces))
}

fn place(answer: &Answer) -> (u64, u64) {
    assert_eq!(answer.refused(), (400, "malformed-json".to_owned()));
    let problem = answer.problem();
    assert!(problem.detail.is_some());
    assert!(problem.line >= Some(1) && problem.column >= Some(1));
    (problem.line.unwrap(), problem.column.unwrap())
}

#[tokio::test]
async fn line_and_column_are_those_of_the_first_byte_that_does_not_fit() {
    let world = World::new().await;
    let partner = world.integrator("Pharmacy First").await;
    let deep = "[".repeat(33);
    let cases: [(&[u8], (u64, u64)); 24] = [
        (b"", (1, 1)),
        (b"  \n ", (2, 2)),
        (b"{", (1, 2)),
        (b"[1,]", (1, 4)),
        (b"{\"a\" 1}", (1, 6)),
        (b"{\"a\":1,}", (1, 8)),
        (b"{\"a\":1 \"b\":2}", (1, 8)),
        (b"{a:1}", (1, 2)),
        (b"{\n  \"a\": tru\n}", (2, 11)),
        (b"{\r\n\"a\":\r\n1 2}", (3, 3)),
        (b"{}x", (1, 3)),
        (b"{} {}", (1, 4)),
        (b"\xEF\xBB\xBF{}", (1, 1)),
        (b"{\"a\":\"b\nc\"}", (1, 8)),
        (b"nul", (1, 4)),
        (b"01", (1, 2)),
        (b"-", (1, 2)),
        (b"1.e5", (1, 3)),
        (b"{\"a\":\"\\x\"}", (1, 8)),
        (b"\"\\ud800\"", (1, 8)),
        (b"\"\\u12g4\"", (1, 6)),
        (b"{\"a\":\"\xC3\x28\"}", (1, 7)),
        ("{\"é\":x}".as_bytes(), (1, 7)),
        (deep.as_bytes(), (1, 33)),
    ];
    for (text, expected) in cases {
        for path in [partner::MESSAGES, partner::ACCESS_TOKEN] {
            for size in [1, 2, 3, 1_000] {
                let answer = world
                    .call(partner.posting(path, in_pieces(text, size)))
                    .await;
                let found = place(&answer);
                let shown = String::from_utf8_lossy(text);
                // A character cut by a piece may be told at its first or its second byte.
                let near = expected.1.abs_diff(found.1) <= u64::from(text.contains(&0xC3));
                assert!(
                    found.0 == expected.0 && near,
                    "{shown:?} in {size}: {found:?}"
                );
            }
        }
    }
}

#[tokio::test]
async fn thirty_two_levels_are_read_and_one_more_is_not() {
    let world = World::new().await;
    let partner = world.integrator("Pharmacy First").await;
    let nested = |levels: usize| {
        let mut message = standard().to_string();
        assert_eq!(message.pop(), Some('}'));
        // The message itself is one level.
        format!(
            "{message},\"more\":{}1{}}}",
            "[".repeat(levels - 1),
            "]".repeat(levels - 1)
        )
    };
    let answer = world
        .call(partner.posting(partner::MESSAGES, nested(32)))
        .await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text());
    let answer = world
        .call(partner.posting(partner::MESSAGES, nested(33)))
        .await;
    place(&answer);
}

#[tokio::test]
async fn a_body_that_is_json_but_no_object_is_one_fault_of_the_whole() {
    let world = World::new().await;
    let partner = world.integrator("Pharmacy First").await;
    for text in ["[]", "null", "7", "\"text\"", "true", "[{\"messageId\":1}]"] {
        for path in [partner::MESSAGES, partner::ACCESS_TOKEN] {
            let answer = world.call(partner.posting(path, text)).await;
            assert_eq!(answer.faults(), ["$"], "{text}");
        }
    }
}

#[tokio::test]
async fn nothing_that_was_sent_is_in_the_problem_or_the_log() {
    let world = World::new().await;
    let partner = world.integrator("Pharmacy First").await;
    let logs = Logs::catch();
    let bodies = [
        String::new(),
        MARKER.to_owned(),
        format!("{{\"{MARKER}\":1 {MARKER}}}"),
        format!("{{\"topic\":\"{MARKER}"),
        format!("{{\"topic\":\"a\\/b{MARKER}\\q\"}}"),
        format!("{{\"topic\":\"{MARKER}\u{1}\"}}"),
        format!("{{\"attachments\":[{{\"content\":\"{MARKER}\\/{MARKER}\"}}], {MARKER}"),
        format!("{{\"subject\":{{\"id\":{{\"value\":\"{MARKER}\"}}}},\"\\u00{MARKER}\":1}}"),
        format!("{{\"a\":1{MARKER}}}"),
    ];
    for body in &bodies {
        for path in [partner::MESSAGES, partner::ACCESS_TOKEN] {
            let answer = world.call(partner.posting(path, body.clone())).await;
            place(&answer);
            assert!(!answer.text().contains(MARKER), "{body}: {}", answer.text());
        }
        for path in [practice::REGISTRATIONS, practice::SESSIONS] {
            let answer = world
                .call(request(Method::POST, path, &[], body.clone()))
                .await;
            place(&answer);
            assert!(!answer.text().contains(MARKER), "{body}: {}", answer.text());
        }
    }
    let wrong_shape = json!({ "assertion": { "what": MARKER } }).to_string();
    let answer = world
        .call(request(Method::POST, practice::SESSIONS, &[], wrong_shape))
        .await;
    assert!(!answer.text().contains(MARKER), "{}", answer.text());
    assert!(!logs.with("answered").is_empty(), "the log was caught");
    assert!(!logs.text().contains(MARKER), "{}", logs.text());
}

#[tokio::test]
async fn the_log_of_a_message_names_neither_patient_nor_content_nor_secret() {
    let world = World::new().await;
    let logs = Logs::catch();
    let partner = world.integrator("Pharmacy First").await;
    let mut message = standard();
    message["attachments"][0]["fileName"] = format!("{MARKER}.pdf").into();
    message["body"]["content"] = MARKER.into();
    message["codedDataItems"][0]["additionalText"] = MARKER.into();
    assert_eq!(partner.send(&world, &message).await.status.as_u16(), 200);
    message["subject"]["id"]["value"] = "9547852141".into();
    message["attachments"][0]["fileName"] = format!("{MARKER}?.pdf").into();
    assert_eq!(partner.send(&world, &message).await.status.as_u16(), 400);
    let log = logs.text();
    assert_eq!(logs.with("\"answered\"").len(), 2, "{log}");
    let content = base64(crate::sample::PDF);
    for word in [
        MARKER,
        "954785214",
        partner.key.as_str(),
        content.as_str(),
        crate::sample::ID,
    ] {
        assert!(!log.contains(word), "{word} in {log}");
    }
}
