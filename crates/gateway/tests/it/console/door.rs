//! Who gets in, for how long, and what other sites cannot do.

use super::{Browser, NAME, PASSWORD, body, console, console_with, form, signed_in};
use crate::world::World;
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode, header};
use gateway::OperatorHeader;
use jiff::SignedDuration;
use std::net::SocketAddr;
use std::time::Duration;

const SESSION: &str = "baton_gateway_session";
const PAGES: [&str; 6] = [
    "/console/messages",
    "/console/messages/5f0c2c3e-6d0b-4c0e-9a57-3b1f6f0d7e21",
    "/console/refused",
    "/console/users",
    "/console/webhooks",
    "/console/unfiled",
];

#[tokio::test]
async fn nobody_sees_a_page_without_signing_in() {
    let world = World::new().await;
    let browser = Browser::new(&console(&world).await);
    for path in PAGES {
        let page = browser.get(path).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{path}");
        assert!(
            page.header(header::LOCATION)
                .starts_with("/console/sign-in")
        );
    }
    let csrf = browser.get("/console/sign-in").await.csrf();
    for path in [
        "/console/refused/release",
        "/console/users/forget",
        "/console/webhooks/5f0c2c3e-6d0b-4c0e-9a57-3b1f6f0d7e21/test",
    ] {
        let page = browser.post(path, &[("csrf", &csrf)]).await;
        assert_eq!(page.header(header::LOCATION), "/console/sign-in", "{path}");
    }
}

