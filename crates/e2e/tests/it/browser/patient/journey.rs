//! The whole way, as it should go: from signing up to signing out.

use super::{PASSWORD, Patient};
use crate::browser::chromium::Chromium;
use crate::browser::window::Window;
use crate::world::World;
use std::time::Instant;

#[tokio::test]
async fn a_patient_connects_their_record_on_a_telephone() {
    whole_journey(Window::Phone).await;
}

#[tokio::test]
async fn a_patient_connects_their_record_at_a_desk() {
    whole_journey(Window::Desk).await;
}

#[tokio::test]
async fn a_patient_connects_their_record_without_javascript() {
    let world = World::start().await;
    let browser = Chromium::without_javascript().await;
    let patient = Patient::using(&world, Window::Phone, browser).await;
    let gill = world.pkb.person("sukhdeep");
    patient.sign_up("no-script@example.org").await;
    patient
        .browser
        .follow("Connect to Patients Know Best")
        .await;
    patient
        .browser
        .picture("no-javascript-patient-connect")
        .await;
    patient.connect(gill).await;
    patient.browser.follow("See your details").await;
    patient.reads("999 211 0430").await;
    patient
        .browser
        .picture("no-javascript-patient-details")
        .await;
    patient.open("/disconnect").await;
    patient.submit().await;
    patient.reads("You are disconnected").await;
    patient.sign_out().await;
}

async fn whole_journey(window: Window) {
    let world = World::start().await;
    let patient = Patient::with(&world, window).await;
    let browser = &patient.browser;
    let gill = world.pkb.person("sukhdeep");

    patient.open("").await;
    patient.is_at("Sign in").await;
    patient.look("sign-in").await;
    browser.follow("Create an account").await;
    patient.look("sign-up").await;
    for (email, password, name) in [("", "", "empty"), ("not an address", "short", "wrong")] {
        browser.fill("#email", email).await;
        browser.fill("#password", password).await;
        patient.submit().await;
        patient.reads("There is a problem").await;
        patient.look(&format!("sign-up-{name}")).await;
    }
    browser.fill("#email", " Amy.Journey@Example.org ").await;
    browser.fill("#password", PASSWORD).await;
    patient.submit().await;
    patient.is_at("Your Patients Know Best connection").await;
    patient.reads("Not connected").await;
    patient.look("home-new").await;

    browser.follow("Connect to Patients Know Best").await;
    patient.look("connect").await;
    patient.submit().await;
    patient.reads("Riverside Health app").await;
    patient.look("pkb-authorise").await;
    browser.press("#approve").await;
    patient.look("pkb-authorise-empty").await;
    patient.decide(gill, "not the password", "approve").await;
    patient.reads("There is a problem").await;
    patient.look("pkb-authorise-wrong").await;
    let began = Instant::now();
    patient.decide(gill, &gill.password, "approve").await;
    patient.is_at("You are connected").await;
    let took = began.elapsed();
    println!(
        "from Approve to linked, as seen ({}): {took:?}",
        window.name()
    );
    patient.look("connected").await;
    browser.follow("See your details").await;
    for words in [
        "Mr Sukhdeep Gill",
        "999 211 0430",
        "17 June 1971",
        "LS28 1PF",
    ] {
        patient.reads(words).await;
    }
    patient.look("details").await;
    patient.submit().await;
    patient.reads("just read your details again").await;
    patient.look("details-again").await;

    comes_back_again(&patient).await;

    patient.open("").await;
    patient.reads("Connected since").await;
    patient.look("home-linked").await;
    browser.follow("Disconnect from Patients Know Best").await;
    patient.look("disconnect").await;
    patient.submit().await;
    patient.reads("You are disconnected").await;
    patient.look("home-disconnected").await;
    patient.sign_out().await;
    patient.reads("You are signed out").await;
    patient.look("signed-out").await;
    // The back button shows nothing of a patient.
    browser.window.back().await.unwrap();
    patient.is_at("Sign in").await;
    patient.open("/details").await;
    patient.is_at("Sign in").await;
}

/// The page to which PKB sends the browser is loaded again; the back button leads to PKB, where somebody approves
/// again: nothing bad comes of either.
async fn comes_back_again(patient: &Patient<'_>) {
    let (browser, world) = (&patient.browser, patient.world);
    let gill = world.pkb.person("sukhdeep");
    patient.go_to_pkb().await;
    let grant = browser.window.current_url().await.unwrap();
    let callback = world.pkb.approve(grant.as_str(), gill).await;
    browser.go(&callback).await;
    patient.is_at("You are connected").await;
    browser.go(&callback).await;
    patient.is_at("You are already connected").await;
    patient.look("came-back-again").await;
    browser.window.refresh().await.unwrap();
    patient.is_at("You are already connected").await;
    browser.press("main .nhsuk-button").await;
    patient.is_at("Your details").await;

    patient.go_to_pkb().await;
    patient.approve(gill).await;
    patient.is_at("You are connected").await;
    browser.window.back().await.unwrap();
    patient.reads("Riverside Health app").await;
    patient.approve(gill).await;
    patient.is_at("You are already connected").await;
    patient.open("").await;
    patient.reads("Connected since").await;
}
