//! Bodies that are broken in every way we could think of: no byte of what they say is in a problem,
//! a log line or a measurement.

mod cases;

use crate::logs::Logs;
use crate::sample::{instant, standard};
use crate::socket::{Sender, listening};
use crate::world::{Answer, World, request};
use axum::body::{Body, Bytes};
use axum::http::Method;
use cases::{canary_text, cases};
use futures_util::stream;
use httpkit::pace::Pace;
use httpkit::serve::Limits;
use serde_json::Value;
use std::convert::Infallible;
use std::time::Duration;
use wire::paths::{operator, partner, practice};

/// What must never be seen again. Base64 letters only, so that it may stand in a content.
const CANARY: &str = "CanaryQ7Zx";

/// In pieces that cut words anywhere, and breaking off with an error if asked.
fn in_pieces(bytes: &[u8], size: usize) -> Body {
    let pieces: Vec<_> = bytes
        .chunks(size)
        .map(|piece| Ok::<_, Infallible>(Bytes::copy_from_slice(piece)))
        .collect();
    Body::from_stream(stream::iter(pieces))
}

fn assert_silent(name: &str, place: &str, text: &str) {
    // Half of it would be too much as well.
    for part in [CANARY, &CANARY[..7], &CANARY[3..]] {
        let found = text.find(part);
        let near = found.map(|at| &text[at.saturating_sub(120)..(at + 60).min(text.len())]);
        assert!(found.is_none(), "{name}: {place} says {near:?}");
    }
}

/// Members whose value may be told again while it is short: none is about a patient (contract A.6).
const TOLD: [&str; 7] = [
    "messageId",
    "type",
    "topic",
    "recipient.id.type",
    "expiryDateTime",
    "body.mimeType",
    "attachments[0].mimeType",
];

/// The answer's text without what it may tell again.
fn untold(answer: &Answer) -> String {
    let Ok(mut problem) = serde_json::from_slice::<Value>(&answer.bytes) else {
        return answer.text();
    };
    let faults = problem
        .get_mut("invalidParameters")
        .and_then(Value::as_array_mut);
    for fault in faults.into_iter().flatten() {
        let may = TOLD.iter().any(|name| fault["name"] == *name);
        if may
            && fault["value"]
                .as_str()
                .is_some_and(|value| value.len() <= 100)
        {
            fault["value"] = Value::Null;
        }
    }
    problem.to_string()
}

async fn measurements(world: &World) -> String {
    let asked = request(Method::GET, operator::METRICS, &[], Body::empty());
    world.call(asked).await.text()
}

#[tokio::test]
async fn what_a_broken_message_says_is_nowhere_to_be_read() {
    let world = World::new().await;
    let partner = world.integrator("Pharmacy First").await;
    let logs = Logs::catch();
    let mut refused = 0;
    for (name, body) in cases() {
        for size in [7, 64 * 1024] {
            if size == 7 && body.len() > 100_000 {
                continue;
            }
            let asked = partner.posting(partner::MESSAGES, in_pieces(&body, size));
            let answer = world.call(asked).await;
            refused += u32::from(answer.status.is_client_error());
            assert!(
                !answer.status.is_server_error(),
                "{name}: {}",
                answer.text()
            );
            if answer.status.is_client_error() {
                answer.problem();
            }
            assert_silent(&name, "the answer", &untold(&answer));
            assert_silent(&name, "a header", &format!("{:?}", answer.headers));
        }
    }
    assert!(refused > 250, "{refused} refused");
    assert!(logs.text().contains("answered"), "there is a log");
    assert_silent("all", "the log", &logs.text());
    assert_silent("all", "a measurement", &measurements(&world).await);
}

#[tokio::test]
async fn nor_is_what_a_broken_order_of_any_other_route_says() {
    let world = World::new().await;
    let partner = world.integrator("Pharmacy First").await;
    let logs = Logs::catch();
    let shapes = [
        format!("{{\"keyPart1\":{{\"{CANARY}\":1}}}}"),
        format!("{{\"assertion\":[\"{CANARY}\"],\"accessCode\":[\"{CANARY}\"]}}"),
        format!("{{\"assertion\":\"{CANARY}\",\"accessCode\":\"{CANARY}\"}}"),
        format!("{{\"assertion\":\"{CANARY}.{CANARY}.{CANARY}\"}}"),
        format!("{{\"fence\":\"{CANARY}\",\"reason\":7,\"mode\":\"{CANARY}\"}}"),
        format!("{{\"mode\":\"{CANARY}\\/{CANARY}\\q\"}}"),
        format!(
            "{{\"keyPart1\":\"{0}\",\"keyPart2\":\"{0}\",\"organisationCode\":\"{0}\",\"deviceName\":\"{0}\",\"publicKey\":\"{0}\"}}",
            canary_text(1_000)
        ),
        format!("{{\"revision\":1,\"user\":\"{CANARY}.{CANARY}.{CANARY}\"}}"),
        format!(
            "{{\"name\":\" {CANARY}\",\"icon\":\"{CANARY}\",\"launchUrl\":\"http://{CANARY}\",\"encryptionSecret\":\"{CANARY}\",\"encryptionMethod\":\"{CANARY}\",\"requiresUserData\":\"{CANARY}\"}}"
        ),
        format!("\"{}\"", canary_text(40_000)),
        canary_text(100_000),
    ];
    let paths = [
        partner::ACCESS_TOKEN.to_owned(),
        partner::INSTANT.to_owned(),
        partner::WIDGETS.to_owned(),
        practice::WIDGET_LAUNCHES.replace("{widgetId}", CANARY),
        practice::REGISTRATIONS.to_owned(),
        practice::SESSIONS.to_owned(),
        practice::CODES.to_owned(),
        practice::CLAIM.replace("{messageRef}", CANARY),
        format!("{}/{CANARY}?{CANARY}={CANARY}", partner::MESSAGES),
        format!("/{CANARY}"),
    ];
    for path in &paths {
        for body in &shapes {
            for key in [partner.key.as_str(), CANARY] {
                let session = format!("Bearer {key}");
                let headers = [
                    ("ApiKey", key),
                    ("Authorization", session.as_str()),
                    ("AccessToken", CANARY),
                    ("Content-Type", "application/json"),
                    ("User-Agent", CANARY),
                ];
                let asked = request(Method::POST, path, &headers, body.clone());
                let answer = world.call(asked).await;
                assert!(answer.status.is_client_error(), "{path}: {}", answer.text());
                answer.problem();
                assert_silent(path, "the answer", &answer.text());
            }
        }
    }
    assert_silent("all", "the log", &logs.text());
    assert_silent("all", "a measurement", &measurements(&world).await);
}

