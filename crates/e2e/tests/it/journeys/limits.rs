//! Sizes at their limits, and the answers to what is none of the API's.

use crate::world::World;
use crate::world::message::{attachment, instant, new_id, small, standard};
use crate::world::partner::Answer;
use crate::world::raw::Raw;
use crate::world::samples::pdf_of;
use bytes::Bytes;
use futures_util::stream;
use reqwest::Method;
use std::convert::Infallible;
use tokio::task::JoinSet;

const FULL: usize = 5 * 1024 * 1024;
const BODY_LIMIT: usize = 84 * 1024 * 1024;

#[tokio::test]
async fn ten_full_files_pass_although_their_writer_escapes() {
    let world = World::start().await;
    let token = world.token().await;
    let files: Vec<_> = (0..10).map(|seed| pdf_of(FULL, seed + 1)).collect();
    let attachments = files
        .iter()
        .enumerate()
        .map(|(index, bytes)| attachment("application/pdf", &format!("Scan {index}.pdf"), bytes));
    let message = instant(attachments.collect());
    let id = crate::world::message::id(&message);
    // Some writers escape every `+` and `/`.
    let text = message.to_string();
    drop(message);
    let text = text
        .replace('+', "\\u002B")
        .replace("application/pdf", "application@pdf");
    let text = text.replace('/', "\\u002F").replace('@', "/");
    assert!(
        text.len() > 75 * 1024 * 1024 && text.len() < BODY_LIMIT,
        "{}",
        text.len()
    );
    let answer = world.integrator.send_text(&token, text).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    world
        .integrator
        .until(&id, "COMPLETED / Imported automatically")
        .await;
    let filed = world.records.read(&id).await;
    assert_eq!(filed.len(), 10);
    for (document, bytes) in filed.iter().zip(&files) {
        assert!(document.bytes == *bytes, "{} differs", document.title());
    }
}

/// What the environment holds in memory, or has held at most (`VmRSS`, `VmHWM`), in bytes.
fn memory(world: &World, what: &str) -> usize {
    let status = format!("/proc/{}/status", world.program.pid());
    let status = std::fs::read_to_string(status).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(what));
    let kibibytes = line.unwrap().trim_matches([':', '\t', ' ', 'k', 'B']);
    kibibytes.parse::<usize>().unwrap() * 1024
}

#[tokio::test]
async fn eight_messages_of_seventy_megabytes_at_once_take_little_memory() {
    const AT_ONCE: usize = 8;
    // As if thirty-two took the 256 MB that are promised for so many.
    const MOST: usize = AT_ONCE * 8_000_000;
    let world = World::start().await;
    let first = attachment("application/pdf", "Scan.pdf", &pdf_of(FULL, 1));
    let mut message = standard(vec![first; 10]);
    for (index, attachment) in message["attachments"]
        .as_array_mut()
        .unwrap()
        .iter_mut()
        .enumerate()
    {
        attachment["fileName"] = format!("Scan {index}.pdf").into();
    }
    let text = Bytes::from(message.to_string());
    let id = crate::world::message::id(&message);
    drop(message);
    let place = text
        .windows(id.len())
        .rposition(|window| window == id.as_bytes());
    let place = place.unwrap();
    let idle = memory(&world, "VmRSS");
    let mut sending = JoinSet::new();
    for _ in 0..AT_ONCE {
        let parts = [
            text.slice(..place),
            Bytes::from(new_id()),
            text.slice(place + id.len()..),
        ];
        let body = stream::iter(parts.map(Ok::<_, Infallible>));
        let request = world
            .integrator
            .call(Method::POST, wire::paths::partner::MESSAGES);
        let request = request
            .header("Content-Type", "application/json")
            .body(reqwest::Body::wrap_stream(body));
        sending.spawn(async { request.send().await.unwrap().status().as_u16() });
    }
    assert_eq!(sending.join_all().await, [200; AT_ONCE]);
    let most = memory(&world, "VmHWM").saturating_sub(idle);
    println!(
        "{AT_ONCE} messages of {} bytes: {most} bytes over idle",
        text.len()
    );
    assert!(most < MOST, "{most} bytes over idle");
}

