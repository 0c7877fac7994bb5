//! Coming in: nobody sees a page of somebody else's, and sessions are worth nothing to those who planted them.

use super::{EMAIL, PASSWORD, SESSION, app, app_with, signed_up};
use crate::browser::{Browser, body, form};
use crate::world::World;
use axum::http::{StatusCode, header};
use jiff::SignedDuration;

/// Pages for one patient.
const OWN: [&str; 9] = [
    "/patient",
    "/patient/connect",
    "/patient/connected",
    "/patient/not-connected?why=denied",
    "/patient/details",
    "/patient/disconnect",
    "/patient/account",
    "/patient/change-password",
    "/patient/delete-account",
];
const POSTS: [&str; 5] = [
    "/patient/connect",
    "/patient/details",
    "/patient/disconnect",
    "/patient/change-password",
    "/patient/delete-account",
];

#[tokio::test]
async fn nobody_sees_a_page_without_signing_in() {
    let world = World::new().await;
    let browser = Browser::new(&app(&world));
    for path in OWN.into_iter().chain(["/patient/none"]) {
        let page = browser.get(path).await;
        assert!(page.leads_to().starts_with("/patient/sign-in"), "{path}");
    }
    let csrf = browser.get("/patient/sign-in").await.csrf();
    for path in POSTS {
        let page = browser.post(path, &[("csrf", &csrf)]).await;
        assert_eq!(page.leads_to(), "/patient/sign-in", "{path}");
    }
}

