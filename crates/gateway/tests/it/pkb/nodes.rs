//! Several nodes on one database.

use super::fake::{AMY, TokenFault};
use super::setting::{Setting, read};
use axum::http::StatusCode;
use jiff::SignedDuration;
use std::time::Duration;

/// Longer than the other node needs to look.
const SLOW: Duration = Duration::from_millis(1500);

#[tokio::test]
async fn two_nodes_do_one_refresh_between_them() {
    let setting = Setting::new().await;
    let (one, two) = (setting.start().await, setting.start().await);
    setting.link(&one, "amy", AMY).await;
    for round in 1..=5 {
        setting.token_ends();
        setting
            .pkb
            .next_tokens([TokenFault::Slow(Duration::from_millis(150))]);
        let reads = (0..40).map(|number| {
            let node = if number % 2 == 0 { &one } else { &two };
            read(&node.product, "amy")
        });
        let answers = futures_util::future::join_all(reads).await;
        assert!(answers.iter().all(|answer| answer.status == StatusCode::OK));
        assert_eq!(setting.pkb.refreshes(), round);
    }
    assert_eq!((setting.pkb.reused(), setting.pkb.alive()), (0, 1));
    assert_eq!(setting.pkb.most_at_once(), 1);
    one.stop().await;
    two.stop().await;
}

#[tokio::test]
async fn a_node_that_waits_for_another_hears_that_it_failed() {
    let setting = Setting::new().await;
    let (one, two) = (setting.start().await, setting.start().await);
    setting.link(&one, "amy", AMY).await;
    setting.token_ends();
    setting
        .pkb
        .set_tokens(Some(TokenFault::Says(503, None, None)));
    let (first, second) = tokio::join!(read(&one.product, "amy"), read(&two.product, "amy"));
    for answer in [first, second] {
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    }
    assert!(setting.pkb.refreshes() <= 2);
    setting.pkb.set_tokens(None);
    setting.world.pass(SignedDuration::from_secs(6));
    assert_eq!(read(&two.product, "amy").await.status, StatusCode::OK);
    assert_eq!((setting.pkb.reused(), setting.pkb.alive()), (0, 1));
    one.stop().await;
    two.stop().await;
}

/// A flight that is so slow, or a clock that jumps so far, that the other node gives it up as lost.
async fn given_up(fault: TokenFault, then: StatusCode) {
    let setting = Setting::new().await;
    let (one, two) = (setting.start().await, setting.start().await);
    setting.link(&one, "amy", AMY).await;
    setting.token_ends();
    setting.pkb.next_tokens([fault]);
    let gives_up = async {
        setting
            .world
            .until("it is in the air", async || setting.pkb.refreshes() == 1)
            .await;
        setting.world.pass(SignedDuration::from_hours(2));
        setting
            .world
            .until("the other node gives it up", async || {
                setting.told("amy").await.len() == 3
            })
            .await;
    };
    let (answer, ()) = tokio::join!(read(&one.product, "amy"), gives_up);
    assert_eq!(answer.status, then, "{}", answer.text);
    let told = setting.told("amy").await;
    let lost = "needs-reauthorisation: answer-lost";
    assert_eq!(told, ["pending", "linked", lost, "linked"]);
    setting.world.pass(SignedDuration::from_secs(6));
    assert_eq!(read(&two.product, "amy").await.status, StatusCode::OK);
    assert_eq!((setting.pkb.reused(), setting.pkb.alive()), (0, 1));
    one.stop().await;
    two.stop().await;
}

#[tokio::test]
async fn a_flight_that_another_node_gave_up_as_lost_is_heard_when_it_lands() {
    given_up(TokenFault::Slow(SLOW), StatusCode::OK).await;
}

#[tokio::test]
async fn a_flight_that_spent_nothing_is_heard_as_well() {
    given_up(
        TokenFault::SlowlyBusy(SLOW),
        StatusCode::SERVICE_UNAVAILABLE,
    )
    .await;
}
