//! The whole walk in a browser that runs no JavaScript.

use super::chromium::Chromium;
use super::record::deliver;
use super::test_pas::{choose, empty_pas};
use crate::world::World;
use crate::world::executable::repository;

#[tokio::test]
async fn patients_are_loaded_without_javascript() {
    let pas = empty_pas();
    let browser = Chromium::without_javascript().await;
    browser.log_in(&pas.url, "555000000103").await;
    assert_eq!(browser.heading().await, "Welcome, Sister Grace Adeyemi");
    browser.follow("Manage Data").await;
    browser.follow("Load Subject Data").await;
    let file = repository().join("sdk-kit/test-pas-patients.json");
    choose(&browser, file.canonicalize().unwrap().to_str().unwrap()).await;
    let text = browser.text().await;
    assert!(text.contains("50 added"), "{text}");
}

#[tokio::test]
async fn a_record_is_read_and_searched_without_javascript() {
    let world = World::start().await;
    deliver(&world).await;
    let browser = Chromium::without_javascript().await;
    let pas = &world.records.base;
    browser.log_in(pas, "555000000101").await;
    browser.follow("Subjects").await;
    browser.fill("#q", "9547852140").await;
    browser.press("main form button").await;
    browser.press("tbody a").await;
    browser.fill("#q", "amlodipine").await;
    browser.press("#notes ~ form button").await;
    assert!(browser.count("mark").await >= 1);
    browser.picture("no-javascript-record").await;
    browser.follow("Dispense notification.pdf").await;
    browser.picture("no-javascript-document").await;
    browser.go(&world.url("/docs")).await;
    browser.click("details summary").await;
    assert!(browser.count("details[open]").await >= 1);
    browser.picture("no-javascript-docs").await;
    browser.go(&format!("{pas}/logout")).await;
    browser.press("main form button").await;
    assert_eq!(browser.heading().await, "Log in");
}