#[tokio::test]
async fn the_app_is_served_only_where_it_is_wanted() {
    let world = World::new().await;
    let without = app_with(&world, |config| config.patient_app = false);
    let browser = Browser::new(&without);
    for path in OWN.into_iter().chain(["/patient/sign-in"]) {
        assert_eq!(browser.get(path).await.status, StatusCode::NOT_FOUND);
    }
    let back = browser.get("/pkb/callback?code=c&state=s").await;
    assert_eq!(back.status, StatusCode::BAD_REQUEST);
    assert!(!back.text.contains("href=\"/patient"), "{}", back.text);
    // Nobody's name, and no way to a page that is not there.
    assert!(!back.text.contains("href=\"\"") && !back.text.contains("Health app"));
    assert!(back.text.contains("</title>") && !back.text.contains(" – </title>"));
    let neither = app_with(&world, |config| {
        config.patient_app = false;
        config.pkb = None;
    });
    let page = Browser::new(&neither).get("/pkb/callback").await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_patient_signs_up_signs_out_and_comes_back_to_the_page_that_was_wanted() {
    let world = World::new().await;
    let browser = signed_up(&app(&world)).await;
    let home = browser.get("/patient").await;
    assert!(home.text.contains("Not connected"), "{}", home.text);
    let before = browser.cookie(SESSION).unwrap();
    let out = browser
        .post("/patient/sign-out", &[("csrf", &home.csrf())])
        .await;
    assert_eq!(out.leads_to(), "/patient/sign-in?done=signed-out");
    browser.keep(SESSION, &before);
    let asked = browser.get("/patient/connect").await;
    let to = asked.leads_to().to_owned();
    let page = browser.get(&to).await;
    assert!(page.text.contains("value=\"/patient/connect\""));
    let fields = [
        ("csrf", &*page.csrf()),
        ("email", " AMY@example.com "),
        ("password", PASSWORD),
        ("next", "/patient/connect"),
    ];
    let page = browser.post("/patient/sign-in", &fields).await;
    assert_eq!(page.leads_to(), "/patient/connect");
    assert_eq!(page.header(header::CACHE_CONTROL), "no-store");
}

#[tokio::test]
async fn nobody_is_sent_to_another_site_after_signing_in() {
    let world = World::new().await;
    let router = app(&world);
    signed_up(&router).await;
    for next in [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "/patient/..//evil.example",
        "/patientx",
        "/patient\\@evil.example",
        "/patient/\r\nSet-Cookie: a=b",
        "javascript:alert(1)",
        "/console",
        "/patient/sign-out",
    ] {
        let browser = Browser::new(&router);
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("next", next)
            .finish();
        let page = browser.get(&format!("/patient/sign-in?{query}")).await;
        assert!(
            page.text.contains("name=\"next\" value=\"/patient\""),
            "{next}"
        );
        let fields = [
            ("csrf", &*page.csrf()),
            ("email", EMAIL),
            ("password", PASSWORD),
            ("next", next),
        ];
        let page = browser.post("/patient/sign-in", &fields).await;
        assert_eq!(page.leads_to(), "/patient", "{next}");
    }
}

#[tokio::test]
async fn a_session_that_somebody_planted_is_worth_nothing() {
    let world = World::new().await;
    let router = app(&world);
    let planted = "A".repeat(43);
    let amy = Browser::new(&router);
    amy.keep(SESSION, &planted);
    amy.patient_signs_up(EMAIL, PASSWORD).await;
    let first = amy.cookie(SESSION).unwrap();
    assert_ne!(first, planted);
    // A thief's own session, planted as well: signing in ends it.
    let thief = Browser::new(&router);
    thief.patient_signs_up("thief@example.com", PASSWORD).await;
    let theirs = thief.cookie(SESSION).unwrap();
    amy.keep(SESSION, &theirs);
    amy.patient_signs_in(EMAIL, PASSWORD).await;
    let second = amy.cookie(SESSION).unwrap();
    assert!(second != theirs && second != first);
    for old in [&planted, &theirs] {
        let other = Browser::new(&router);
        other.keep(SESSION, old);
        let page = other.get("/patient").await;
        assert!(page.leads_to().starts_with("/patient/sign-in"));
    }
}

#[tokio::test]
async fn a_session_ends_by_itself() {
    let world = World::new().await;
    let browser = signed_up(&app(&world)).await;
    world.pass(SignedDuration::from_mins(29));
    assert_eq!(browser.get("/patient").await.status, StatusCode::OK);
    world.pass(SignedDuration::from_mins(31));
    let csrf = browser.get("/patient/sign-in").await.csrf();
    let idle = browser.get("/patient/connect").await;
    let next = "next=%2Fpatient%2Fconnect";
    assert_eq!(
        idle.leads_to(),
        format!("/patient/sign-in?why=ended&{next}")
    );
    let told = browser.get(idle.leads_to()).await;
    assert!(told.text.contains("You were signed out"), "{}", told.text);
    assert!(told.text.contains("value=\"/patient/connect\""));
    let pressed = browser.post("/patient/connect", &[("csrf", &csrf)]).await;
    assert_eq!(pressed.leads_to(), "/patient/sign-in?why=ended");
    // Somebody who was never in hears nothing of it.
    let other = Browser::new(&browser.router);
    assert_eq!(other.get("/patient").await.leads_to(), "/patient/sign-in");
    let page = other.get("/patient/sign-in").await;
    assert!(!page.text.contains("You were signed out"));
    browser.patient_signs_in(EMAIL, PASSWORD).await;
    for _ in 0..24 {
        world.pass(SignedDuration::from_mins(29));
        assert_eq!(browser.get("/patient").await.status, StatusCode::OK);
    }
    // 12 hours after sign-in it is over, however busy it was.
    world.pass(SignedDuration::from_mins(25));
    browser.get("/patient").await.leads_to();
}

#[tokio::test]
async fn cookies_are_kept_from_scripts_and_other_sites() {
    let world = World::new().await;
    let plain = Browser::new(&app(&world));
    let page = plain.patient_signs_up(EMAIL, PASSWORD).await;
    for name in [SESSION, "baton_patient_known"] {
        let cookie = page.sets(name);
        let [cookie] = cookie.as_slice() else {
            panic!("{name}: {cookie:?}")
        };
        assert!(cookie.contains("; Path=/; HttpOnly; SameSite=Lax"));
        assert!(!cookie.contains("Secure") && !cookie.contains("Domain"));
    }
    // Over TLS no other host of the domain can set them, and no line in the clear carries them.
    let tls = app_with(&world, |config| {
        config.base_url = "https://gateway.test".to_owned();
    });
    let browser = Browser::new(&tls);
    let form = browser.get("/patient/sign-in").await;
    let page = browser.patient_signs_in(EMAIL, PASSWORD).await;
    assert_eq!(page.leads_to(), "/patient");
    for (page, name) in [
        (&form, "__Host-baton_patient_csrf"),
        (&page, "__Host-baton_patient_session"),
        (&page, "__Host-baton_patient_known"),
    ] {
        let cookie = page.sets(name);
        let [cookie] = cookie.as_slice() else {
            panic!("{name}: {cookie:?}")
        };
        assert!(cookie.contains("; Path=/; HttpOnly; SameSite=Lax"));
        assert!(cookie.ends_with("; Secure") && !cookie.contains("Domain"));
    }
    let home = browser.get("/patient").await;
    assert_eq!(home.status, StatusCode::OK);
    // What is taken away is as it was set, or browsers would keep it.
    let out = browser
        .post("/patient/sign-out", &[("csrf", &home.csrf())])
        .await;
    let taken = out.sets("__Host-baton_patient_session");
    assert!(taken[0].contains("Max-Age=0") && taken[0].ends_with("; Secure"));
    // A session of the plain name is none here.
    let other = Browser::new(&tls);
    other.keep(
        SESSION,
        &browser.cookie("__Host-baton_patient_session").unwrap(),
    );
    other.get("/patient").await.leads_to();
}

#[tokio::test]
async fn another_site_can_sign_nobody_in() {
    let world = World::new().await;
    let router = app(&world);
    signed_up(&router).await;
    let victim = Browser::new(&router);
    let csrf = victim.get("/patient/sign-in").await.csrf();
    for path in ["/patient/sign-in", "/patient/sign-up"] {
        // A form on another site: it knows the thief's password, and not the token.
        let fields = [("csrf", "x"), ("email", EMAIL), ("password", PASSWORD)];
        let page = victim.post(path, &fields).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.sets(SESSION).is_empty());
        // Even with the token.
        let fields = [("csrf", &*csrf), ("email", EMAIL), ("password", PASSWORD)];
        for (name, value) in [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
        ] {
            let mut other = form(path, &fields).body(body(&fields)).unwrap();
            let headers = other.headers_mut();
            headers.insert(name, value.parse().unwrap());
            let page = victim.send(other).await;
            assert_eq!(page.status, StatusCode::FORBIDDEN);
            assert!(page.sets(SESSION).is_empty());
        }
        // An old browser, which only says where the form was.
        let mut other = form(path, &fields).body(body(&fields)).unwrap();
        let headers = other.headers_mut();
        headers.remove("sec-fetch-site");
        headers.insert("origin", "https://evil.example".parse().unwrap());
        headers.insert("host", "gateway.test".parse().unwrap());
        assert_eq!(victim.send(other).await.status, StatusCode::FORBIDDEN);
    }
}

