//! Who wakes.

use super::*;
use model::OdsCode;

fn practice(code: &str) -> Audience {
    Audience::Practice(OdsCode::parse(code).unwrap())
}

#[tokio::test]
async fn one_audience_or_all_of_them_wake() {
    let hub = Hub::default();
    let mut first = hub.subscribe(&practice("GPPRAC001"));
    let mut second = hub.subscribe(&practice("GPPRAC002"));
    hub.wake(&practice("GPPRAC001"));
    assert!(first.has_changed().unwrap());
    assert!(!second.has_changed().unwrap());
    first.mark_unchanged();
    hub.wake_all();
    assert!(first.has_changed().unwrap());
    assert!(second.has_changed().unwrap());
    second.mark_unchanged();
    assert!(!second.has_changed().unwrap());
}
