//! `oauth2-mock-server` of npm: PKCE, and a new refresh token with every answer.

use super::Abroad;
use super::adapter::JOHN;
use super::server::Server;
use crate::pkb::setting::{grant_url, read, result, stands};
use axum::http::StatusCode;
use jiff::SignedDuration;

/// Its tokens live for an hour.
const OVER: SignedDuration = SignedDuration::from_secs(3601);
/// There is no page: whoever comes is its one user, and agrees.
const NOTHING: &[(&str, &str)] = &[];

async fn abroad() -> Abroad {
    let server = Server::oauth2_mock_server().await;
    Abroad::at(server, |config| config.pkce = true).await
}

#[tokio::test]
#[ignore = "needs the packages of tools/: scripts/test pkb"]
async fn a_pair_is_renewed_and_renewed_again_once_for_all_who_wait() {
    let abroad = abroad().await;
    let (setting, product) = (&abroad.setting, &abroad.running.product);
    let john = abroad.link("john", NOTHING).await;
    assert_eq!(john["link"]["publicId"], JOHN);
    assert_eq!(abroad.pkb.sent("code_verifier").len(), 1);
    for times in 1..=3 {
        setting.world.pass(OVER);
        let reads = (0..50).map(|_| read(product, "john"));
        let answers = futures_util::future::join_all(reads).await;
        assert!(answers.iter().all(|answer| answer.status == StatusCode::OK));
        assert_eq!(abroad.pkb.sent("refresh_token").len(), times);
        assert_eq!(setting.journal("john").await.len(), times);
    }
    // Its one user has one account.
    let refused = abroad.confirmed("jane", NOTHING).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.text);
    assert_eq!(
        setting.told("jane").await,
        ["pending", "link-failed: linked-elsewhere"]
    );
    abroad.stop().await;
}

#[tokio::test]
#[ignore = "needs the packages of tools/: scripts/test pkb"]
async fn a_code_of_another_request_is_refused_by_its_verifier() {
    let abroad = abroad().await;
    let (setting, product) = (&abroad.setting, &abroad.running.product);
    let code = |callback: &str| {
        let (_, after) = callback.split_once("code=").unwrap();
        after.split('&').next().unwrap().to_owned()
    };
    let johns = grant_url(product, "john").await;
    let johns = abroad.pkb.decide(&johns, NOTHING).await;
    let janes = grant_url(product, "jane").await;
    let janes = abroad.pkb.decide(&janes, NOTHING).await;
    // Jane's browser comes back with John's code.
    let mixed = janes.replace(&code(&janes), &code(&johns));
    let told = setting.back(&abroad.running, &mixed).await;
    assert_eq!(result(&told).unwrap_err(), "failed");
    assert_eq!(stands(product, "jane").await, "none");
    abroad.stop().await;
}
