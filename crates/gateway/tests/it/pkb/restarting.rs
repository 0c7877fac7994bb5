//! A process that died in the middle of a renewal.

use super::fake::AMY;
use super::setting::{Setting, id, read, stands};
use axum::http::StatusCode;
use jiff::SignedDuration;
use model::Clock as _;
use model::pkb_link::refresh::LEASE;
use store::gateway::Flight;

/// A flight of a process that has died, before or after it noted its call.
async fn left_behind(setting: &Setting, called: bool) {
    let links = &setting.world.store.links;
    let now = setting.world.clock.now();
    let generation = setting.tokens("amy").await.unwrap().generation;
    let amy = id("amy");
    let taken = links
        .take_flight("gateway", &amy, generation, "the dead", now, now + LEASE)
        .await
        .unwrap();
    let Flight::Yours { fence, .. } = taken else {
        panic!("{taken:?}");
    };
    if called {
        assert!(links.calling(&amy, fence, now).await.unwrap());
    }
}

async fn linked() -> Setting {
    let setting = Setting::new().await;
    let running = setting.start().await;
    setting.link(&running, "amy", AMY).await;
    running.stop().await;
    setting.token_ends();
    setting
}

#[tokio::test]
async fn who_died_before_the_call_lost_nothing() {
    let setting = linked().await;
    left_behind(&setting, false).await;
    let running = setting.start_with(|config| config.sole_node = true).await;
    assert_eq!(read(&running.product, "amy").await.status, StatusCode::OK);
    assert_eq!((setting.pkb.refreshes(), setting.pkb.reused()), (1, 0));
    assert_eq!(setting.told("amy").await, ["pending", "linked"]);
    running.stop().await;
}

#[tokio::test]
async fn who_died_after_the_call_began_leaves_it_to_the_patient() {
    let setting = linked().await;
    left_behind(&setting, true).await;
    let running = setting.start_with(|config| config.sole_node = true).await;
    assert_eq!(
        read(&running.product, "amy").await.status,
        StatusCode::CONFLICT
    );
    assert_eq!(
        stands(&running.product, "amy").await,
        "needs-reauthorisation: answer-lost"
    );
    assert_eq!(setting.pkb.refreshes(), 0);
    setting.link(&running, "amy", AMY).await;
    assert_eq!(read(&running.product, "amy").await.status, StatusCode::OK);
    running.stop().await;
}

#[tokio::test]
async fn where_there_are_other_nodes_the_lease_is_waited_for() {
    for called in [false, true] {
        let setting = linked().await;
        left_behind(&setting, called).await;
        let running = setting.start().await;
        setting.world.a_moment().await;
        assert_eq!(stands(&running.product, "amy").await, "linked");
        setting.world.pass(SignedDuration::from_secs(61));
        let status = read(&running.product, "amy").await.status;
        let (then, refreshes) = if called {
            (StatusCode::CONFLICT, 0)
        } else {
            (StatusCode::OK, 1)
        };
        assert_eq!((status, setting.pkb.refreshes()), (then, refreshes));
        assert_eq!(setting.pkb.reused(), 0);
        running.stop().await;
    }
}

#[tokio::test]
async fn a_flight_that_nobody_asks_about_is_settled_too() {
    let setting = linked().await;
    left_behind(&setting, true).await;
    let running = setting.start().await;
    setting.world.pass(SignedDuration::from_secs(61));
    setting
        .world
        .until("it is told", async || setting.told("amy").await.len() == 3)
        .await;
    assert_eq!(setting.pkb.refreshes(), 0);
    running.stop().await;
}
