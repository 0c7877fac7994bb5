//! A refresh token that may be spent is never sent again; one that was surely not spent is not given up.

use super::fake::{AMY, BOB, TokenFault};
use super::flaky::Flaky;
use super::setting::{Setting, confirm, read, result, stands};
use axum::http::StatusCode;
use jiff::SignedDuration;
use std::time::Duration;

#[tokio::test]
async fn a_lost_answer_needs_the_patient_and_is_never_asked_for_again() {
    for fault in [
        TokenFault::Lost,
        TokenFault::Rubbish,
        TokenFault::Says(502, None, None),
        TokenFault::Says(504, None, None),
        TokenFault::Says(524, None, None),
        TokenFault::Slow(Duration::from_millis(600)),
    ] {
        let setting = Setting::new().await;
        let running = setting
            .start_with(|config| {
                config.pkb.as_mut().unwrap().patience.whole = Duration::from_millis(300);
            })
            .await;
        setting.link(&running, "amy", AMY).await;
        setting.token_ends();
        setting.pkb.next_tokens([fault]);
        for _ in 0..3 {
            let answer = read(&running.product, "amy").await;
            assert_eq!(answer.status, StatusCode::CONFLICT, "{fault:?}");
        }
        let stands = stands(&running.product, "amy").await;
        assert_eq!(stands, "needs-reauthorisation: answer-lost", "{fault:?}");
        assert_eq!(setting.tokens("amy").await, None);
        setting.world.pass(SignedDuration::from_hours(48));
        setting.world.a_moment().await;
        assert_eq!((setting.pkb.refreshes(), setting.pkb.reused()), (1, 0));
        let told = setting.told("amy").await;
        assert_eq!(
            told,
            ["pending", "linked", "needs-reauthorisation: answer-lost"]
        );
        setting.link(&running, "amy", AMY).await;
        assert_eq!(read(&running.product, "amy").await.status, StatusCode::OK);
        running.stop().await;
    }
}

#[tokio::test]
async fn a_session_that_pkb_ended_needs_the_patient() {
    let setting = Setting::new().await;
    let running = setting.start().await;
    setting.link(&running, "amy", AMY).await;
    setting.pkb.end_sessions();
    setting.token_ends();
    assert_eq!(
        read(&running.product, "amy").await.status,
        StatusCode::CONFLICT
    );
    assert_eq!(
        stands(&running.product, "amy").await,
        "needs-reauthorisation: session-over"
    );
    assert_eq!(setting.pkb.refreshes(), 1);
    running.stop().await;
}

#[tokio::test]
async fn what_pkb_refuses_without_spending_leaves_the_link_as_it_is() {
    let setting = Setting::new().await;
    let running = setting.start().await;
    setting.link(&running, "amy", AMY).await;
    let mut refreshes = 0;
    for fault in [
        TokenFault::Says(429, None, None),
        TokenFault::Says(503, None, None),
        TokenFault::Says(500, Some("server_error"), None),
        TokenFault::Says(404, None, None),
        TokenFault::Says(400, Some("invalid_request"), None),
        TokenFault::Says(401, Some("invalid_client"), None),
        TokenFault::Says(400, Some("unauthorized_client"), None),
    ] {
        setting.pkb.next_tokens([fault]);
        setting.token_ends();
        // The worker may have been first; then it rests.
        let failed = read(&running.product, "amy").await;
        assert_eq!(failed.status, StatusCode::SERVICE_UNAVAILABLE, "{fault:?}");
        assert_eq!(stands(&running.product, "amy").await, "linked", "{fault:?}");
        setting.world.pass(SignedDuration::from_secs(6));
        let well = read(&running.product, "amy").await;
        assert_eq!(well.status, StatusCode::OK, "{fault:?}");
        refreshes += 2;
        assert_eq!(setting.pkb.refreshes(), refreshes, "{fault:?}");
    }
    assert_eq!((setting.pkb.reused(), setting.pkb.alive()), (0, 1));
    let told = setting.told("amy").await;
    assert_eq!(told, ["pending", "linked"]);
    running.stop().await;
}

#[tokio::test]
async fn a_pkb_that_cannot_be_reached_costs_nothing() {
    let setting = Setting::new().await;
    let running = setting.start().await;
    setting.link(&running, "amy", AMY).await;
    running.stop().await;
    setting.token_ends();
    let nowhere = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nowhere = format!("http://{}", {
        let address = nowhere.local_addr().unwrap();
        drop(nowhere);
        address
    });
    let away = setting
        .start_with(|config| config.pkb = Some(Setting::config_at(&nowhere)))
        .await;
    let answer = read(&away.product, "amy").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(stands(&away.product, "amy").await, "linked");
    away.stop().await;
    let running = setting.start().await;
    setting.world.pass(SignedDuration::from_secs(6));
    assert_eq!(read(&running.product, "amy").await.status, StatusCode::OK);
    assert_eq!((setting.pkb.refreshes(), setting.pkb.reused()), (1, 0));
    running.stop().await;
}

