//! Where a person goes after signing in: back to the page that was asked for, and never to another site.

use axum::http::Method;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};

/// A page at or below `home`, or else `first`.
#[must_use]
pub fn inside<'a>(next: &'a str, home: &str, first: &'a str) -> &'a str {
    let ours = next
        .strip_prefix(home)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']));
    // What it holds must fit into a header, and must not lead out again.
    let plain = next.bytes().all(|byte| byte.is_ascii_graphic());
    if ours && plain && !next.contains(['\\', '#']) && !next.contains("/.") {
        next
    } else {
        first
    }
}

/// What the sign-in page is asked as `why` when the browser had a session that is over.
pub const ENDED: &str = "ended";

/// Sends a browser that is not signed in to do that, and notes what it asked for, unless that is `first` anyway.
/// `ended` says that it brought a session that is over, so that the page can say so.
#[must_use]
pub fn to_sign_in(parts: &Parts, sign_in: &str, first: &str, ended: bool) -> Response {
    let wanted = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    if ended {
        query.append_pair("why", ENDED);
    }
    if parts.method == Method::GET && wanted != first {
        query.append_pair("next", wanted);
    }
    let query = query.finish();
    let mark = if query.is_empty() { "" } else { "?" };
    Redirect::to(&format!("{sign_in}{mark}{query}")).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_elsewhere() {
        let inside = |next| inside(next, "/console", "/console/messages");
        assert_eq!(inside("/console/unfiled?days=7"), "/console/unfiled?days=7");
        for next in [
            "",
            "//evil.example",
            "https://evil.example",
            "/consolex",
            "/console/\t/evil",
            "/console/\u{7f}",
            "/console/\0",
            "/console/é",
            "/console/\\evil.example",
            "/console/../v1/messages",
            "/console/..//evil.example",
            "/v1/messages",
        ] {
            assert_eq!(inside(next), "/console/messages", "{next}");
        }
    }
}
