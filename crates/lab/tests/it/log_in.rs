//! Logging in and out, and who is this PC's current user.

use crate::world::{Browser, DOCTOR, World};
use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use jiff::SignedDuration;
use serde_json::json;

async fn current(world: &World) -> crate::world::Answer {
    world
        .call(
            Request::get("/session/current")
                .body(Body::empty())
                .unwrap(),
        )
        .await
}

#[tokio::test]
async fn every_page_but_log_in_asks_to_log_in_and_comes_back() {
    let world = World::with_patients().await;
    let browser = Browser::new(&world);
    for page in [
        "/",
        "/subjects",
        "/subjects/1",
        "/subjects/nhs-number/9547852140",
        "/subjects/1/documents/2",
        "/subjects/1/documents/2/file",
        "/manage-data",
        "/manage-data/load",
        "/nowhere",
    ] {
        let answer = browser.get(page).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{page}");
        assert!(answer.header("location").starts_with("/login"), "{page}");
    }
    assert_eq!(
        browser.get("/subjects?q=a").await.header("location"),
        "/login?next=%2Fsubjects%3Fq%3Da"
    );
    let form = browser.get("/login?next=%2Fsubjects%3Fq%3Da").await.text();
    assert!(form.contains("name=\"next\" value=\"/subjects?q=a\""));
    let token = crate::world::token(&form);
    let answer = browser
        .post(
            "/login",
            &format!("csrf={token}&spineUserId={DOCTOR}&next=%2Fsubjects%3Fq%3Da"),
        )
        .await;
    assert_eq!(answer.header("location"), "/subjects?q=a");
}

#[tokio::test]
async fn home_shows_the_user_and_the_organisation_id() {
    let world = World::empty();
    let page = world.browser().await.get("/").await;
    assert_eq!(page.status, StatusCode::OK);
    let text = page.text();
    for part in [
        "Dr Amara Okafor",
        DOCTOR,
        "Organisation ID",
        "GPPRAC001",
        ">Subjects</a>",
        ">Manage Data</a>",
    ] {
        assert!(text.contains(part), "{part}");
    }
    assert!(
        page.header("content-security-policy")
            .contains("default-src 'self'")
    );
    assert_eq!(page.header("cache-control"), "no-store");
}

#[tokio::test]
async fn an_unknown_id_is_told_kindly_and_nobody_is_logged_in() {
    let world = World::empty();
    for id in ["", "555000000999", "555000000201", "<b>"] {
        let browser = Browser::new(&world);
        let answer = browser.log_in(id).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.text().contains("There is a problem"));
        assert!(!answer.text().contains("<b>"));
        assert_eq!(browser.get("/").await.status, StatusCode::SEE_OTHER);
    }
    assert_eq!(current(&world).await.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn the_last_log_in_is_the_current_user_until_log_out_and_over_restarts() {
    let world = World::empty();
    assert_eq!(current(&world).await.status, StatusCode::NO_CONTENT);
    let first = world.browser().await;
    Browser::new(&world).log_in("555000000103").await;
    let cookies = first.cookies.lock().unwrap().clone();
    let world = world.restarted();
    assert_eq!(
        current(&world).await.json(),
        json!({"spineUserId": "555000000103", "name": "Sister Grace Adeyemi",
            "odsCode": "GPPRAC001", "organisationName": "Riverside Test Practice"})
    );
    let browser = Browser::returning(&world, cookies);
    let home = browser.get("/").await;
    assert!(
        home.text().contains("Dr Amara Okafor"),
        "the session survived the restart"
    );
    let token = crate::world::token(&home.text());
    assert_eq!(
        browser
            .post("/logout", &format!("csrf={token}"))
            .await
            .header("location"),
        "/login"
    );
    assert_eq!(browser.get("/").await.status, StatusCode::SEE_OTHER);
    assert_eq!(current(&world).await.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn the_first_start_can_sign_somebody_in_without_a_browser() {
    let world = World::empty();
    assert!(world.pas.sign_in_at_pc(DOCTOR).await.unwrap());
    assert!(!world.pas.sign_in_at_pc("1").await.unwrap());
    assert_eq!(current(&world).await.json()["spineUserId"], DOCTOR);
}

#[tokio::test]
async fn a_session_cookie_is_guarded_and_ends_in_time() {
    let world = World::empty();
    let browser = Browser::new(&world);
    let answer = browser.log_in(DOCTOR).await;
    let cookie = answer.header("set-cookie");
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"),
        "{cookie}"
    );
    world.clock.advance(SignedDuration::from_hours(31 * 24));
    assert_eq!(browser.get("/").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn forms_of_other_sites_change_nothing() {
    let world = World::empty();
    let browser = world.browser().await;
    assert_eq!(
        browser
            .post("/logout", "csrf=wrong")
            .await
            .header("location"),
        "/logout"
    );
    assert_eq!(browser.get("/logout").await.status, StatusCode::OK);
    assert_eq!(browser.get("/").await.status, StatusCode::OK);
    assert_eq!(
        browser
            .post("/login", &format!("spineUserId={DOCTOR}"))
            .await
            .status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    let request = Request::post("/login").header("sec-fetch-site", "cross-site");
    assert_eq!(
        world
            .call(request.body(Body::empty()).unwrap())
            .await
            .status,
        StatusCode::FORBIDDEN
    );
}

#[tokio::test]
async fn other_computers_may_not_ask_who_is_signed_in() {
    let world = World::empty();
    let mut request = Request::get("/session/current")
        .body(Body::empty())
        .unwrap();
    let address: std::net::SocketAddr = "192.0.2.7:1234".parse().unwrap();
    request
        .extensions_mut()
        .insert(axum::extract::ConnectInfo(address));
    assert_eq!(world.call(request).await.status, StatusCode::FORBIDDEN);
}
