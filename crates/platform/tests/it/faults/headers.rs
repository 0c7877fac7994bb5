//! Headers: faults bear the header's own name, and come before those of the body.

use super::{Sender, set};
use crate::sample::{instant, standard};
use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Request};
use wire::paths::partner;

/// Rows of the table that stand here.
pub(super) const CASES: usize = 6;

const OTHER: &str = "11111111-1111-4111-8111-111111111111";

fn with(mut request: Request<Body>, headers: &[(&'static str, &str)]) -> Request<Body> {
    for (name, value) in headers {
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        request
            .headers_mut()
            .append(name, HeaderValue::from_str(value).unwrap());
    }
    request
}

#[tokio::test]
async fn a_token_header_that_is_missing_or_contradicts_itself_is_named() {
    let sender = Sender::new().await;
    let token = sender.token.as_str();
    let upper = token.to_uppercase();
    let cases: [&[(&str, &str)]; CASES] = [
        &[],
        &[
            ("AccessToken", token),
            ("Conneqt-Instant-Access-Token", OTHER),
        ],
        &[
            ("AccessToken", OTHER),
            ("Conneqt-Instant-Access-Token", token),
        ],
        &[("AccessToken", token), ("AccessToken", OTHER)],
        &[
            ("Conneqt-Instant-Access-Token", token),
            ("Conneqt-Instant-Access-Token", OTHER),
        ],
        &[
            ("AccessToken", token),
            ("Conneqt-Instant-Access-Token", &upper),
        ],
    ];
    for (place, headers) in cases.into_iter().enumerate() {
        let request = sender
            .partner
            .posting(partner::INSTANT, instant().to_string());
        let answer = sender.world.call(with(request, headers)).await;
        assert_eq!(
            answer.refused(),
            (400, "validation-error".to_owned()),
            "case {place}"
        );
        assert_eq!(answer.faults(), ["AccessToken"], "case {place}");
        assert_eq!(answer.problem().invalid_parameters[0].value, None);
    }
    assert_eq!(sender.world.messages().await, 0);
}

#[tokio::test]
async fn either_name_of_the_token_header_is_taken_and_both_when_they_agree() {
    let sender = Sender::new().await;
    let token = sender.token.as_str();
    let cases: [&[(&str, &str)]; 4] = [
        &[("AccessToken", token)],
        &[("Conneqt-Instant-Access-Token", token)],
        &[
            ("AccessToken", token),
            ("Conneqt-Instant-Access-Token", token),
        ],
        &[("accesstoken", token), ("AccessToken", token)],
    ];
    for (place, headers) in cases.into_iter().enumerate() {
        let request = sender
            .partner
            .posting(partner::INSTANT, instant().to_string());
        let answer = sender.world.call(with(request, headers)).await;
        assert_eq!(
            answer.status.as_u16(),
            200,
            "case {place}: {}",
            answer.text()
        );
    }
    assert_eq!(sender.world.messages().await, 1);
}

#[tokio::test]
async fn a_missing_token_is_told_together_with_the_faults_of_the_body_and_first() {
    let sender = Sender::new().await;
    let mut message = instant();
    set(&mut message, "/messageId", "x".into());
    set(&mut message, "/topic", "x".into());
    let request = sender
        .partner
        .posting(partner::INSTANT, message.to_string());
    let mut names = sender.world.call(request).await.faults();
    assert_eq!(names.remove(0), "AccessToken");
    names.sort();
    assert_eq!(names, ["messageId", "topic"]);
}

#[tokio::test]
async fn a_standard_message_asks_for_no_token_and_looks_at_none() {
    let sender = Sender::new().await;
    let request =
        sender
            .partner
            .posting_with(partner::MESSAGES, "no token", standard().to_string());
    assert_eq!(sender.world.call(request).await.status.as_u16(), 200);
}

#[tokio::test]
async fn only_json_without_a_coding_is_taken() {
    let sender = Sender::new().await;
    let paths = [partner::MESSAGES, partner::INSTANT, partner::ACCESS_TOKEN];
    for path in paths {
        for kind in [
            "text/json",
            "application/x-www-form-urlencoded",
            "application/json5",
            "",
            "json",
        ] {
            let mut request = sender.partner.posting_with(path, &sender.token, "{}");
            request
                .headers_mut()
                .insert("Content-Type", kind.parse().unwrap());
            let answer = sender.world.call(request).await;
            assert_eq!(
                answer.refused(),
                (415, "unsupported-media-type".to_owned()),
                "{path} {kind}"
            );
        }
        let mut request = sender.partner.posting_with(path, &sender.token, "{}");
        request.headers_mut().remove("Content-Type");
        assert_eq!(sender.world.call(request).await.refused().0, 415);
        let request = sender.partner.posting_with(path, &sender.token, "{}");
        let answer = sender
            .world
            .call(with(request, &[("Content-Encoding", "gzip")]))
            .await;
        assert_eq!(answer.refused().0, 415, "{path}");
        for kind in [
            "application/json; charset=utf-8",
            "APPLICATION/JSON",
            "application/json ;charset=UTF-8",
        ] {
            let mut request = sender.partner.posting_with(path, &sender.token, "{}");
            request
                .headers_mut()
                .insert("Content-Type", kind.parse().unwrap());
            assert_eq!(
                sender.world.call(request).await.refused().0,
                400,
                "{path} {kind}"
            );
        }
    }
}
