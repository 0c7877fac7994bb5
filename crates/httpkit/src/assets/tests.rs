//! What is served, and what has been taken out of it.

use super::*;
use axum::{body::Body, http::Request};
use tower::ServiceExt;

async fn get(uri: &str, tag: Option<&str>) -> Response {
    let mut request = Request::get(uri);
    if let Some(tag) = tag {
        request = request.header("if-none-match", tag);
    }
    router()
        .oneshot(request.body(Body::empty()).unwrap())
        .await
        .unwrap()
}

#[test]
fn nothing_served_calls_out_or_names_the_licensed_font() {
    for asset in ASSETS.iter().filter(|a| a.media_type != SVG) {
        let text = std::str::from_utf8(&asset.body).unwrap();
        for gone in [
            "http://",
            "https://",
            "Frutiger",
            "sourceMappingURL",
            "@font-face",
        ] {
            assert!(!text.contains(gone), "{} holds {gone}", asset.name);
        }
    }
}

#[test]
fn every_picture_the_style_sheet_names_is_served() {
    let css = ASSETS.iter().find(|a| a.name == "nhsuk.css").unwrap();
    let text = std::str::from_utf8(&css.body).unwrap();
    assert!(text.contains(".nhsuk-button"));
    for part in text.split("url(/assets/").skip(1) {
        let name = part.split(')').next().unwrap();
        assert!(ASSETS.iter().any(|a| a.name == name), "{name} is missing");
    }
}

#[tokio::test]
async fn an_asset_has_a_tag_and_is_not_sent_twice() {
    let first = get("/assets/baton.css", None).await;
    assert_eq!(first.status(), StatusCode::OK);
    assert_eq!(first.headers()["content-type"], CSS);
    assert_eq!(first.headers()["cache-control"], "no-cache");
    let tag = first.headers()["etag"].to_str().unwrap().to_owned();
    assert_eq!(
        get("/assets/baton.css", Some(&tag)).await.status(),
        StatusCode::NOT_MODIFIED
    );
    assert_eq!(
        get("/assets/nothing.css", None).await.status(),
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn an_address_with_the_digest_may_be_kept_for_good() {
    let answer = get(&address("main.js"), None).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert!(
        answer.headers()["cache-control"]
            .to_str()
            .unwrap()
            .contains("immutable")
    );
}
