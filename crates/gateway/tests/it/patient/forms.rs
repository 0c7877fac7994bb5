//! Guessing: addresses, passwords, and how often.

use super::{EMAIL, PASSWORD, account_of, app, signed_up};
use crate::browser::{Browser, body, form};
use crate::world::World;
use axum::extract::ConnectInfo;
use axum::http::StatusCode;
use jiff::SignedDuration;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

const REFUSED: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;

#[tokio::test]
async fn a_wrong_address_and_a_wrong_password_get_one_answer() {
    let world = World::new().await;
    let router = app(&world);
    signed_up(&router).await;
    let browser = Browser::new(&router);
    let wrong = browser.patient_signs_in(EMAIL, "another three words").await;
    let unknown = browser
        .patient_signs_in("bob@example.com", "another three words")
        .await;
    assert_eq!((wrong.status, unknown.status), (REFUSED, REFUSED));
    assert_eq!(wrong.text.replace(EMAIL, "bob@example.com"), unknown.text);
    assert!(!wrong.text.contains("another three words"));
}

#[tokio::test]
async fn an_address_that_nobody_has_takes_as_much_work() {
    let world = World::new().await;
    let router = app(&world);
    signed_up(&router).await;
    let browser = Browser::new(&router);
    let csrf = browser.get("/patient/sign-in").await.csrf();
    let time = async |email: &str| {
        let wrong = "another three words";
        let fields = [("csrf", &*csrf), ("email", email), ("password", wrong)];
        let started = Instant::now();
        let page = browser.post("/patient/sign-in", &fields).await;
        assert_eq!(page.status, REFUSED);
        started.elapsed()
    };
    // The desk makes the hash that it compares with when it is first needed.
    time("nobody@example.com").await;
    let (mut known, mut unknown) = (Duration::MAX, Duration::MAX);
    for _ in 0..6 {
        known = known.min(time(EMAIL).await);
        unknown = unknown.min(time("bob@example.com").await);
    }
    // A hash is nearly all of the work: without it the answer would come in a tenth of the time.
    assert!(unknown * 4 > known, "{known:?} {unknown:?}");
}

#[tokio::test]
async fn a_taken_address_is_told_in_neutral_words_and_changes_nothing() {
    let world = World::new().await;
    let router = app(&world);
    signed_up(&router).await;
    let before = account_of(&world, EMAIL).await.unwrap();
    let thief = Browser::new(&router);
    let page = thief
        .patient_signs_up("Amy@Example.com", "a password of the thief")
        .await;
    assert_eq!(page.status, REFUSED);
    for word in ["taken", "registered", "exists", "already"] {
        assert!(!page.text.contains(&format!("address is {word}")), "{word}");
    }
    assert!(
        page.text
            .contains("We cannot make an account with this email address")
    );
    assert!(page.sets(super::SESSION).is_empty());
    assert!(account_of(&world, EMAIL).await.unwrap() == before);
}

#[tokio::test]
async fn passwords_that_anybody_would_guess_are_refused() {
    let world = World::new().await;
    let router = app(&world);
    let browser = Browser::new(&router);
    for (password, words) in [
        ("", "Enter a password"),
        ("elevenchars", "12 characters or more"),
        ("Password1234!", "easy to guess"),
        ("qwertyuiop12", "easy to guess"),
        ("amy.smith.1984", "must not be like your email address"),
        (&"x7".repeat(300), "too long"),
    ] {
        let page = browser
            .patient_signs_up("amy.smith@example.com", password)
            .await;
        assert_eq!(page.status, REFUSED, "{password}");
        assert!(page.text.contains(words), "{password}: {words}");
        // At the top, and at the field.
        assert!(page.text.contains("href=\"#password\""));
        assert!(page.text.contains("id=\"password-error\""));
        assert!(password.is_empty() || !page.text.contains(&format!("\"{password}\"")));
    }
    for email in ["", "amy", "amy@", "a b@example.com", "amy@example"] {
        let page = browser.patient_signs_up(email, PASSWORD).await;
        assert_eq!(page.status, REFUSED);
        assert!(page.text.contains("href=\"#email\""), "{email}");
        assert!(page.text.contains("Error: Create an account"));
    }
    // What is typed comes back escaped.
    let page = browser
        .patient_signs_up("\"><script>a</script>@example.com", "short")
        .await;
    assert!(!page.text.contains("<script>a"));
}

#[tokio::test]
async fn five_wrong_passwords_lock_an_account_but_not_its_owners_browser() {
    let world = World::new().await;
    let router = app(&world);
    let amy = signed_up(&router).await;
    let stranger = Browser::new(&router);
    for _ in 0..5 {
        let page = stranger
            .patient_signs_in(EMAIL, "another three words")
            .await;
        assert_eq!(page.status, REFUSED);
    }
    let locked = stranger.patient_signs_in(EMAIL, PASSWORD).await;
    assert_eq!(locked.status, REFUSED);
    let own = amy.patient_signs_in(EMAIL, PASSWORD).await;
    assert_eq!(own.leads_to(), "/patient");
    for _ in 0..6 {
        stranger
            .patient_signs_in(EMAIL, "another three words")
            .await;
    }
    world.pass(SignedDuration::from_secs(59));
    assert_eq!(
        stranger.patient_signs_in(EMAIL, PASSWORD).await.status,
        REFUSED
    );
    // The lock is 1 minute after the fifth wrong one and 15 at most.
    world.pass(SignedDuration::from_mins(15));
    let open = stranger.patient_signs_in(EMAIL, PASSWORD).await;
    assert_eq!(open.leads_to(), "/patient");
    let account = account_of(&world, EMAIL).await.unwrap();
    assert_eq!((account.failures, account.locked_until), (0, None));
}

#[tokio::test]
async fn few_accounts_a_minute_are_made_from_one_address() {
    let world = World::new().await;
    let router = app(&world);
    let browser = Browser::new(&router);
    let csrf = browser.get("/patient/sign-up").await.csrf();
    let sign_up = async |n: usize, from: &str| {
        let email = format!("amy{n}@example.com");
        let fields = [("csrf", &*csrf), ("email", &email), ("password", PASSWORD)];
        let mut request = form("/patient/sign-up", &fields)
            .body(body(&fields))
            .unwrap();
        let caller: SocketAddr = from.parse().unwrap();
        request.extensions_mut().insert(ConnectInfo(caller));
        browser.send(request).await
    };
    for n in 0..30 {
        assert_eq!(sign_up(n, "192.0.2.1:1000").await.leads_to(), "/patient");
    }
    let full = sign_up(30, "192.0.2.1:2000").await;
    assert_eq!(full.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(account_of(&world, "amy30@example.com").await.is_none());
    assert_eq!(sign_up(30, "192.0.2.2:1000").await.leads_to(), "/patient");
    world.pass(SignedDuration::from_mins(1));
    assert_eq!(sign_up(31, "192.0.2.1:1000").await.leads_to(), "/patient");
}

#[tokio::test]
async fn few_may_wait_for_a_hash() {
    let world = World::new().await;
    let router = app(&world);
    signed_up(&router).await;
    let browser = Browser::new(&router);
    let guesses = (0..100).map(|_| browser.patient_signs_in(EMAIL, "another three words"));
    let pages = futures_util::future::join_all(guesses).await;
    let full = StatusCode::TOO_MANY_REQUESTS;
    let (full, looked): (Vec<_>, Vec<_>) = pages.iter().partition(|page| page.status == full);
    assert!(!full.is_empty() && looked.len() >= 60, "{}", looked.len());
    assert_eq!(full[0].headers["retry-after"], "1");
}
