//! Endpoints beside each other, and the end of a node.

use super::desk::Desk;
use super::endpoint::Endpoint;
use std::collections::HashSet;
use std::time::Duration;

#[tokio::test]
async fn an_endpoint_that_never_answers_holds_up_only_itself() {
    let desk = Desk::new().await;
    let (stuck, lively) = (Endpoint::new().await, Endpoint::new().await);
    stuck.will_hold();
    desk.add(&stuck.url()).await;
    desk.add(&lively.url()).await;
    for user in 0..60 {
        desk.happen(&format!("user-{user}")).await;
    }
    let posts = lively.after(60).await;
    let ids: HashSet<&str> = posts.iter().map(|post| post.header("webhook-id")).collect();
    assert_eq!((posts.len(), ids.len()), (60, 60));
    assert_eq!(stuck.after(4).await.len(), 4);
    desk.pause().await;
    assert_eq!(stuck.most_held(), 4);
}

#[tokio::test]
async fn a_node_ends_in_time_and_leaves_what_it_owes_to_the_next() {
    let (mut desk, endpoint) = (Desk::new().await, Endpoint::new().await);
    let told = desk.add(&endpoint.url()).await;
    endpoint.will_hold();
    desk.happen("dr-okafor").await;
    endpoint.after(1).await;
    // Long before the endpoint would have answered.
    let stopped = tokio::time::timeout(Duration::from_secs(60), desk.stop()).await;
    assert!(stopped.is_ok());
    let desk = desk.again(true).await;
    // Its lease is still held.
    desk.pause().await;
    assert_eq!(endpoint.posts().len(), 1);
    desk.wait(jiff::SignedDuration::from_secs(61));
    endpoint.after(2).await;
    let owed = desk.delivery_once(&told, |_| true).await;
    assert_eq!(owed["state"], "owed");
}
