//! To PKB and back, and what is shown afterwards.

mod attacks;

use super::{PASSWORD, SESSION, app_with, signed_up};
use crate::browser::{Browser, Page};
use crate::pkb::fake::{AMY, BOB, DOCTOR, DataFault, Fake, Person, TokenFault};
use crate::pkb::setting::Setting;
use axum::Router;
use axum::http::{StatusCode, header};
use store::gateway::Patient;

const GONE: StatusCode = StatusCode::BAD_REQUEST;

fn app(setting: &Setting) -> Router {
    app_with(&setting.world, |config| {
        config.pkb = Some(setting.config());
    })
}

impl Browser {
    /// Off to PKB: the address of its page.
    async fn sets_off(&self) -> String {
        let page = self.fill("/patient/connect", &[]).await;
        page.leads_to().to_owned()
    }

    /// To PKB, where `person` says yes, and back.
    async fn connects(&self, pkb: &Fake, person: Person) -> Page {
        let grant_url = self.sets_off().await;
        self.get(&pkb.approve(&grant_url, person)).await
    }

    /// Another browser with the same session, or what its thief has.
    fn with_session(router: &Router, session: &str) -> Self {
        let browser = Self::new(router);
        browser.keep(SESSION, session);
        browser
    }
}

async fn amy(setting: &Setting) -> Patient {
    let account = super::account_of(&setting.world, super::EMAIL).await;
    let id = account.unwrap().patient;
    setting
        .world
        .store
        .patients
        .get(&id)
        .await
        .unwrap()
        .unwrap()
}

#[tokio::test]
async fn a_patient_connects_and_sees_the_details() {
    let setting = Setting::new().await;
    let router = app(&setting);
    let browser = signed_up(&router).await;
    let asked = browser.get("/patient/connect").await;
    let policy = asked.header(header::CONTENT_SECURITY_POLICY);
    // PKB may lead on to another host, and Chromium asks about that too.
    assert!(policy.ends_with(&format!("form-action 'self' https: {}", setting.pkb.url)));
    let before = browser.cookie(SESSION).unwrap();
    let grant_url = browser.sets_off().await;
    assert!(grant_url.starts_with(&format!("{}/apiAuthorize.action?", setting.pkb.url)));
    let page = browser.get("/patient").await;
    assert!(page.text.contains("You started to connect"));
    let callback = setting.pkb.approve(&grant_url, AMY);
    let back = browser.get(&callback).await;
    assert_eq!(back.leads_to(), "/patient/connected");
    assert_eq!(back.header(header::REFERRER_POLICY), "no-referrer");
    assert_eq!(back.header(header::CACHE_CONTROL), "no-store");
    let page = browser.get("/patient/connected").await;
    assert!(page.text.contains("You are connected"));
    // The session that opens a record is a new one.
    assert_ne!(browser.cookie(SESSION).unwrap(), before);
    let thief = Browser::with_session(&router, &before);
    thief.get("/patient/details").await.leads_to();
    let page = browser.get("/patient").await;
    assert!(
        page.text.contains("Connected since 21 November 2026"),
        "{}",
        page.text
    );
    let page = browser.get("/patient/details").await;
    for part in [AMY.name, "954 785 2140", "21 November 2026 at 12:00"] {
        assert!(page.text.contains(part), "{part}: {}", page.text);
    }
    assert_eq!(page.header(header::CACHE_CONTROL), "no-store");
}

#[tokio::test]
async fn every_way_to_fail_has_its_page() {
    let setting = Setting::new().await;
    let router = app(&setting);
    let bob = Browser::new(&router);
    bob.patient_signs_up("bob@example.com", PASSWORD).await;
    bob.connects(&setting.pkb, BOB).await.leads_to();
    let browser = signed_up(&router).await;
    let fails = async |page: Page, why: &str, words: &str| {
        let to = page.leads_to().to_owned();
        assert_eq!(to, format!("/patient/not-connected?why={why}"));
        let page = browser.get(&to).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.text.contains(words), "{why}: {}", page.text);
    };
    let denied = Fake::refuse(&browser.sets_off().await, "access_denied");
    let page = browser.get(&denied).await;
    fails(page, "denied", "You chose not to connect").await;
    let refused = Fake::refuse(&browser.sets_off().await, "server_error");
    let page = browser.get(&refused).await;
    fails(
        page,
        "refused-by-pkb",
        "Patients Know Best did not connect you",
    )
    .await;
    setting.pkb.next_tokens([TokenFault::Lost]);
    let page = browser.connects(&setting.pkb, AMY).await;
    fails(page, "not-reached", "We could not reach Patients Know Best").await;
    let page = browser.connects(&setting.pkb, DOCTOR).await;
    fails(page, "not-a-patient", "That is not a patient’s account").await;
    let page = browser.connects(&setting.pkb, BOB).await;
    fails(page, "linked-elsewhere", "connected to another account").await;
    assert!(browser.get("/patient").await.text.contains("Not connected"));
    browser.connects(&setting.pkb, AMY).await.leads_to();
    let page = browser.connects(&setting.pkb, DOCTOR).await;
    fails(page, "not-a-patient", "professionals").await;
    // Bob has left: his record is free, and still it is not Amy's.
    bob.fill("/patient/disconnect", &[]).await.leads_to();
    let page = browser.connects(&setting.pkb, BOB).await;
    fails(page, "another-person", "Somebody else signed in").await;
    assert!(
        browser
            .get("/patient/details")
            .await
            .text
            .contains(AMY.name)
    );
    // What is no reason has no page.
    for why in ["", "?why=none", "?why=%3Cscript%3E"] {
        let page = browser.get(&format!("/patient/not-connected{why}")).await;
        assert_eq!(page.leads_to(), "/patient");
    }
}

