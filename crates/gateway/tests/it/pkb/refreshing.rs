//! Tokens are renewed once, by one, before anybody waits; what fails is tried again at a pace, and told in time.

use super::fake::{AMY, BOB, TokenFault};
use super::setting::{Setting, patient, read, stands};
use axum::http::{StatusCode, header};
use jiff::SignedDuration;
use std::time::Duration;

#[tokio::test]
async fn five_hundred_reads_on_a_token_that_is_over_do_one_refresh() {
    let setting = Setting::new().await;
    let running = setting.start().await;
    setting.link(&running, "amy", AMY).await;
    setting.token_ends();
    setting
        .pkb
        .next_tokens([TokenFault::Slow(Duration::from_millis(200))]);
    let reads = (0..500).map(|_| read(&running.product, "amy"));
    let answers = futures_util::future::join_all(reads).await;
    assert!(answers.iter().all(|answer| answer.status == StatusCode::OK));
    assert_eq!(setting.pkb.refreshes(), 1);
    assert_eq!((setting.pkb.reused(), setting.pkb.alive()), (0, 1));
    let journal = setting.journal("amy").await;
    assert_eq!(journal.len(), 1);
    assert_eq!(journal[0].ended.as_ref().unwrap().1, "renewed");
    let metrics = crate::client::Browser::new(&running.node.operators)
        .get("/metrics")
        .await;
    let line = "baton_gateway_refreshes_total{outcome=\"renewed\"} 1";
    assert!(metrics.text.contains(line), "{}", metrics.text);
    running.stop().await;
}

#[tokio::test]
async fn patients_do_not_wait_for_each_other() {
    let setting = Setting::new().await;
    let running = setting.start().await;
    setting.link(&running, "amy", AMY).await;
    setting.link(&running, "bob", BOB).await;
    setting.token_ends();
    let slow = TokenFault::Slow(Duration::from_millis(300));
    setting.pkb.next_tokens([slow, slow]);
    let (amy, bob) = tokio::join!(read(&running.product, "amy"), read(&running.product, "bob"));
    assert_eq!((amy.status, bob.status), (StatusCode::OK, StatusCode::OK));
    assert_eq!(setting.pkb.most_at_once(), 2);
    running.stop().await;
}

#[tokio::test]
async fn a_pair_that_is_used_is_renewed_before_it_is_over() {
    let setting = Setting::new().await;
    let running = setting.start().await;
    setting.link(&running, "amy", AMY).await;
    setting.link(&running, "bob", BOB).await;
    assert_eq!(read(&running.product, "amy").await.status, StatusCode::OK);
    setting.world.pass(SignedDuration::from_secs(390));
    setting.world.a_moment().await;
    assert_eq!(setting.pkb.refreshes(), 0);
    setting.world.pass(SignedDuration::from_secs(100));
    setting
        .world
        .until("the used pair is renewed", async || {
            setting.landed("amy").await == 1
        })
        .await;
    setting.world.a_moment().await;
    assert_eq!(setting.journal("amy").await.len(), 1);
    assert!(setting.journal("bob").await.is_empty());
    // Nobody has to wait now.
    assert_eq!(read(&running.product, "amy").await.status, StatusCode::OK);
    assert_eq!(setting.pkb.refreshes(), 1);
    // One that nobody uses is kept alive once a day.
    setting.world.pass(SignedDuration::from_hours(27));
    setting
        .world
        .until("both are renewed", async || {
            setting.landed("amy").await == 2 && setting.landed("bob").await == 1
        })
        .await;
    assert_eq!((setting.pkb.reused(), setting.pkb.alive()), (0, 2));
    running.stop().await;
}

#[tokio::test]
async fn many_links_that_are_due_are_renewed_eight_at_a_time() {
    let setting = Setting::new().await;
    let running = setting.start().await;
    for number in 0..20_u32 {
        let reference = format!("Patient/1d4a8b2d-f885-499f-ba51-50600312{number:04}");
        let person = super::fake::Person {
            reference: reference.leak(),
            ..AMY
        };
        setting.link(&running, &format!("p{number}"), person).await;
    }
    setting
        .pkb
        .set_tokens(Some(TokenFault::Slow(Duration::from_millis(50))));
    setting.world.pass(SignedDuration::from_hours(27));
    setting
        .world
        .until("all are renewed", async || setting.pkb.refreshes() == 20)
        .await;
    assert!(setting.pkb.most_at_once() <= 8);
    running.stop().await;
    assert_eq!((setting.pkb.reused(), setting.pkb.alive()), (0, 20));
}

#[tokio::test]
async fn pkb_is_left_alone_for_as_long_as_it_asks() {
    let setting = Setting::new().await;
    let running = setting.start().await;
    setting.link(&running, "amy", AMY).await;
    setting.token_ends();
    let busy = TokenFault::Says(429, None, Some(120));
    setting.pkb.next_tokens([busy]);
    for _ in 0..5 {
        let answer = read(&running.product, "amy").await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(answer.header(header::RETRY_AFTER), "120");
    }
    setting.world.pass(SignedDuration::from_secs(119));
    let answer = read(&running.product, "amy").await;
    assert_eq!(answer.header(header::RETRY_AFTER), "1");
    assert_eq!(setting.pkb.refreshes(), 1);
    setting.world.pass(SignedDuration::from_secs(1));
    assert_eq!(read(&running.product, "amy").await.status, StatusCode::OK);
    assert_eq!((setting.pkb.refreshes(), setting.pkb.reused()), (2, 0));
    running.stop().await;
}

