//! A PKB that a proxy has lost costs one link, and not all that are asked for meanwhile.

use super::fake::{AMY, BOB, TokenFault};
use super::setting::{Setting, read, stands};
use axum::http::StatusCode;
use jiff::SignedDuration;

#[tokio::test]
async fn once_an_answer_is_lost_no_other_token_is_risked_before_pkb_answers_again() {
    let setting = Setting::new().await;
    let running = setting.start().await;
    setting.link(&running, "amy", AMY).await;
    setting.link(&running, "bob", BOB).await;
    setting.token_ends();
    let lost = TokenFault::Says(502, None, None);
    setting.pkb.set_tokens(Some(lost));
    assert_eq!(
        read(&running.product, "amy").await.status,
        StatusCode::CONFLICT
    );
    let states = stands(&running.product, "amy").await;
    assert_eq!(states, "needs-reauthorisation: answer-lost");
    for _ in 0..3 {
        let answer = read(&running.product, "bob").await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(stands(&running.product, "bob").await, "linked");
        setting.world.pass(SignedDuration::from_mins(2));
    }
    assert_eq!(setting.pkb.refreshes(), 1);
    setting.pkb.set_tokens(None);
    setting.world.pass(SignedDuration::from_hours(2));
    assert_eq!(read(&running.product, "bob").await.status, StatusCode::OK);
    assert_eq!((setting.pkb.refreshes(), setting.pkb.reused()), (2, 0));
    running.stop().await;
}
