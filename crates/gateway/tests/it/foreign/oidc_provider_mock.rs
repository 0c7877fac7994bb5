//! `oidc-provider-mock` of `PyPI`: a page that asks, tokens of a user, refresh tokens that stay, or none at all.

use super::Abroad;
use super::server::Server;
use crate::pkb::setting::{grant_url, read, result, stands};
use axum::http::StatusCode;
use jiff::SignedDuration;
use url::Url;

/// Subjects there are what we say; these are public ids.
const AMY: &str = "1d4a8b2d-f885-499f-ba51-50600312f316";
const BOB: &str = "2d4a8b2d-f885-499f-ba51-50600312f317";
const AMYS_CLAIMS: &str = r#"{"sub": "1d4a8b2d-f885-499f-ba51-50600312f316", "given_name": "Amaryllis",
    "email": "amaryllis@example.com"}"#;

async fn abroad(more: &[&str]) -> Abroad {
    let usual = ["--token-max-age", "600", "--user-claims", AMYS_CLAIMS];
    let server = Server::oidc_provider_mock(&[usual.as_slice(), more].concat()).await;
    Abroad::at(server, |_| {}).await
}

#[tokio::test]
#[ignore = "needs the packages of tools/: scripts/test pkb"]
async fn a_patient_is_linked_and_renewed_until_no_refresh_token_comes() {
    let abroad = abroad(&[]).await;
    let (setting, product) = (&abroad.setting, &abroad.running.product);
    let amy = abroad.link("amy", &[("sub", AMY)]).await;
    assert_eq!(amy["link"]["publicId"], AMY);
    assert_eq!(amy["demographics"]["firstName"], "Amaryllis");
    assert_eq!(read(product, "amy").await.status, StatusCode::OK);
    assert_eq!(abroad.pkb.sent("code").len(), 1);
    assert!(abroad.pkb.sent("refresh_token").is_empty());

    // By our clock the token is over; the server's own clock goes on as it did.
    setting.world.pass(SignedDuration::from_secs(601));
    assert_eq!(read(product, "amy").await.status, StatusCode::OK);
    assert_eq!(abroad.pkb.sent("refresh_token").len(), 1);
    let journal = setting.journal("amy").await;
    assert_eq!(journal[0].ended.as_ref().unwrap().1, "renewed");
    // No refresh token came with the new one: at PKB that means that the session is about to end.
    setting
        .world
        .until("it is told", async || {
            setting.told("amy").await == ["pending", "linked", "at-risk: last-token"]
        })
        .await;

    setting.world.pass(SignedDuration::from_hours(24 * 11));
    let late = read(product, "amy").await;
    assert_eq!(late.status, StatusCode::CONFLICT, "{}", late.text);
    assert_eq!(
        stands(product, "amy").await,
        "needs-reauthorisation: token-over"
    );

    // Only the same person may come back.
    let refused = abroad.confirmed("amy", &[("sub", BOB)]).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.text);
    abroad.link("amy", &[("sub", AMY)]).await;
    assert_eq!(read(product, "amy").await.status, StatusCode::OK);
    abroad.stop().await;
}

#[tokio::test]
#[ignore = "needs the packages of tools/: scripts/test pkb"]
async fn a_token_that_the_server_forgot_is_renewed_once_and_then_the_patient_is_asked() {
    let abroad = abroad(&[]).await;
    let product = &abroad.running.product;
    abroad.link("amy", &[("sub", AMY)]).await;
    abroad.pkb.revoke(AMY).await;
    let refused = read(product, "amy").await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.text);
    assert_eq!(abroad.pkb.sent("refresh_token").len(), 1);
    assert_eq!(
        stands(product, "amy").await,
        "needs-reauthorisation: session-over"
    );
    assert_eq!(abroad.setting.tokens("amy").await, None);
    abroad.stop().await;
}

#[tokio::test]
#[ignore = "needs the packages of tools/: scripts/test pkb"]
async fn who_denies_is_not_linked_and_neither_is_an_answer_without_its_state() {
    let abroad = abroad(&[]).await;
    let (setting, product) = (&abroad.setting, &abroad.running.product);
    let grant_url = grant_url(product, "amy").await;
    let callback = abroad.pkb.decide(&grant_url, &[("action", "deny")]).await;
    assert!(!callback.contains("state="), "they leave it out");
    let nobodys = setting.back(&abroad.running, &callback).await;
    assert_eq!(nobodys.status, StatusCode::BAD_REQUEST);
    assert_eq!(stands(product, "amy").await, "pending");

    let (_, state) = Url::parse(&grant_url)
        .unwrap()
        .query_pairs()
        .into_owned()
        .find(|(name, _)| name == "state")
        .unwrap();
    let told = setting
        .back(&abroad.running, &format!("{callback}&state={state}"))
        .await;
    assert_eq!(result(&told).unwrap_err(), "access_denied");
    assert_eq!(
        setting.told("amy").await,
        ["pending", "link-failed: denied"]
    );
    assert!(abroad.pkb.sent("code").is_empty());
    abroad.stop().await;
}

#[tokio::test]
#[ignore = "needs the packages of tools/: scripts/test pkb"]
async fn a_code_that_the_server_does_not_know_makes_no_link() {
    let abroad = abroad(&[]).await;
    let (setting, product) = (&abroad.setting, &abroad.running.product);
    let grant_url = grant_url(product, "amy").await;
    let callback = abroad.pkb.decide(&grant_url, &[("sub", AMY)]).await;
    let forged = callback.replacen("code=", "code=x", 1);
    let told = setting.back(&abroad.running, &forged).await;
    assert_eq!(result(&told).unwrap_err(), "failed");
    // The state is spent: the true code has no use any more.
    let late = setting.back(&abroad.running, &callback).await;
    assert_eq!(late.status, StatusCode::BAD_REQUEST);
    assert_eq!(abroad.pkb.sent("code").len(), 1);
    assert_eq!(stands(product, "amy").await, "none");
    abroad.stop().await;
}

#[tokio::test]
#[ignore = "needs the packages of tools/: scripts/test pkb"]
async fn a_server_that_gives_no_refresh_token_is_not_asked_for_another_token() {
    let abroad = abroad(&["--no-refresh-token"]).await;
    let (setting, product) = (&abroad.setting, &abroad.running.product);
    let amy = abroad.link("amy", &[("sub", AMY)]).await;
    assert_eq!(amy["link"]["atRisk"]["reason"], "last-token");
    assert_eq!(read(product, "amy").await.status, StatusCode::OK);
    setting.world.pass(SignedDuration::from_secs(601));
    assert_eq!(read(product, "amy").await.status, StatusCode::CONFLICT);
    assert_eq!(
        stands(product, "amy").await,
        "needs-reauthorisation: token-over"
    );
    assert!(abroad.pkb.sent("refresh_token").is_empty());
    assert_eq!(setting.tokens("amy").await, None);
    abroad.stop().await;
}
