//! What a call of the product API asks behind the question mark: only what the tables of the API name.

use axum::extract::{FromRequestParts, MatchedPath};
use axum::http::Method;
use axum::http::request::Parts;
use httpkit::problem::Refusal;
use std::collections::BTreeMap;
use wire::endpoints::Place;
use wire::openapi::GATEWAY;

/// The parameters of the query, by name. [`super::product::Product`] looks as well, so that no call passes over
/// one that it does not know.
pub(crate) struct Asked(pub(crate) BTreeMap<String, String>);

impl<S: Sync> FromRequestParts<S> for Asked {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        check(parts).map(Self)
    }
}

/// Reads the query.
///
/// # Errors
/// 400 with every parameter that this call does not have, or has twice.
pub(super) fn check(parts: &Parts) -> Result<BTreeMap<String, String>, Refusal> {
    let path = parts.extensions.get::<MatchedPath>();
    let known = path.map_or_else(Vec::new, |path| names(&parts.method, path.as_str()));
    httpkit::query::read(parts.uri.query(), &known)
}

/// The parameters that the tables name for a call.
fn names(method: &Method, path: &str) -> Vec<&'static str> {
    let method = if *method == Method::HEAD {
        &Method::GET
    } else {
        method
    };
    GATEWAY
        .endpoints()
        .filter(|endpoint| endpoint.path == path && endpoint.method.as_str() == method.as_str())
        .flat_map(|endpoint| endpoint.parameters)
        .filter(|parameter| parameter.place == Place::Query)
        .map(|parameter| parameter.name)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::paths::gateway as paths;

    #[test]
    fn the_tables_name_what_a_call_may_ask() {
        let list = ["state", "status", "userId", "to", "after", "limit"];
        let users = ["state", "after", "limit"];
        for (method, path, known) in [
            (Method::POST, paths::MESSAGES, &["dryRun"][..]),
            (Method::GET, paths::MESSAGES, &list[..]),
            (Method::HEAD, paths::MESSAGES, &list[..]),
            (Method::GET, paths::USERS, &users[..]),
            (Method::GET, paths::EVENTS, &[][..]),
            (Method::POST, paths::WEBHOOKS, &[][..]),
        ] {
            let mut found = names(&method, path);
            let mut known = known.to_vec();
            found.sort_unstable();
            known.sort_unstable();
            assert_eq!(found, known, "{method} {path}");
        }
    }
}
