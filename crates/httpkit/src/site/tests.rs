//! The gateway's pages through their routes; the platform tests its own.

use super::*;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use tower::ServiceExt as _;
use wire::openapi::GATEWAY;

async fn get_page(path: &str) -> (StatusCode, String) {
    let manual = Manual {
        api: &GATEWAY,
        title: "Product API",
        site: Site {
            name: "Test",
            home: paths::DOCS,
            strapline: "A test.",
        },
        problems: GATEWAY.problems(),
        version: "1.2.3",
    };
    let router = router("http://localhost:8090", manual);
    let request = Request::get(path).body(Body::empty()).unwrap();
    let response = router.oneshot(request).await.unwrap();
    let status = response.status();
    assert!(response.headers().contains_key("content-security-policy"));
    let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (status, String::from_utf8(bytes.to_vec()).unwrap())
}

#[tokio::test]
async fn the_docs_show_every_operation_and_how_a_key_is_shown() {
    let (status, html) = get_page("/docs").await;
    assert_eq!(status, StatusCode::OK);
    for endpoint in GATEWAY.endpoints() {
        let id = format!("id=\"{}\"", endpoint.id);
        assert!(html.contains(&id), "{id}");
    }
    for kind in GATEWAY.problems() {
        assert!(html.contains(&format!("href=\"/problems/{}\"", kind.name())));
    }
    for part in [
        ">Product API</h1>",
        "-H &quot;Authorization: Bearer $API_KEY&quot;",
        "files[n].fileName",
        "Or a form (multipart/form-data)",
        "Setting the key",
        "1.2.3",
    ] {
        assert!(html.contains(part), "{part}");
    }
    assert!(!html.contains("$TOKEN") && !html.contains("ApiKey"));
}

#[tokio::test]
async fn problems_are_explained_in_the_words_of_this_api() {
    for kind in ProblemType::ALL {
        let (status, html) = get_page(&format!("/problems/{}", kind.name())).await;
        assert_eq!(status, StatusCode::OK);
        assert!(html.contains(kind.title()), "{}", kind.name());
    }
    let (status, _) = get_page("/problems/none-such").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}
