//! The table is consistent with itself.

use super::super::{Access, Chapter};
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
fn everything_under_v1_needs_the_products_key_and_nothing_else_does() {
    for endpoint in all() {
        let wants = if endpoint.path.starts_with("/v1/") {
            Access::Product
        } else {
            Access::Open
        };
        assert_eq!(endpoint.access, wants, "{}", endpoint.id);
    }
}

#[test]
fn every_part_of_a_path_is_described() {
    for endpoint in all() {
        let named: Vec<_> = endpoint
            .parameters
            .iter()
            .filter(|p| p.place == Place::Path)
            .collect();
        assert_eq!(
            named.len(),
            endpoint.path.matches('{').count(),
            "{}",
            endpoint.id
        );
        for parameter in named {
            assert!(endpoint.path.contains(&format!("{{{}}}", parameter.name)));
        }
    }
}

#[test]
fn chapters_follow_each_other_as_in_the_book() {
    let mut seen: Vec<_> = all().map(|e| e.chapter).collect();
    seen.dedup();
    assert_eq!(seen, Chapter::GATEWAY);
}
