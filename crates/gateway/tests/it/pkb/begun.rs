//! An attempt: what PKB is asked, and that a `state` works once, for ten minutes.

use super::fake::{AMY, BOB, Fake};
use super::setting::{Setting, confirm, grant_url, id, result, stands};
use axum::http::StatusCode;
use jiff::SignedDuration;
use model::Hash;
use store::gateway::Way;
use url::Url;

#[tokio::test]
async fn pkb_is_asked_with_exactly_the_parameters_of_the_contract() {
    let setting = Setting::new().await;
    let running = setting.start().await;
    let url = Url::parse(&grant_url(&running.product, "amy").await).unwrap();
    let mut names: Vec<_> = url
        .query_pairs()
        .map(|(name, _)| name.into_owned())
        .collect();
    names.sort();
    let wanted = [
        "client_id",
        "redirect_uri",
        "response_type",
        "scope",
        "state",
    ];
    assert_eq!(names, wanted);
    let state = url
        .query_pairs()
        .find(|(name, _)| name == "state")
        .unwrap()
        .1;
    assert_eq!(state.len(), 43);
    let attempt = setting
        .world
        .store
        .patients
        .attempt(Hash::of(state.as_bytes()))
        .await;
    assert_eq!(
        attempt.unwrap().unwrap().redirect_uri,
        "http://gateway.test/pkb/callback"
    );
    assert_eq!(stands(&running.product, "amy").await, "pending");
    assert_eq!(setting.told("amy").await, ["pending"]);
    running.stop().await;
}

#[tokio::test]
async fn a_state_works_once() {
    let setting = Setting::new().await;
    let running = setting.start().await;
    let (callback, _) = setting.begin(&running, "amy", AMY).await;
    let first = setting.back(&running, &callback).await;
    assert!(result(&first).is_ok());
    for _ in 0..2 {
        let again = setting.back(&running, &callback).await;
        assert_eq!(again.status, StatusCode::BAD_REQUEST);
        assert!(again.headers.get("location").is_none());
    }
    assert_eq!((setting.pkb.exchanges(), setting.pkb.reused()), (1, 0));
    running.stop().await;
}

#[tokio::test]
async fn of_twenty_browsers_with_one_state_one_gets_through() {
    let setting = Setting::new().await;
    let running = setting.start().await;
    let (callback, _) = setting.begin(&running, "amy", AMY).await;
    let calls = (0..20).map(|_| setting.back(&running, &callback));
    let answers = futures_util::future::join_all(calls).await;
    let through = answers
        .iter()
        .filter(|answer| answer.status == StatusCode::SEE_OTHER);
    assert_eq!(through.count(), 1);
    assert_eq!((setting.pkb.exchanges(), setting.pkb.reused()), (1, 0));
    running.stop().await;
}

#[tokio::test]
async fn a_state_is_good_for_ten_minutes() {
    let setting = Setting::new().await;
    let running = setting.start().await;
    let (late, _) = setting.begin(&running, "amy", AMY).await;
    let (in_time, _) = setting.begin(&running, "bob", BOB).await;
    setting.world.pass(SignedDuration::from_secs(599));
    assert!(result(&setting.back(&running, &in_time).await).is_ok());
    setting.world.pass(SignedDuration::from_secs(1));
    let answer = setting.back(&running, &late).await;
    assert_eq!(result(&answer), Err("expired".to_owned()));
    assert_eq!(setting.pkb.exchanges(), 1);
    // The attempt itself ends as well, and that is told.
    setting.world.pass(SignedDuration::from_secs(31));
    setting
        .world
        .until("the attempt has ended", async || {
            setting.told("amy").await == ["pending", "link-failed: expired"]
        })
        .await;
    assert_eq!(stands(&running.product, "amy").await, "none");
    running.stop().await;
}

#[tokio::test]
async fn without_a_known_state_nothing_is_done() {
    let setting = Setting::new().await;
    let running = setting.start().await;
    let (callback, _) = setting.begin(&running, "amy", AMY).await;
    let (_, code) = callback.split_once("code=").unwrap();
    let code = code.split('&').next().unwrap();
    for query in [
        String::new(),
        format!("?code={code}"),
        format!("?code={code}&state="),
        format!("?code={code}&state=unknown"),
        callback.replace("/pkb/callback", "") + "&state=another",
    ] {
        let answer = setting
            .back(&running, &format!("/pkb/callback{query}"))
            .await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{query}");
        assert!(answer.headers.get("location").is_none());
    }
    assert_eq!(setting.pkb.exchanges(), 0);
    assert!(result(&setting.back(&running, &callback).await).is_ok());
    running.stop().await;
}