#[tokio::test]
async fn an_operator_signs_in_comes_back_to_the_page_and_signs_out() {
    let world = World::new().await;
    let browser = Browser::new(&console(&world).await);
    let asked = browser.get("/console/unfiled?days=7").await;
    let to = asked.header(header::LOCATION).to_owned();
    let page = browser.get(&to).await;
    assert!(page.text.contains("value=\"/console/unfiled?days=7\""));
    let csrf = page.csrf();
    let fields = [
        ("csrf", csrf.as_str()),
        ("name", NAME),
        ("password", PASSWORD),
        ("next", "/console/unfiled?days=7"),
    ];
    let page = browser.post("/console/sign-in", &fields).await;
    assert_eq!(page.header(header::LOCATION), "/console/unfiled?days=7");
    for cookie in page.headers.get_all(header::SET_COOKIE) {
        let cookie = cookie.to_str().unwrap();
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"));
    }
    let page = browser.get("/console/unfiled").await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(page.header(header::CACHE_CONTROL), "no-store");
    assert!(page.text.contains(NAME));
    let before = browser.cookie(SESSION).unwrap();
    browser
        .post("/console/sign-out", &[("csrf", &page.csrf())])
        .await;
    browser.keep(SESSION, &before);
    let page = browser.get("/console/unfiled").await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn five_wrong_passwords_lock_an_account_for_a_while() {
    let world = World::new().await;
    let browser = Browser::new(&console(&world).await);
    let unknown = browser.sign_in("nobody", PASSWORD).await;
    assert_eq!(unknown.status, StatusCode::UNPROCESSABLE_ENTITY);
    for _ in 0..5 {
        let page = browser.sign_in(NAME, "not the password").await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(!page.text.contains("not the password"));
    }
    let locked = browser.sign_in(NAME, PASSWORD).await;
    assert_eq!(locked.status, StatusCode::UNPROCESSABLE_ENTITY);
    world.pass(SignedDuration::from_secs(61));
    let again = browser.sign_in(NAME, "not the password").await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    world.pass(SignedDuration::from_secs(61));
    // The second lock is twice as long.
    let locked = browser.sign_in(NAME, PASSWORD).await;
    assert_eq!(locked.status, StatusCode::UNPROCESSABLE_ENTITY);
    world.pass(SignedDuration::from_secs(60));
    let open = browser.sign_in(NAME, PASSWORD).await;
    assert_eq!(open.status, StatusCode::SEE_OTHER);
    let operator = world.store.access.operator(NAME).await.unwrap().unwrap();
    assert_eq!((operator.failures, operator.locked_until), (0, None));
}

#[tokio::test]
async fn a_stranger_cannot_lock_an_operator_out_of_a_known_browser() {
    let world = World::new().await;
    let router = console(&world).await;
    let (ann, stranger) = (Browser::new(&router), Browser::new(&router));
    assert_eq!(
        ann.sign_in(NAME, PASSWORD).await.status,
        StatusCode::SEE_OTHER
    );
    for _ in 0..6 {
        stranger.sign_in(NAME, "not the password").await;
    }
    assert_eq!(
        ann.sign_in(NAME, PASSWORD).await.status,
        StatusCode::SEE_OTHER
    );
    // Whoever has that browser has five tries as well.
    for _ in 0..5 {
        ann.sign_in(NAME, "not the password").await;
    }
    for _ in 0..5 {
        stranger.sign_in(NAME, "not the password").await;
    }
    let none = ann.sign_in(NAME, PASSWORD).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    // A browser known for somebody else is a stranger's.
    let password = model::Secret::new("another long password".to_owned());
    world.admin().put_operator("bob", &password).await.unwrap();
    let bob = Browser::new(&router);
    bob.sign_in("bob", "another long password").await;
    let none = bob.sign_in(NAME, PASSWORD).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn few_may_wait_at_the_desk() {
    let world = World::new().await;
    let router = console(&world).await;
    let browser = Browser::new(&router);
    let known = Browser::new(&router);
    known.sign_in(NAME, PASSWORD).await;
    let guesses = (0..30).map(|_| browser.sign_in("nobody", "a guess or so"));
    let guesses = futures_util::future::join_all(guesses);
    let (guesses, known) = tokio::join!(guesses, known.sign_in(NAME, PASSWORD));
    let full = StatusCode::TOO_MANY_REQUESTS;
    let mut full = guesses.iter().filter(|page| page.status == full);
    assert_eq!(full.next().unwrap().headers["retry-after"], "1");
    assert_eq!(known.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_wrong_password_counts_even_if_whoever_sent_it_hangs_up() {
    let world = World::new().await;
    let browser = Browser::new(&console(&world).await);
    let csrf = browser.get("/console/sign-in").await.csrf();
    let fields = [
        ("csrf", csrf.as_str()),
        ("name", NAME),
        ("password", "a guess or so"),
    ];
    let counted = async || {
        let ann = world.store.access.operator(NAME).await.unwrap();
        ann.unwrap().failures
    };
    let mut hung_up = 0;
    while counted().await < 5 {
        let before = counted().await;
        let short = Duration::from_millis(10);
        let guess = browser.post("/console/sign-in", &fields);
        if tokio::time::timeout(short, guess).await.is_err() {
            hung_up += 1;
            world
                .until("it is counted", async || counted().await > before)
                .await;
        }
    }
    assert!(hung_up > 0, "no guess took long enough");
    let owner = browser.sign_in(NAME, PASSWORD).await;
    assert_eq!(owner.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_session_ends_by_itself() {
    let world = World::new().await;
    let browser = signed_in(&world).await;
    for _ in 0..3 {
        world.pass(SignedDuration::from_mins(29));
        assert_eq!(browser.get("/console/users").await.status, StatusCode::OK);
    }
    world.pass(SignedDuration::from_mins(31));
    let idle = browser.get("/console/users").await;
    assert_eq!(idle.status, StatusCode::SEE_OTHER);
    let to = idle.headers["location"].to_str().unwrap();
    assert_eq!(to, "/console/sign-in?why=ended&next=%2Fconsole%2Fusers");
    let told = browser.get(to).await;
    assert!(told.text.contains("You were signed out."), "{}", told.text);
    let never = browser.get("/console/sign-in").await;
    assert!(!never.text.contains("You were signed out."));
    browser.sign_in(NAME, PASSWORD).await;
    for _ in 0..24 {
        world.pass(SignedDuration::from_mins(29));
        assert_eq!(browser.get("/console/users").await.status, StatusCode::OK);
    }
    // 12 hours after sign-in it is over, however busy it was.
    world.pass(SignedDuration::from_mins(25));
    let old = browser.get("/console/users").await;
    assert_eq!(old.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_session_that_somebody_planted_is_worth_nothing() {
    let world = World::new().await;
    let browser = Browser::new(&console(&world).await);
    browser.keep(SESSION, "planted");
    browser.sign_in(NAME, PASSWORD).await;
    let first = browser.cookie(SESSION).unwrap();
    assert_ne!(first, "planted");
    browser.sign_in(NAME, PASSWORD).await;
    let second = browser.cookie(SESSION).unwrap();
    assert_ne!(first, second);
    browser.keep(SESSION, &first);
    let page = browser.get("/console/users").await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_form_needs_its_own_token_and_its_own_site() {
    let world = World::new().await;
    let browser = signed_in(&world).await;
    let csrf = browser.get("/console/users").await.csrf();
    let path = "/console/users/forget";
    let stale = browser.post(path, &[("csrf", "x"), ("user", "a")]).await;
    assert_eq!(stale.status, StatusCode::FORBIDDEN);
    let none = browser.post(path, &[("user", "a")]).await;
    assert_eq!(none.status, StatusCode::FORBIDDEN);
    let fields = [("csrf", csrf.as_str()), ("user", "a")];
    let mut other = form(path, &fields).body(body(&fields)).unwrap();
    other
        .headers_mut()
        .insert("sec-fetch-site", "cross-site".parse().unwrap());
    assert_eq!(browser.send(other).await.status, StatusCode::FORBIDDEN);
    let good = browser.post(path, &fields).await;
    assert_eq!(good.status, StatusCode::SEE_OTHER);
    // Signing in and out are no different.
    let fields = [("csrf", "x"), ("name", NAME), ("password", PASSWORD)];
    let page = browser.post("/console/sign-in", &fields).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    browser.post("/console/sign-out", &[("csrf", "x")]).await;
    assert_eq!(browser.get("/console/users").await.status, StatusCode::OK);
}

#[tokio::test]
async fn every_page_has_the_strict_policy() {
    let world = World::new().await;
    let browser = signed_in(&world).await;
    for path in PAGES
        .into_iter()
        .chain(["/console/sign-in", "/console/none"])
    {
        let page = browser.get(path).await;
        let policy = page.header(header::CONTENT_SECURITY_POLICY).to_owned();
        assert!(policy.starts_with("default-src 'self'"), "{path}");
        assert!(!policy.contains("unsafe"), "{path}");
        assert_eq!(page.header(header::CACHE_CONTROL), "no-store", "{path}");
        for bad in ["<script>", " style=", " onclick=", "javascript:"] {
            assert!(!page.text.contains(bad), "{path}: {bad}");
        }
    }
}

#[tokio::test]
async fn a_trusted_proxy_names_the_operator_and_nobody_else_does() {
    let world = World::new().await;
    let router = console_with(&world, |config| {
        config.operator_header = Some(OperatorHeader {
            name: "X-Operator".to_owned(),
            from: vec!["10.0.0.7".parse().unwrap()],
        });
    })
    .await;
    let ask = async |from: &str, name: Option<&str>| {
        let mut request = Request::get("/console/users");
        if let Some(name) = name {
            request = request.header("x-operator", name);
        }
        let mut request = request.body(axum::body::Body::empty()).unwrap();
        let caller: SocketAddr = from.parse().unwrap();
        request.extensions_mut().insert(ConnectInfo(caller));
        Browser::new(&router).send(request).await
    };
    let page = ask("10.0.0.7:4000", Some("bob")).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("bob") && !page.text.contains("Sign out"));
    for (from, name) in [("10.0.0.8:4000", Some("bob")), ("10.0.0.7:4000", None)] {
        let page = ask(from, name).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER);
    }
}
