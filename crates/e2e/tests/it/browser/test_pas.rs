//! An empty Test PAS: logging in, and loading patients.

use super::chromium::Chromium;
use crate::world::executable::repository;
use crate::world::parts;
use crate::world::program::Program;
use crate::world::watch::Watch;
use serde_json::{Value, json};

const USER: &str = "555000000102";

/// A `pas serve` on an empty folder.
pub(super) struct Pas {
    pub(super) url: String,
    _program: Program,
    pub(super) folder: tempfile::TempDir,
}

pub(super) fn empty_pas() -> Pas {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("pas.log");
    let watch = Watch::default();
    watch.secret("9547852140");
    let (program, url) = parts::serve(&["pas", "serve"], &folder.path().join("pas"), &log, &watch);
    Pas {
        url,
        _program: program,
        folder,
    }
}

#[tokio::test]
async fn only_known_users_can_log_in() {
    let pas = empty_pas();
    let browser = Chromium::open().await;
    browser.go(&format!("{}/subjects", pas.url)).await;
    assert_eq!(browser.heading().await, "Log in");
    browser.inspect("log-in").await;

    browser.fill("#spineUserId", "123456789012").await;
    browser.press("main form button").await;
    let text = browser.text().await;
    assert!(text.contains("There is a problem"), "{text}");
    assert!(text.contains("We don’t know this Spine User ID"), "{text}");
    browser.inspect("log-in-unknown").await;

    browser.fill("#spineUserId", USER).await;
    browser.press("main form button").await;
    // Back to where we wanted to go.
    assert_eq!(browser.heading().await, "Subjects");
    browser.follow("Home").await;
    assert_eq!(browser.heading().await, "Welcome, Dr Tom Llewellyn");
    let text = browser.text().await;
    for shown in [USER, "Riverside Test Practice", "GPPRAC001"] {
        assert!(text.contains(shown), "{shown}: {text}");
    }
    browser.inspect("home-empty").await;
    browser.press(".nhsuk-header__account-button").await;
    assert_eq!(browser.heading().await, "Log in");
}

#[tokio::test]
async fn patients_are_loaded_and_loaded_again() {
    let pas = empty_pas();
    let browser = Chromium::open().await;
    browser.log_in(&pas.url, USER).await;
    browser.follow("Subjects").await;
    let text = browser.text().await;
    assert!(text.contains("Nobody is registered here yet"), "{text}");
    browser.inspect("subjects-empty").await;

    browser.follow("Manage Data").await;
    browser.inspect("manage-data").await;
    browser.follow("Load Subject Data").await;
    browser.inspect("load").await;
    // Nothing chosen.
    browser.press("main form button").await;
    let text = browser.text().await;
    assert!(text.contains("Nothing was loaded"), "{text}");
    browser.inspect("load-no-file").await;

    let file = repository().join("sdk-kit/test-pas-patients.json");
    let file = file.canonicalize().unwrap();
    choose(&browser, file.to_str().unwrap()).await;
    let text = browser.text().await;
    assert!(text.contains("50 added, 0 updated"), "{text}");
    browser.inspect("loaded").await;

    browser.go(&format!("{}/manage-data/load", pas.url)).await;
    choose(&browser, file.to_str().unwrap()).await;
    let text = browser.text().await;
    assert!(text.contains("0 added, 50 updated"), "{text}");
    browser.follow("Subjects").await;
    assert_eq!(browser.count("tbody tr").await, 50);
    browser.inspect("subjects").await;

    browser.fill("#q", "954 785 2140").await;
    browser.press("main form button").await;
    assert_eq!(browser.count("tbody tr").await, 1);
    browser.inspect("subjects-found").await;
    browser.fill("#q", "Nobody-of-this-name").await;
    browser.press("main form button").await;
    let text = browser.text().await;
    assert!(
        text.contains("No subject matches “Nobody-of-this-name”"),
        "{text}"
    );
    browser.inspect("subjects-none").await;
    browser.go(&format!("{}/no-such-page", pas.url)).await;
    browser.inspect("not-found").await;
}

#[tokio::test]
async fn a_broken_file_loads_nothing_and_says_what_and_why() {
    let pas = empty_pas();
    let browser = Chromium::open().await;
    browser.log_in(&pas.url, USER).await;
    let shipped = repository().join("sdk-kit/test-pas-patients.json");
    let mut patients: Value = serde_json::from_slice(&std::fs::read(shipped).unwrap()).unwrap();
    patients["patients"][2]["nhsNumber"] = json!("9990000001");
    patients["patients"][6]["birthDate"] = json!("1948-02-31");
    let name = patients["patients"][6]["familyName"]
        .as_str()
        .unwrap()
        .to_owned();
    let broken = pas.folder.path().join("broken.json");
    std::fs::write(&broken, patients.to_string()).unwrap();

    browser.go(&format!("{}/manage-data/load", pas.url)).await;
    choose(&browser, broken.to_str().unwrap()).await;
    let text = browser.text().await;
    assert!(text.contains("Nothing was loaded"), "{text}");
    assert!(text.contains("2 entries of the file have faults"), "{text}");
    for shown in ["patients[2]", "patients[6]", &name] {
        assert!(text.contains(shown), "{shown}: {text}");
    }
    assert_eq!(browser.count("tbody tr").await, 2);
    browser.inspect("load-broken").await;

    std::fs::write(&broken, "{ \"patients\": [ oops").unwrap();
    browser.go(&format!("{}/manage-data/load", pas.url)).await;
    choose(&browser, broken.to_str().unwrap()).await;
    let text = browser.text().await;
    assert!(text.contains("Nothing was loaded"), "{text}");
    browser.inspect("load-no-json").await;

    browser.follow("Subjects").await;
    let text = browser.text().await;
    assert!(text.contains("Nobody is registered here yet"), "{text}");
}

/// Chooses a file on the page that asks for one, and loads it.
pub(super) async fn choose(browser: &Chromium, file: &str) {
    let field = browser.find("#file").await;
    field.send_keys(file).await.unwrap();
    browser.press("main form button").await;
}