#[tokio::test]
async fn a_server_that_asks_for_years_is_left_alone_for_a_day() {
    let setting = Setting::new().await;
    let running = setting.start().await;
    setting.link(&running, "amy", AMY).await;
    setting.token_ends();
    let busy = TokenFault::Says(429, None, Some(99_999_999));
    setting.pkb.next_tokens([busy]);
    let answer = read(&running.product, "amy").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.header(header::RETRY_AFTER), "86400");
    setting.world.pass(SignedDuration::from_hours(24));
    assert_eq!(read(&running.product, "amy").await.status, StatusCode::OK);
    running.stop().await;
}

#[tokio::test]
async fn what_fails_is_tried_again_by_itself_and_told_before_long() {
    let setting = Setting::new().await;
    let running = setting.start().await;
    setting.link(&running, "amy", AMY).await;
    setting
        .pkb
        .set_tokens(Some(TokenFault::Says(503, None, None)));
    setting.token_ends();
    assert_eq!(
        read(&running.product, "amy").await.status,
        StatusCode::SERVICE_UNAVAILABLE
    );
    assert_eq!(setting.told("amy").await, ["pending", "linked"]);
    for tries in 2..=4 {
        setting.world.pass(SignedDuration::from_mins(5));
        setting
            .world
            .until("it is tried again", async || {
                setting.landed("amy").await == tries
            })
            .await;
    }
    setting
        .world
        .until("it is told", async || setting.told("amy").await.len() == 3)
        .await;
    assert_eq!(
        setting.told("amy").await,
        ["pending", "linked", "at-risk: refresh-failing"]
    );
    assert_eq!(stands(&running.product, "amy").await, "linked");
    let amy = patient(&running.product, "amy").await;
    assert_eq!(amy["link"]["atRisk"]["reason"], "refresh-failing");
    setting.pkb.set_tokens(None);
    setting.world.pass(SignedDuration::from_hours(1));
    setting
        .world
        .until("it is well again", async || {
            patient(&running.product, "amy").await["link"]["atRisk"].is_null()
        })
        .await;
    assert_eq!(read(&running.product, "amy").await.status, StatusCode::OK);
    assert_eq!((setting.pkb.reused(), setting.pkb.alive()), (0, 1));
    running.stop().await;
}

#[tokio::test]
async fn a_session_whose_length_is_known_is_told_to_end_before_it_does() {
    let setting = Setting::new().await;
    let running = setting
        .start_with(|config| {
            let length = SignedDuration::from_hours(90 * 24);
            config.pkb.as_mut().unwrap().session_length = Some(length);
        })
        .await;
    setting.link(&running, "amy", AMY).await;
    setting.world.pass(SignedDuration::from_hours(80 * 24));
    setting
        .world
        .until("it is renewed", async || setting.landed("amy").await == 1)
        .await;
    setting.world.pass(SignedDuration::from_hours(36));
    setting
        .world
        .until("it is told", async || {
            setting.told("amy").await == ["at-risk: session-ending"]
        })
        .await;
    let amy = patient(&running.product, "amy").await;
    assert_eq!(amy["link"]["atRisk"]["endsAt"], "2027-02-19T12:00:00Z");
    setting.world.pass(SignedDuration::from_hours(36));
    setting
        .world
        .until("it is renewed again", async || {
            setting.landed("amy").await == 3
        })
        .await;
    setting.world.a_moment().await;
    // Once; what was told before is forgotten by now.
    assert_eq!(setting.told("amy").await, ["at-risk: session-ending"]);
    running.stop().await;
}

#[tokio::test]
async fn a_session_of_known_length_is_looked_at_when_it_should_be_over() {
    let setting = Setting::new().await;
    let running = setting
        .start_with(|config| {
            let length = SignedDuration::from_hours(90 * 24);
            config.pkb.as_mut().unwrap().session_length = Some(length);
        })
        .await;
    setting.link(&running, "amy", AMY).await;
    setting.world.pass(SignedDuration::from_hours(89 * 24 + 12));
    setting
        .world
        .until("it is renewed", async || setting.landed("amy").await == 1)
        .await;
    setting.pkb.end_sessions();
    // Half a day after a renewal nobody would look, but for the end.
    setting.world.pass(SignedDuration::from_hours(12));
    setting.world.a_moment().await;
    assert_eq!(setting.told("amy").await, ["at-risk: session-ending"]);
    setting.world.pass(SignedDuration::from_secs(31));
    setting
        .world
        .until("it is told", async || setting.told("amy").await.len() == 2)
        .await;
    assert_eq!(
        stands(&running.product, "amy").await,
        "needs-reauthorisation: session-over"
    );
    running.stop().await;
}

#[tokio::test]
async fn the_end_of_the_process_waits_for_a_flight() {
    let setting = Setting::new().await;
    let running = setting.start().await;
    setting.link(&running, "amy", AMY).await;
    setting.token_ends();
    setting
        .pkb
        .next_tokens([TokenFault::Slow(Duration::from_millis(300))]);
    let flying = read(&running.product, "amy");
    let ends = async {
        setting
            .world
            .until("it is in the air", async || setting.pkb.refreshes() == 1)
            .await;
        running.node.shutdown.begin();
        // Nothing new is begun.
        setting.world.a_moment().await;
    };
    let (answer, ()) = tokio::join!(flying, ends);
    assert_eq!(answer.status, StatusCode::OK);
    running.stop().await;
    assert_eq!(
        setting.journal("amy").await[0].ended.as_ref().unwrap().1,
        "renewed"
    );
    let next = setting.start().await;
    assert_eq!(read(&next.product, "amy").await.status, StatusCode::OK);
    assert_eq!((setting.pkb.refreshes(), setting.pkb.reused()), (1, 0));
    next.stop().await;
}