#[tokio::test]
async fn every_error_ends_the_attempt_and_is_told() {
    let setting = Setting::new().await;
    let running = setting.start().await;
    for (error, sent, why) in [
        ("access_denied", "access_denied", "denied"),
        ("server_error", "failed", "refused-by-pkb"),
        ("something<script>", "failed", "refused-by-pkb"),
    ] {
        let grant = grant_url(&running.product, "amy").await;
        let callback = Fake::refuse(&grant, error);
        let answer = setting.back(&running, &callback).await;
        assert_eq!(result(&answer).unwrap_err(), sent);
        let told = setting.told("amy").await;
        assert_eq!(told.last().unwrap(), &format!("link-failed: {why}"));
        assert_eq!(stands(&running.product, "amy").await, "none");
        let again = setting.back(&running, &callback).await;
        assert_eq!(again.status, StatusCode::BAD_REQUEST);
    }
    // Neither a code nor an error; and both, where the error counts.
    let (with_code, grant) = setting.begin(&running, "amy", AMY).await;
    let both = format!("{with_code}&error=access_denied");
    assert_eq!(
        result(&setting.back(&running, &both).await).unwrap_err(),
        "access_denied"
    );
    drop(grant);
    let grant = grant_url(&running.product, "amy").await;
    let nothing = Fake::refuse(&grant, "");
    assert_eq!(
        result(&setting.back(&running, &nothing).await).unwrap_err(),
        "failed"
    );
    assert_eq!(setting.pkb.exchanges(), 0);
    running.stop().await;
}

#[tokio::test]
async fn a_challenge_is_sent_where_it_is_set_up_and_the_verifier_lies_sealed() {
    let setting = Setting::new().await;
    let running = setting
        .start_with(|config| config.pkb.as_mut().unwrap().pkce = true)
        .await;
    let (callback, grant) = setting.begin(&running, "amy", AMY).await;
    assert!(grant.contains("code_challenge_method=S256"));
    let done = result(&setting.back(&running, &callback).await).unwrap();
    let confirmed = confirm(&running.product, "amy", &done).await;
    assert_eq!(confirmed.status, StatusCode::OK);
    let forms = setting.pkb.forms();
    assert_eq!(forms[0]["code_verifier"].len(), 43);
    running.stop().await;
}

#[tokio::test]
async fn the_exchange_has_exactly_the_fields_of_the_contract() {
    let setting = Setting::new().await;
    let running = setting.start().await;
    setting.link(&running, "amy", AMY).await;
    let forms = setting.pkb.forms();
    let names: Vec<_> = forms[0].keys().map(String::as_str).collect();
    assert_eq!(names, ["client_id", "code", "grant_type", "redirect_uri"]);
    running.stop().await;
}

#[tokio::test]
async fn of_more_than_five_attempts_the_oldest_go() {
    let setting = Setting::new().await;
    let running = setting.start().await;
    let mut callbacks = Vec::new();
    for _ in 0..7 {
        callbacks.push(setting.begin(&running, "amy", AMY).await.0);
    }
    for (number, callback) in callbacks.iter().enumerate() {
        let answer = setting.back(&running, callback).await;
        let through = answer.status == StatusCode::SEE_OTHER;
        assert_eq!(through, number >= 2, "{number}");
    }
    running.stop().await;
}

#[tokio::test]
async fn another_browser_ends_an_attempt_in_the_patient_app_and_uses_nothing() {
    let setting = Setting::new().await;
    let running = setting.start().await;
    let (callback, grant) = setting.begin(&running, "amy", AMY).await;
    // The same attempt, as if it had been begun in a session of the patient app.
    let url = Url::parse(&grant).unwrap();
    let state = url
        .query_pairs()
        .find(|(name, _)| name == "state")
        .unwrap()
        .1;
    let store = &setting.world.store.patients;
    let attempt = store
        .attempt(Hash::of(state.as_bytes()))
        .await
        .unwrap()
        .unwrap();
    let way = Way::App {
        session: Hash::of(b"a cookie"),
    };
    let other = "another-state";
    let new = store::gateway::NewAttempt {
        id: model::AttemptId(model::entropy::uuid_v4(&*setting.world.entropy)),
        patient: id("amy"),
        state: Hash::of(other.as_bytes()),
        way,
        redirect_uri: attempt.redirect_uri,
        verifier: None,
        made_at: attempt.until - model::pkb_link::ATTEMPT,
        until: attempt.until,
    };
    assert!(store.begin("patient", &new).await.unwrap());
    let callback = callback.replace(&*state, other);
    let answer = setting.back(&running, &callback).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    let after = store.attempt(Hash::of(other.as_bytes())).await.unwrap();
    assert!(after.is_none(), "it is of no use to whoever finds it");
    assert_eq!(setting.pkb.exchanges(), 0);
    let told = setting.told("amy").await;
    assert_eq!(told.last().unwrap(), "link-failed: not-theirs");
    running.stop().await;
}
