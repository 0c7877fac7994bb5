//! The account: signing in with a wrong password, another password, and the end of it.

use super::{PASSWORD, Patient};
use crate::browser::window::Window;
use crate::world::World;

#[tokio::test]
async fn an_account_is_changed_and_deleted_on_a_telephone() {
    life_of_an_account(Window::Phone).await;
}

#[tokio::test]
async fn an_account_is_changed_and_deleted_at_a_desk() {
    life_of_an_account(Window::Desk).await;
}

async fn life_of_an_account(window: Window) {
    let world = World::start().await;
    let patient = Patient::with(&world, window).await;
    let browser = &patient.browser;
    let gill = world.pkb.person("sukhdeep");
    patient.sign_up("amy@example.org").await;
    patient.connect(gill).await;

    browser.follow("Your account").await;
    patient.look("account").await;
    browser
        .press("main a[href='/patient/change-password']")
        .await;
    patient.look("change-password").await;
    browser.fill("#password", "not the password").await;
    browser.fill("#new", "short").await;
    patient.submit().await;
    patient.reads("There is a problem").await;
    patient.look("change-password-wrong").await;
    browser.fill("#password", PASSWORD).await;
    browser.fill("#new", "four other plain words").await;
    patient.submit().await;
    patient.reads("Your password is changed").await;
    patient.look("password-changed").await;
    patient.sign_out().await;

    // The old one is worth nothing.
    patient.sign_in("amy@example.org").await;
    patient.reads("There is a problem").await;
    patient.look("sign-in-wrong").await;
    browser.fill("#password", "four other plain words").await;
    patient.submit().await;
    patient.reads("Connected since").await;

    // An address that is taken.
    let other = Patient::with(&world, window).await;
    other.open("/sign-up").await;
    other.browser.fill("#email", "amy@example.org").await;
    other.browser.fill("#password", PASSWORD).await;
    other.submit().await;
    other.reads("There is a problem").await;
    other.look("sign-up-taken").await;

    patient.open("/delete-account").await;
    patient.look("delete-account").await;
    patient.submit().await;
    patient.reads("There is a problem").await;
    patient.look("delete-account-wrong").await;
    browser.fill("#password", "four other plain words").await;
    patient.submit().await;
    patient.reads("Your account is deleted").await;
    patient.look("deleted").await;
    patient.sign_in("amy@example.org").await;
    patient.reads("There is a problem").await;
    // The record is free for somebody else, and the product was told.
    let list = world.product.get("/v1/patients").await.json();
    assert_eq!(list["patients"], serde_json::json!([]), "{list}");
    other.sign_up("ben@example.org").await;
    other.connect(gill).await;
}

#[tokio::test]
async fn details_are_shown_as_far_as_there_are_any() {
    let world = World::start().await;
    let patient = Patient::with(&world, Window::Phone).await;
    let people = ["rowan", "tamsin", "fergus", "leonard", "siobhan"];
    for (number, person) in people.into_iter().enumerate() {
        patient.sign_up(&format!("p{number}@example.org")).await;
        patient.connect(world.pkb.person(person)).await;
        patient.open("/details").await;
        patient.is_at("Your details").await;
        patient.look(&format!("details-of-{person}")).await;
        patient.sign_out().await;
    }
    // PKB has frozen this one.
    patient.sign_up("frozen@example.org").await;
    patient.go_to_pkb().await;
    patient.approve(world.pkb.person("callum")).await;
    patient
        .is_at("Your Patients Know Best account is frozen")
        .await;
    patient.look("frozen").await;
}
