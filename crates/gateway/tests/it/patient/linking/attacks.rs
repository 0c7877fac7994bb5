//! What somebody else could try on the way to PKB and back.

use super::{GONE, app};
use crate::browser::Browser;
use crate::patient::{EMAIL, PASSWORD, SESSION, signed_up};
use crate::pkb::fake::{AMY, BOB};
use crate::pkb::setting::Setting;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use jiff::SignedDuration;
use model::Clock as _;

#[tokio::test]
async fn a_callback_works_once() {
    let setting = Setting::new().await;
    let browser = signed_up(&app(&setting)).await;
    let callback = setting.pkb.approve(&browser.sets_off().await, AMY);
    browser.get(&callback).await.leads_to();
    let again = browser.get(&callback).await;
    assert_eq!(again.status, GONE);
    assert!(again.header(header::LOCATION).is_empty());
    assert!(again.text.contains("You are already connected"));
    assert_eq!(again.header(header::REFERRER_POLICY), "no-referrer");
    assert_eq!(setting.pkb.exchanges(), 1);
    assert!(
        browser
            .get("/patient")
            .await
            .text
            .contains("Connected since")
    );
}

#[tokio::test]
async fn a_callback_is_worth_nothing_in_another_browser_and_nothing_ever_after() {
    let setting = Setting::new().await;
    let router = app(&setting);
    let thief = signed_up(&router).await;
    let callback = setting.pkb.approve(&thief.sets_off().await, BOB);
    // The thief sends the victim there, so that the victim's account is tied to the thief's record.
    let victim = Browser::new(&router);
    victim
        .patient_signs_up("victim@example.com", PASSWORD)
        .await;
    let signed_out = Browser::new(&router);
    for (other, callback) in [
        (&victim, &callback),
        (
            &signed_out,
            &setting.pkb.approve(&thief.sets_off().await, BOB),
        ),
    ] {
        let page = other.get(callback).await;
        assert_eq!(page.status, GONE);
        assert!(page.header(header::LOCATION).is_empty());
        assert!(
            page.text.contains("Go back to where you started"),
            "{}",
            page.text
        );
        assert!(page.sets(SESSION).is_empty());
        // What somebody else said yes to must not be finished with their address by whoever began.
        let page = thief.get(callback).await;
        assert_eq!(page.status, GONE);
        assert!(page.text.contains("You are not connected"));
    }
    assert!(victim.get("/patient").await.text.contains("Not connected"));
    assert_eq!(setting.pkb.exchanges(), 0);
    assert!(thief.get("/patient").await.text.contains("Not connected"));
}

#[tokio::test]
async fn a_session_that_has_ended_finishes_nothing() {
    let setting = Setting::new().await;
    let router = app(&setting);
    let browser = signed_up(&router).await;
    let session = browser.cookie(SESSION).unwrap();
    let callback = setting.pkb.approve(&browser.sets_off().await, AMY);
    let csrf = browser.get("/patient").await.csrf();
    browser.post("/patient/sign-out", &[("csrf", &csrf)]).await;
    // The same cookie, kept by somebody.
    let thief = Browser::with_session(&router, &session);
    assert_eq!(thief.get(&callback).await.status, GONE);
    // Somebody who signs in afterwards has another session.
    browser.patient_signs_in(EMAIL, PASSWORD).await;
    let page = browser.get(&callback).await;
    assert!(page.text.contains("You are not connected"));
    let callback = setting.pkb.approve(&browser.sets_off().await, AMY);
    let csrf = browser.get("/patient").await.csrf();
    browser.post("/patient/sign-out", &[("csrf", &csrf)]).await;
    browser.patient_signs_in(EMAIL, PASSWORD).await;
    let page = browser.get(&callback).await;
    assert!(page.text.contains("Go back to where you started"));
    assert_eq!(setting.pkb.exchanges(), 0);
}

