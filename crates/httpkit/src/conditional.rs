//! Conditional requests, for every API of ours.

use axum::http::{HeaderMap, header};

/// Whether `If-None-Match` names this tag (RFC 9110, 13.1.2; weak comparison).
pub fn if_none_match(headers: &HeaderMap, tag: &str) -> bool {
    let given = headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok());
    given
        .flat_map(|list| list.split(','))
        .map(str::trim)
        .any(|one| one == "*" || one.trim_start_matches("W/") == tag)
}
