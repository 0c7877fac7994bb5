//! The pages through their routes.

use super::*;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use serde_json::Value;
use tower::ServiceExt as _;

const BASE: &str = "http://localhost:8080";

async fn get_page(path: &str) -> (StatusCode, String) {
    let request = Request::get(path).body(Body::empty()).unwrap();
    let response = router(BASE).oneshot(request).await.unwrap();
    let status = response.status();
    assert!(response.headers().contains_key("content-security-policy"));
    let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (status, String::from_utf8(bytes.to_vec()).unwrap())
}

#[tokio::test]
async fn the_docs_show_every_operation_and_every_problem() {
    let (status, html) = get_page("/docs").await;
    assert_eq!(status, StatusCode::OK);
    for endpoint in wire::endpoints::all() {
        assert!(
            html.contains(&format!("id=\"{}\"", endpoint.id)),
            "{}",
            endpoint.id
        );
    }
    for kind in ProblemType::of_platform() {
        assert!(html.contains(&format!("href=\"/problems/{}\"", kind.name())));
    }
    for part in [
        "attachments[n].fileName",
        "-H &quot;AccessToken: $TOKEN&quot;",
        "list, 1 to 10",
    ] {
        assert!(html.contains(part), "{part}");
    }
    assert_eq!(html.matches("<h1").count(), 1);
    assert!(!html.contains("<script>") && !html.contains(" style="));
}

#[tokio::test]
async fn every_kind_of_problem_has_its_page() {
    for kind in ProblemType::ALL {
        let (status, html) = get_page(&format!("/problems/{}", kind.name())).await;
        assert_eq!(status, StatusCode::OK);
        assert!(html.contains(kind.title()), "{}", kind.name());
        assert!(html.contains("What to do"));
    }
}

#[tokio::test]
async fn an_unknown_problem_is_not_found() {
    let (status, html) = get_page("/problems/none-such").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(html.contains("There is no such problem"));
}

#[tokio::test]
async fn the_document_is_served_as_made() {
    let (status, text) = get_page("/openapi.json").await;
    assert_eq!(status, StatusCode::OK);
    let served: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(served, openapi::document(BASE, env!("CARGO_PKG_VERSION")));
}

#[test]
fn limits_in_the_document_are_those_of_the_rules() {
    use wire::openapi::limits;
    let rules = [
        (limits::MAX_ATTACHMENTS, model::attachment::MAX as u64),
        (limits::MAX_ATTACHMENT_BYTES, model::attachment::MAX_BYTES),
        (
            limits::MAX_BODY_BYTES,
            model::message::MAX_BODY_BYTES as u64,
        ),
        (limits::MAX_CODED_ITEMS, model::coded_data::MAX_ITEMS as u64),
        (limits::MAX_WIDGET_NAME, model::widget::MAX_NAME as u64),
        (limits::MAX_LAUNCH_URL, model::widget::MAX_LAUNCH_URL as u64),
    ];
    assert_eq!(limits::ICONS, model::widget::ICONS);
    for (stated, ruled) in rules {
        assert_eq!(stated, ruled);
    }
}