#[tokio::test]
async fn a_link_that_is_ended_during_a_flight_stays_ended() {
    let setting = Setting::new().await;
    let running = setting.start().await;
    setting.link(&running, "amy", AMY).await;
    setting.token_ends();
    setting
        .pkb
        .next_tokens([TokenFault::Slow(Duration::from_millis(300))]);
    let ends = async {
        setting
            .world
            .until("it is in the air", async || setting.pkb.refreshes() == 1)
            .await;
        let ended = running.product.delete("/v1/patients/amy/link").await;
        assert_eq!(ended.status, StatusCode::NO_CONTENT);
    };
    let (answer, ()) = tokio::join!(read(&running.product, "amy"), ends);
    assert_eq!(answer.status, StatusCode::CONFLICT);
    running.stop().await;
    assert_eq!(setting.tokens("amy").await, None);
    assert_eq!(setting.told("amy").await, ["pending", "linked", "unlinked"]);
    assert_eq!(
        setting.journal("amy").await[0].ended.as_ref().unwrap().1,
        "dropped"
    );
}

#[tokio::test]
async fn a_link_that_is_made_anew_during_a_flight_keeps_its_new_tokens() {
    let setting = Setting::new().await;
    let running = setting.start().await;
    setting.link(&running, "amy", AMY).await;
    setting.token_ends();
    setting
        .pkb
        .next_tokens([TokenFault::Slow(Duration::from_millis(500))]);
    let anew = async {
        setting
            .world
            .until("it is in the air", async || setting.pkb.refreshes() == 1)
            .await;
        let (callback, _) = setting.begin(&running, "amy", AMY).await;
        let done = result(&setting.back(&running, &callback).await).unwrap();
        assert_eq!(
            confirm(&running.product, "amy", &done).await.status,
            StatusCode::OK
        );
        let tokens = setting.tokens("amy").await.unwrap();
        // Nobody waits for the flight of the former tokens.
        assert_eq!(read(&running.product, "amy").await.status, StatusCode::OK);
        tokens
    };
    let (answer, tokens) = tokio::join!(read(&running.product, "amy"), anew);
    assert_eq!(answer.status, StatusCode::OK);
    running.stop().await;
    let after = setting.tokens("amy").await.unwrap();
    assert_eq!(
        (after.generation, after.sealed),
        (tokens.generation, tokens.sealed)
    );
    assert_eq!(setting.pkb.reused(), 0);
}

#[tokio::test]
async fn what_came_is_kept_even_if_the_database_does_not_take_it_at_once() {
    for after_commit in [false, true] {
        let mut setting = Setting::new().await;
        let flaky = Flaky::around(setting.world.store.links.clone(), after_commit);
        setting.world.store.links = flaky.clone();
        let running = setting.start().await;
        setting.link(&running, "amy", AMY).await;
        setting.token_ends();
        flaky.fail_landings(3);
        let answers = tokio::join!(read(&running.product, "amy"), read(&running.product, "amy"));
        assert_eq!(answers.0.status, StatusCode::OK, "{}", answers.0.text);
        assert_eq!(answers.1.status, StatusCode::OK);
        assert_eq!((setting.pkb.refreshes(), setting.pkb.reused()), (1, 0));
        assert_eq!(stands(&running.product, "amy").await, "linked");
        running.stop().await;
    }
}

#[tokio::test]
async fn what_could_not_be_noted_is_not_sent() {
    for after_commit in [false, true] {
        let mut setting = Setting::new().await;
        let flaky = Flaky::around(setting.world.store.links.clone(), after_commit);
        setting.world.store.links = flaky.clone();
        let running = setting.start().await;
        setting.link(&running, "amy", AMY).await;
        setting.token_ends();
        flaky.fail_calls(1);
        let failed = read(&running.product, "amy").await;
        assert_eq!(failed.status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(setting.pkb.refreshes(), 0);
        setting.world.pass(SignedDuration::from_secs(6));
        assert_eq!(read(&running.product, "amy").await.status, StatusCode::OK);
        assert_eq!((setting.pkb.refreshes(), setting.pkb.reused()), (1, 0));
        running.stop().await;
    }
}

#[tokio::test]
async fn a_clock_that_jumps_during_a_flight_loses_nothing() {
    let setting = Setting::new().await;
    let running = setting.start().await;
    setting.link(&running, "amy", AMY).await;
    setting.link(&running, "bob", BOB).await;
    setting.token_ends();
    setting
        .pkb
        .next_tokens([TokenFault::Slow(Duration::from_millis(400))]);
    let jumps = async {
        setting
            .world
            .until("it is in the air", async || setting.pkb.refreshes() == 1)
            .await;
        setting.world.pass(SignedDuration::from_hours(5));
    };
    let (answer, ()) = tokio::join!(read(&running.product, "amy"), jumps);
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert_eq!(setting.told("amy").await, ["pending", "linked"]);
    // The new token was over at once, so there may have been one more; each was sent once.
    assert_eq!(read(&running.product, "amy").await.status, StatusCode::OK);
    assert_eq!((setting.pkb.reused(), setting.pkb.alive()), (0, 2));
    running.stop().await;
}
