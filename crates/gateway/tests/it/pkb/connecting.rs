//! A connection to PKB is made before the journal says that a token may be spent.

use super::fake::AMY;
use super::setting::{Setting, id, read, stands};
use crate::client::Product;
use axum::http::StatusCode;
use jiff::SignedDuration;
use model::pkb_link::refresh::LEASE;
use std::time::Duration;
use tokio::net::TcpListener;

/// A linked patient whose token is over.
async fn over() -> Setting {
    let setting = Setting::new().await;
    let running = setting.start().await;
    setting.link(&running, "amy", AMY).await;
    running.stop().await;
    setting.token_ends();
    setting
}

#[tokio::test]
async fn a_connection_that_does_not_come_about_is_no_call() {
    let setting = over().await;
    // It takes connections, and says nothing of TLS.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    let away = setting
        .start_with(|config| config.pkb = Some(Setting::config_at(&url)))
        .await;
    let connecting = async {
        setting
            .world
            .until("it is connecting", async || {
                !setting.journal("amy").await.is_empty()
            })
            .await;
        let line = setting.journal("amy").await.remove(0);
        assert_eq!((line.called_at, line.ended), (None, None));
    };
    let (answer, ()) = tokio::join!(read(&away.product, "amy"), connecting);
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    let line = setting.journal("amy").await.remove(0);
    assert_eq!(line.called_at, None);
    assert_eq!(line.ended.unwrap().1, "not-spent");
    assert_eq!(stands(&away.product, "amy").await, "linked");
    away.stop().await;
}

#[tokio::test]
async fn a_node_that_never_gets_through_costs_no_link() {
    let setting = over().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    let away = setting
        .start_with(|config| {
            let mut pkb = Setting::config_at(&url);
            pkb.patience.connect = Duration::from_secs(30);
            pkb.patience.whole = Duration::from_secs(60);
            config.pkb = Some(pkb);
        })
        .await;
    let product = Product {
        router: away.node.router.clone(),
        bearer: away.product.bearer.clone(),
    };
    let waits = tokio::spawn(async move { read(&product, "amy").await });
    setting
        .world
        .until("it is connecting", async || {
            !setting.journal("amy").await.is_empty()
        })
        .await;
    // Its lease ends, and another node does better.
    setting.world.pass(LEASE + SignedDuration::from_secs(1));
    let running = setting.start().await;
    assert_eq!(read(&running.product, "amy").await.status, StatusCode::OK);
    assert_eq!((setting.pkb.refreshes(), setting.pkb.reused()), (1, 0));
    // What the first one waited for is refused, and it may not send any more.
    drop(listener);
    waits.await.unwrap();
    assert_eq!((setting.pkb.refreshes(), setting.pkb.reused()), (1, 0));
    let flights = setting.world.store.links.flights(&id("amy"), 10).await;
    let outcomes: Vec<_> = flights
        .unwrap()
        .into_iter()
        .map(|line| line.ended.unwrap().1)
        .collect();
    assert_eq!(outcomes, ["renewed", "freed"]);
    assert_eq!(setting.told("amy").await, ["pending", "linked"]);
    running.stop().await;
    away.stop().await;
}