#[tokio::test]
async fn who_disconnects_leaves_nothing_and_may_connect_anew() {
    let setting = Setting::new().await;
    let browser = signed_up(&app(&setting)).await;
    browser.connects(&setting.pkb, AMY).await.leads_to();
    let asked = browser.get("/patient/disconnect").await;
    assert!(asked.text.contains("Are you sure"));
    for _ in 0..2 {
        let fields = [("csrf", &*asked.csrf())];
        let page = browser.post("/patient/disconnect", &fields).await;
        assert_eq!(page.leads_to(), "/patient?done=disconnected");
    }
    assert!(amy(&setting).await.details.is_none());
    let page = browser.get("/patient").await;
    assert!(page.text.contains("You disconnected on 21 November 2026"));
    for path in [
        "/patient/details",
        "/patient/connected",
        "/patient/disconnect",
    ] {
        assert_eq!(browser.get(path).await.leads_to(), "/patient", "{path}");
    }
    browser.connects(&setting.pkb, BOB).await.leads_to();
    assert!(
        browser
            .get("/patient/details")
            .await
            .text
            .contains(BOB.name)
    );
}

#[tokio::test]
async fn a_patient_is_told_what_to_do_about_a_connection_that_ends_or_has_ended() {
    let setting = Setting::new().await;
    let browser = signed_up(&app(&setting)).await;
    setting.pkb.next_tokens([TokenFault::LastToken]);
    browser.connects(&setting.pkb, AMY).await.leads_to();
    let page = browser.get("/patient").await;
    assert!(
        page.text
            .contains("Your connection ends on 21 November 2026 at 12:")
    );
    assert!(page.text.contains("Connect again before then"));
    browser.connects(&setting.pkb, AMY).await.leads_to();
    let page = browser.get("/patient").await;
    assert!(!page.text.contains("Your connection ends"));
    setting.pkb.end_sessions();
    let page = browser.fill("/patient/details", &[]).await;
    assert_eq!(page.leads_to(), "/patient");
    let page = browser.get("/patient").await;
    for words in ["You need to connect again", "has ended the connection"] {
        assert!(page.text.contains(words), "{words}: {}", page.text);
    }
    let page = browser.get("/patient/details").await;
    assert!(page.text.contains(AMY.name) && page.text.contains("you need to connect again"));
    browser.connects(&setting.pkb, AMY).await.leads_to();
    assert!(
        browser
            .get("/patient")
            .await
            .text
            .contains("Connected since")
    );
}

#[tokio::test]
async fn details_are_read_anew_and_a_silent_pkb_is_told() {
    let setting = Setting::new().await;
    let browser = signed_up(&app(&setting)).await;
    setting
        .pkb
        .set_data(Some(("users/self", DataFault::Says(500))));
    let back = browser.connects(&setting.pkb, AMY).await;
    assert_eq!(back.leads_to(), "/patient/connected");
    let page = browser.get("/patient/connected").await;
    assert!(page.text.contains("We could not read your details yet"));
    let page = browser.get("/patient/details").await;
    assert!(
        page.text
            .contains("We have not been able to read your details")
    );
    let page = browser.fill("/patient/details", &[]).await;
    assert_eq!(page.leads_to(), "/patient/details?done=not-reached");
    let page = browser.get("/patient/details?done=not-reached").await;
    assert!(page.text.contains("Patients Know Best did not answer"));
    let frozen = DataFault::Code(403, "ACCESS_FROZEN_OUTWARD");
    setting.pkb.set_data(Some(("users/self", frozen)));
    let page = browser.fill("/patient/details", &[]).await;
    assert_eq!(page.leads_to(), "/patient/details?done=frozen");
    setting.pkb.set_data(None);
    let page = browser.fill("/patient/details", &[]).await;
    assert_eq!(page.leads_to(), "/patient/details?done=read");
    assert!(
        browser
            .get("/patient/details")
            .await
            .text
            .contains(AMY.name)
    );
}

#[tokio::test]
async fn what_cannot_be_done_is_told_on_a_page() {
    let setting = Setting::new().await;
    let router = app_with(&setting.world, |config| config.pkb = None);
    let browser = signed_up(&router).await;
    let page = browser.get("/patient").await;
    assert!(
        page.text
            .contains("Connecting is not possible at the moment")
    );
    let fields = [("csrf", &*page.csrf())];
    let page = browser.post("/patient/connect", &fields).await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(page.text.contains("<h1 class=\"nhsuk-heading-l\">Sorry"));
    assert_eq!(page.header(header::CACHE_CONTROL), "no-store");
    let policy = page.header(header::CONTENT_SECURITY_POLICY);
    assert!(policy.starts_with("default-src 'self'"));
}