#[tokio::test]
async fn every_form_needs_its_own_token() {
    let world = World::new().await;
    let browser = signed_up(&app(&world)).await;
    for path in POSTS {
        for fields in [&[][..], &[("csrf", "x")][..]] {
            let page = browser.post(path, fields).await;
            assert_eq!(page.status, StatusCode::FORBIDDEN, "{path}");
        }
    }
    browser.post("/patient/sign-out", &[("csrf", "x")]).await;
    assert_eq!(browser.get("/patient").await.status, StatusCode::OK);
    // A long form is not read.
    let long = "x".repeat(17 * 1024);
    for path in ["/patient/sign-in", "/patient/sign-up", "/patient/connect"] {
        let page = browser.post(path, &[("csrf", &long)]).await;
        assert_eq!(page.status, StatusCode::PAYLOAD_TOO_LARGE, "{path}");
    }
}

#[tokio::test]
async fn every_page_has_the_strict_policy_and_is_kept_by_nobody() {
    let world = World::new().await;
    let browser = signed_up(&app(&world)).await;
    let open = [
        "/patient/sign-in",
        "/patient/none",
        "/pkb/callback",
        "/patient/sign-in?done=deleted",
    ];
    for path in OWN.into_iter().chain(open) {
        let page = browser.get(path).await;
        let policy = page.header(header::CONTENT_SECURITY_POLICY);
        assert!(policy.starts_with("default-src 'self'"), "{path}");
        assert!(!policy.contains("unsafe"), "{path}");
        assert!(policy.contains("frame-ancestors 'self'"), "{path}");
        assert!(policy.contains("base-uri 'none'"), "{path}");
        assert_eq!(page.header(header::X_FRAME_OPTIONS), "SAMEORIGIN", "{path}");
        let may_post = match path {
            "/patient/connect" => "form-action 'self' https: http://127.0.0.1:9",
            _ => "form-action 'self'",
        };
        assert!(policy.ends_with(may_post), "{path}: {policy}");
        if page.status != StatusCode::SEE_OTHER {
            assert_eq!(page.header(header::CACHE_CONTROL), "no-store", "{path}");
        }
        let html = page.text.replace("<script src=\"/assets/", "");
        for bad in [
            "<script>",
            "<script src",
            " style=",
            " onclick=",
            "javascript:",
        ] {
            assert!(!html.contains(bad), "{path}: {bad}");
        }
        assert!(!page.text.contains("Baton gateway"), "{path}");
    }
}
