//! The table is consistent with itself.

use super::*;
use std::collections::HashSet;

#[test]
fn ids_and_places_are_unique() {
    let ids: HashSet<_> = all().map(|e| e.id).collect();
    let places: HashSet<_> = all().map(|e| (e.method.as_str(), e.path)).collect();
    assert_eq!(ids.len(), all().count());
    assert_eq!(places.len(), all().count());
}

#[test]
fn everything_under_api_needs_a_key_and_nothing_else_does() {
    for endpoint in all() {
        assert_eq!(
            endpoint.access.needs_key(),
            endpoint.path.starts_with("/api/"),
            "{}",
            endpoint.id
        );
    }
}

#[test]
fn whoever_needs_a_token_names_its_header() {
    for endpoint in all() {
        let named = endpoint
            .parameters
            .iter()
            .any(|p| p.required && p.schema == "Token");
        assert_eq!(named, endpoint.access.needs_token(), "{}", endpoint.id);
    }
}

#[test]
fn a_body_can_always_be_malformed_too_large_or_of_the_wrong_type() {
    for endpoint in all().filter(|e| e.request.json().is_some()) {
        for kind in [
            ProblemType::MalformedJson,
            ProblemType::ValidationError,
            ProblemType::TooLarge,
            ProblemType::UnsupportedMediaType,
        ] {
            assert!(endpoint.problems.contains(&kind), "{}", endpoint.id);
        }
    }
}

#[test]
fn chapters_follow_each_other_as_in_the_book() {
    let mut seen: Vec<_> = all().map(|e| e.chapter).collect();
    seen.dedup();
    assert_eq!(seen, Chapter::PARTNER);
}