#[tokio::test]
async fn a_callback_never_leads_out() {
    let setting = Setting::new().await;
    let browser = signed_up(&app(&setting)).await;
    let callback = setting.pkb.approve(&browser.sets_off().await, AMY);
    let state = callback.split("state=").nth(1).unwrap();
    for query in [
        "",
        "?",
        "?code=c",
        "?state=",
        "?code=c&state=unknown&next=https%3A%2F%2Fevil.example",
        "?error=access_denied&state=unknown&redirect_uri=https%3A%2F%2Fevil.example",
        &format!("?code=c&state={state}&state={state}"),
        &format!("?code=c&state={state}%20"),
        "?code=%FF%FE&state=%FF",
    ] {
        let page = browser.get(&format!("/pkb/callback{query}")).await;
        assert_eq!(page.status, GONE, "{query}");
        assert!(page.header(header::LOCATION).is_empty(), "{query}");
        assert!(!page.text.contains("evil.example"), "{query}");
    }
    // A look at the headers uses nothing up.
    let look = Request::head(&callback).body(Body::empty()).unwrap();
    let looked = browser.send(look).await;
    assert_eq!(looked.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(
        browser.get(&callback).await.leads_to(),
        "/patient/connected"
    );
}

#[tokio::test]
async fn ten_minutes_are_enough() {
    let setting = Setting::new().await;
    let browser = signed_up(&app(&setting)).await;
    let callback = setting.pkb.approve(&browser.sets_off().await, AMY);
    setting.world.pass(SignedDuration::from_mins(10));
    let page = browser.get(&callback).await;
    assert_eq!(page.leads_to(), "/patient/not-connected?why=expired");
    // Once that was noted, nobody knows the address any more.
    let world = &setting.world;
    let now = world.clock.now();
    let swept = world.store.patients.sweep("gateway", now, 10).await;
    assert_eq!(swept.unwrap(), 1);
    let page = browser.get(&callback).await;
    assert_eq!(page.status, GONE);
    assert!(page.text.contains("You are not connected"));
    assert!(page.text.contains("10 minutes"));
    assert!(browser.get("/patient").await.text.contains("Not connected"));
}

#[tokio::test]
async fn nobody_floods_those_who_are_told() {
    let setting = Setting::new().await;
    let router = app(&setting);
    let browser = signed_up(&router).await;
    for _ in 0..10 {
        browser.sets_off().await;
    }
    let often = StatusCode::TOO_MANY_REQUESTS;
    for path in ["/patient/connect", "/patient/details"] {
        let fields = [("csrf", &*browser.get("/patient").await.csrf())];
        let page = browser.post(path, &fields).await;
        assert_eq!(page.status, often);
        assert!(page.text.contains("Please wait for a minute"));
    }
    let bob = Browser::new(&router);
    bob.patient_signs_up("bob@example.com", PASSWORD).await;
    bob.sets_off().await;
    setting.world.pass(SignedDuration::from_mins(1));
    browser.sets_off().await;
}

#[tokio::test]
async fn nobody_sees_anothers_details() {
    let setting = Setting::new().await;
    let router = app(&setting);
    let browser = signed_up(&router).await;
    browser.connects(&setting.pkb, AMY).await.leads_to();
    let bob = Browser::new(&router);
    bob.patient_signs_up("bob@example.com", PASSWORD).await;
    assert_eq!(bob.get("/patient/details").await.leads_to(), "/patient");
    bob.connects(&setting.pkb, BOB).await.leads_to();
    let page = bob.get("/patient/details").await;
    assert!(page.text.contains(BOB.name) && !page.text.contains(AMY.name));
}

#[tokio::test]
async fn connecting_does_not_make_a_session_longer() {
    let setting = Setting::new().await;
    let browser = signed_up(&app(&setting)).await;
    for _ in 0..24 {
        setting.world.pass(SignedDuration::from_mins(29));
        assert_eq!(browser.get("/patient").await.status, StatusCode::OK);
    }
    let back = browser.connects(&setting.pkb, AMY).await;
    assert_eq!(back.leads_to(), "/patient/connected");
    assert!(
        back.sets(SESSION)[0].contains("Max-Age=1440"),
        "{:?}",
        back.sets(SESSION)
    );
    setting.world.pass(SignedDuration::from_mins(25));
    browser.get("/patient").await.leads_to();
}