#[tokio::test]
async fn an_accepted_message_is_not_in_the_log_either() {
    let world = World::new().await;
    let partner = world.integrator("Pharmacy First").await;
    let logs = Logs::catch();
    let mut message = standard();
    message["body"]["content"] = CANARY.into();
    message["attachments"][0]["fileName"] = format!("{CANARY}.pdf").into();
    message["codedDataItems"][0]["additionalText"] = CANARY.into();
    message[CANARY] = CANARY.into();
    let answer = partner.send(&world, &message).await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text());
    assert_silent("accepted", "the answer", &answer.text());
    // The same id with other content is a conflict, that does not tell the difference.
    message["body"]["content"] = format!("{CANARY} {CANARY}").into();
    let answer = partner.send(&world, &message).await;
    assert_eq!(answer.refused().0, 409);
    assert_silent("a conflict", "the answer", &answer.text());
    let mut other = instant();
    other["body"]["content"] = CANARY.into();
    let posted = partner.posting_with(partner::INSTANT, CANARY, other.to_string());
    let answer = world.call(posted).await;
    assert_eq!(answer.refused().0, 403);
    assert_silent("no token", "the answer", &answer.text());
    assert_silent("all", "the log", &logs.text());
    assert_silent("all", "a measurement", &measurements(&world).await);
}

#[tokio::test]
async fn nor_is_anything_of_what_breaks_the_protocol() {
    let world = World::new().await;
    let partner = world.integrator("Pharmacy First").await;
    // All on one thread, so that the server's own lines are caught as well.
    let logs = Logs::catch();
    let pace = Pace {
        silence: Duration::from_millis(200),
        ..Pace::default()
    };
    let limits = Limits {
        pace,
        head: Duration::from_millis(200),
        ..Limits::default()
    };
    let address = listening(&world, limits).await;
    let key = &partner.key;
    let head = |more: &str| {
        let path = partner::MESSAGES;
        format!(
            "POST {path} HTTP/1.1\r\nHost: a\r\nApiKey: {key}\r\nContent-Type: application/json\r\n{more}\r\n\r\n"
        )
    };
    let sent = [
        head(&format!(
            "Content-Length: 900\r\n\r\n{{\"topic\":\"{CANARY}\\/"
        )),
        head(&format!(
            "Transfer-Encoding: chunked\r\n\r\n5\r\n{{\"a\":\r\n{CANARY}\r\n{CANARY}"
        )),
        head(&format!(
            "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff{CANARY}\r\n"
        )),
        head(&format!("Content-Length: {CANARY}\r\n\r\n{CANARY}")),
        head(&format!("{CANARY}: {CANARY}\r\n{CANARY}\r\n\r\n")),
        head(&format!("{CANARY}: {}", CANARY.repeat(20_000))),
        format!("{CANARY} /{CANARY} HTTP/1.1\r\n\r\n{CANARY}"),
        format!("GET /{CANARY}\u{1} HTTP/1.1\r\n\r\n"),
        format!("GET /{} HTTP/1.1\r\n\r\n", CANARY.repeat(8_000)),
        format!("GET /health/live HTTP/1.1\r\nX: {CANARY}"),
        CANARY.repeat(100),
        format!("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n{CANARY}{CANARY}"),
    ];
    for text in sent {
        let mut sender = Sender::new(address, key).await;
        // The server may hang up before all of it is sent.
        drop(tokio::io::AsyncWriteExt::write_all(&mut sender.socket, text.as_bytes()).await);
        let (_, answer) = sender.answer().await;
        assert_silent(
            text.lines().next().unwrap_or_default(),
            "the answer",
            &answer,
        );
    }
    assert!(logs.text().contains("answered"), "there is a log");
    assert_silent("all", "the log", &logs.text());
    assert_silent("all", "a measurement", &measurements(&world).await);
}
