//! What may go wrong on the way, and that each page says what happened and what to do.

use super::Patient;
use crate::browser::window::Window;
use crate::world::World;
use model::pkb_link::Failure;
use serde_json::json;

#[tokio::test]
async fn each_trouble_has_a_kind_page_on_a_telephone() {
    troubles(Window::Phone).await;
}

#[tokio::test]
async fn each_trouble_has_a_kind_page_at_a_desk() {
    troubles(Window::Desk).await;
}

async fn troubles(window: Window) {
    let world = World::start().await;
    let patient = Patient::with(&world, window).await;
    says_no(&patient).await;
    somebody_has_the_record(&patient).await;
    a_lapse_and_another_person(&patient).await;
    at_risk(&patient).await;
    pkb_does_not_answer(&patient).await;
    signed_out_meanwhile(&patient).await;
    took_too_long(&patient).await;
    every_reason(&patient).await;
}

async fn says_no(patient: &Patient<'_>) {
    let gill = patient.world.pkb.person("sukhdeep");
    patient.sign_up("amy@example.org").await;
    patient.go_to_pkb().await;
    // Whoever says no need not sign in.
    patient.browser.press("#deny").await;
    patient.is_at("You chose not to connect").await;
    patient.look("denied").await;
    patient.open("").await;
    patient.reads("Not connected").await;
    patient.connect(gill).await;
    patient.sign_out().await;
}

async fn somebody_has_the_record(patient: &Patient<'_>) {
    let gill = patient.world.pkb.person("sukhdeep");
    patient.sign_up("ben@example.org").await;
    patient.go_to_pkb().await;
    patient.approve(gill).await;
    patient
        .is_at("This record is connected to another account")
        .await;
    patient.look("linked-elsewhere").await;
    patient.open("").await;
    patient.reads("Not connected").await;
    patient.sign_out().await;
}

async fn a_lapse_and_another_person(patient: &Patient<'_>) {
    let (browser, pkb) = (&patient.browser, &patient.world.pkb);
    let (gill, brennan) = (pkb.person("sukhdeep"), pkb.person("aoife"));
    patient.sign_in("amy@example.org").await;
    pkb.end_sessions(gill, "expired").await;
    patient.open("/details").await;
    patient.submit().await;
    patient.reads("You need to connect again").await;
    patient.look("home-lapsed").await;
    browser.follow("See the details we read last").await;
    patient.reads("999 211 0430").await;
    patient.look("details-lapsed").await;
    browser.follow("Connect again").await;
    patient.is_at("Connect again to Patients Know Best").await;
    patient.look("connect-again").await;
    patient.go_to_pkb().await;
    patient.approve(brennan).await;
    patient
        .is_at("Somebody else signed in at Patients Know Best")
        .await;
    patient.look("another-person").await;
    patient.open("").await;
    patient.reads("You need to connect again").await;
    patient.connect(gill).await;
    patient.open("").await;
    patient.reads("Connected since").await;
    patient.sign_out().await;
}

async fn at_risk(patient: &Patient<'_>) {
    let pkb = &patient.world.pkb;
    patient.sign_up("cat@example.org").await;
    pkb.change(json!({ "omitRefreshToken": 1 })).await;
    patient.connect(pkb.person("chloe")).await;
    patient.open("").await;
    patient.reads("Your connection ends").await;
    patient.look("home-at-risk").await;
    patient.sign_out().await;
}

async fn pkb_does_not_answer(patient: &Patient<'_>) {
    let pkb = &patient.world.pkb;
    patient.sign_up("dan@example.org").await;
    patient.go_to_pkb().await;
    let answers = json!({ "answers": { "status": 503, "on": "token", "times": 1 } });
    pkb.change(answers).await;
    patient.approve(pkb.person("kirsty")).await;
    patient.is_at("We could not reach Patients Know Best").await;
    patient.look("not-reached").await;
    // Without details at first.
    patient.go_to_pkb().await;
    let answers = json!({ "answers": { "status": 500, "on": "data", "times": 50 } });
    patient.connect(pkb.person("kirsty")).await;
    pkb.change(answers).await;
    patient.open("/details").await;
    patient.submit().await;
    patient.reads("did not answer").await;
    patient.look("details-not-reached").await;
    pkb.as_usual().await;
    patient.sign_out().await;
}

async fn signed_out_meanwhile(patient: &Patient<'_>) {
    let (browser, pkb) = (&patient.browser, &patient.world.pkb);
    patient.sign_up("eve@example.org").await;
    patient.go_to_pkb().await;
    let grant = browser.window.current_url().await.unwrap();
    let callback = pkb.approve(grant.as_str(), pkb.person("matteo")).await;
    patient.open("").await;
    patient.sign_out().await;
    browser.go(&callback).await;
    patient.is_at("Go back to where you started").await;
    patient.look("wrong-browser").await;
    patient.sign_in("eve@example.org").await;
    patient.reads("Not connected").await;
    // Another account in the same browser is not who began.
    patient.go_to_pkb().await;
    let grant = browser.window.current_url().await.unwrap();
    let callback = pkb.approve(grant.as_str(), pkb.person("matteo")).await;
    patient.open("").await;
    patient.sign_out().await;
    patient.sign_in("dan@example.org").await;
    browser.go(&callback).await;
    patient.is_at("Go back to where you started").await;
    patient.open("").await;
    patient.sign_out().await;
}

async fn took_too_long(patient: &Patient<'_>) {
    let (browser, world) = (&patient.browser, patient.world);
    patient.sign_up("fay@example.org").await;
    patient.go_to_pkb().await;
    world.advance("11m").await;
    patient.approve(world.pkb.person("matteo")).await;
    // As long as the attempt is known, it is said to have taken too long.
    let told = browser.heading().await;
    let kind = ["Connecting took too long", "You are not connected"];
    assert!(kind.contains(&told.as_str()), "{told}");
    patient.reads("10 minutes").await;
    patient.look("too-late").await;
    patient.open("").await;
    patient.reads("Not connected").await;
    // Half an hour without a click ends the session; after signing in again it goes on where it was.
    patient.open("/connect").await;
    world.advance("31m").await;
    patient.open("/connect").await;
    patient.is_at("Sign in").await;
    patient.look("sign-in-again").await;
    browser.fill("#email", "fay@example.org").await;
    browser.fill("#password", super::PASSWORD).await;
    patient.submit().await;
    patient.is_at("Connect to Patients Know Best").await;
    // A form that was open all the while.
    world.advance("31m").await;
    patient.submit().await;
    patient.is_at("Sign in").await;
    patient.sign_in("fay@example.org").await;
}

async fn every_reason(patient: &Patient<'_>) {
    for why in Failure::ALL {
        let why = why.as_str();
        patient.open(&format!("/not-connected?why={why}")).await;
        patient.look(&format!("why-{why}")).await;
    }
    patient.open("/not-connected?why=<script>").await;
    patient.is_at("Your Patients Know Best connection").await;
    patient.open("/nowhere").await;
    patient.look("nowhere").await;
}
