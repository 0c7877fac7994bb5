//! Style sheets, scripts and pictures, served from inside the binary under `/assets`.
//!
//! The design system's files stand unchanged in the repository; its licensed font and the addresses
//! it would fetch it from are taken out here, so that a page never calls out.

use axum::{
    Router,
    extract::{Path, RawQuery},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use sha2::{Digest, Sha256};
use std::{borrow::Cow, fmt::Write, sync::LazyLock};

struct Asset {
    name: &'static str,
    media_type: &'static str,
    body: Cow<'static, [u8]>,
    /// The first half of the SHA-256 of `body`, in hexadecimal.
    digest: String,
}

macro_rules! vendored {
    ($path:literal) => {
        include_str!(concat!("../../../third_party/nhsuk-frontend/", $path))
    };
}

const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    let picture = |name, text: &'static str| asset(name, SVG, text.into());
    vec![
        asset(
            "nhsuk.css",
            CSS,
            without_outside_fonts(vendored!("nhsuk-frontend.min.css")).into(),
        ),
        asset(
            "nhsuk.js",
            SCRIPT,
            without_source_map(vendored!("nhsuk-frontend.min.js")).into(),
        ),
        asset("baton.css", CSS, include_str!("assets/baton.css").into()),
        asset("start.js", SCRIPT, include_str!("assets/start.js").into()),
        asset("main.js", SCRIPT, include_str!("assets/main.js").into()),
        picture("favicon.svg", include_str!("assets/favicon.svg")),
        picture(
            "images/nhsuk-icon-arrow-down.svg",
            vendored!("assets/images/nhsuk-icon-arrow-down.svg"),
        ),
        picture(
            "images/nhsuk-icon-arrow-up.svg",
            vendored!("assets/images/nhsuk-icon-arrow-up.svg"),
        ),
        picture(
            "images/nhsuk-icon-arrow-up-down.svg",
            vendored!("assets/images/nhsuk-icon-arrow-up-down.svg"),
        ),
        picture(
            "images/nhsuk-icon-cross.svg",
            vendored!("assets/images/nhsuk-icon-cross.svg"),
        ),
    ]
});

/// The routes under `/assets`.
pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/assets/{*name}", get(serve))
}

/// The address of an asset, with its digest so that browsers may keep it for good.
pub fn address(name: &str) -> String {
    let digest = ASSETS
        .iter()
        .find(|a| a.name == name)
        .and_then(|a| a.digest.get(..12));
    match digest {
        Some(digest) => format!("/assets/{name}?v={digest}"),
        None => format!("/assets/{name}"),
    }
}

async fn serve(
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let Some(asset) = ASSETS.iter().find(|a| a.name == name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let etag = format!("\"{}\"", asset.digest);
    let named = query
        .as_deref()
        .and_then(|q| q.strip_prefix("v="))
        .is_some_and(|v| asset.digest.starts_with(v));
    let cache = if named {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let known = headers
        .get(header::IF_NONE_MATCH)
        .and_then(|v| v.to_str().ok());
    let fresh = known.is_some_and(|known| {
        known
            .split(',')
            .any(|tag| tag.trim().trim_start_matches("W/") == etag)
    });
    let mut response = if fresh {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        (
            [(header::CONTENT_TYPE, asset.media_type)],
            asset.body.as_ref(),
        )
            .into_response()
    };
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        response.headers_mut().insert(header::ETAG, etag);
    }
    response
}

fn asset(name: &'static str, media_type: &'static str, text: Cow<'static, str>) -> Asset {
    let body = match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
        Cow::Owned(text) => Cow::Owned(text.into_bytes()),
    };
    let mut digest = String::with_capacity(32);
    for byte in Sha256::digest(&body).iter().take(16) {
        let _ = write!(digest, "{byte:02x}");
    }
    Asset {
        name,
        media_type,
        body,
        digest,
    }
}

/// Takes out every `@font-face` and the licensed font's name, which leaves Arial.
fn without_outside_fonts(css: &str) -> String {
    let mut out = String::with_capacity(css.len());
    let mut rest = css;
    while let Some(start) = rest.find("@font-face{") {
        let (before, face) = rest.split_at(start);
        out.push_str(before);
        rest = face
            .find('}')
            .and_then(|end| face.get(end + 1..))
            .unwrap_or_default();
    }
    out.push_str(rest);
    without_source_map(&out.replace("Frutiger W01,", ""))
}

/// Takes out the pointer to a source map that isn't served; it is a comment at the very end.
fn without_source_map(text: &str) -> String {
    let end = ["/*# sourceMappingURL=", "//# sourceMappingURL="]
        .iter()
        .find_map(|mark| text.rfind(mark));
    text.get(..end.unwrap_or(text.len()))
        .unwrap_or(text)
        .trim_end()
        .to_owned()
}

#[cfg(test)]
mod tests;