#[tokio::test]
async fn a_file_of_one_byte_more_is_named() {
    let world = World::start().await;
    let token = world.token().await;
    let small = attachment("application/pdf", "Small.pdf", &pdf_of(1000, 1));
    let large = attachment("application/pdf", "Large.pdf", &pdf_of(FULL + 1, 2));
    let answer = world
        .integrator
        .send(&token, &instant(vec![small, large]))
        .await;
    assert_eq!(answer.status, 400);
    assert_eq!(answer.faults(), ["attachments[1].content"]);
    let reason = answer.json()["invalidParameters"][0]["reason"].to_string();
    assert!(
        reason.contains("Large.pdf") || reason.contains("5 MiB") || reason.contains("5,242,880"),
        "{reason}"
    );
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_as_soon_as_that_is_known() {
    let world = World::start().await;
    let token = world.token().await;
    let raw = Raw::new(&world.integrator, &token);
    let declared = raw.declare(BODY_LIMIT + 1).await;
    assert!(declared.starts_with("HTTP/1.1 413 "), "{declared}");
    assert!(declared.contains("/problems/too-large"), "{declared}");
    let (chunked, sent) = raw.send_chunks(BODY_LIMIT + 8 * 1024 * 1024).await;
    assert!(chunked.starts_with("HTTP/1.1 413 "), "{chunked}");
    assert!(chunked.contains("/problems/too-large"), "{chunked}");
    assert!(sent > BODY_LIMIT / 2, "refused after {sent} bytes");
    // It still takes messages.
    let id = world
        .integrator
        .sent(&token, &small("marker-after-too-large"))
        .await;
    world
        .integrator
        .until(&id, "COMPLETED / Imported automatically")
        .await;
}

#[tokio::test]
async fn what_is_none_of_the_api_is_told_so() {
    let world = World::start().await;
    let token = world.token().await;
    let unknown = world.integrator.get("/api/v1/nowhere").await;
    assert_eq!(
        (unknown.status, unknown.problem().as_str()),
        (404, "not-found")
    );

    let request = world
        .integrator
        .call(Method::DELETE, "/api/v1/messages/instant");
    let wrong = Answer::of(request.send().await.unwrap()).await;
    assert_eq!(
        (wrong.status, wrong.problem().as_str()),
        (405, "method-not-allowed")
    );
    assert_eq!(wrong.allow.as_deref(), Some("POST"));
    let request = world.integrator.call(Method::PUT, "/api/v1/test");
    let wrong = Answer::of(request.send().await.unwrap()).await;
    assert_eq!(
        (wrong.status, wrong.problem().as_str()),
        (405, "method-not-allowed")
    );
    let allow = wrong.allow.unwrap();
    assert!(allow.contains("GET") && allow.contains("POST"), "{allow}");

    for content_type in [
        "text/plain",
        "application/xml",
        "multipart/form-data; boundary=x",
    ] {
        let request = world
            .integrator
            .call(Method::POST, "/api/v1/messages/instant");
        let request = request
            .header("AccessToken", &token)
            .header("Content-Type", content_type);
        let answer = Answer::of(request.body("{}").send().await.unwrap()).await;
        assert_eq!(
            (answer.status, answer.problem().as_str()),
            (415, "unsupported-media-type")
        );
    }
    let malformed = world
        .integrator
        .send_text(&token, "{\n  \"messageId\": nope".to_owned())
        .await;
    assert_eq!(
        (malformed.status, malformed.problem().as_str()),
        (400, "malformed-json")
    );
    let problem = malformed.json();
    assert_eq!(
        (&problem["line"], &problem["column"]),
        (&2.into(), &17.into())
    );
}

#[tokio::test]
async fn the_type_of_every_problem_leads_to_a_page_about_it() {
    let world = World::start().await;
    for kind in wire::problem::ProblemType::ALL {
        let page = world
            .integrator
            .get(&format!("/problems/{}", kind.name()))
            .await;
        assert_eq!(page.status, 200, "{}", kind.name());
        assert!(
            page.content_type.starts_with("text/html"),
            "{}",
            page.content_type
        );
        assert!(page.text.contains(kind.title()), "{}", kind.name());
    }
    let answer = world.integrator.get("/api/v1/nowhere").await;
    let kind = answer.json()["type"].as_str().unwrap().to_owned();
    let page = world.http().get(&kind).send().await.unwrap();
    assert_eq!(page.status(), 200, "{kind}");
    assert_eq!(world.integrator.get("/problems/no-such").await.status, 404);
}
