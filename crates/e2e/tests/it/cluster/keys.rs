//! What an operator ends by the command line ends at every node at once.

use super::nodes::{Cluster, NODES};
use crate::world::partner::Integrator;
use std::time::Duration;
use tokio::time::{Instant, sleep};
use wire::paths::partner::TEST;

/// A node knows it for no longer than this.
const ENDS_WITHIN: Duration = Duration::from_secs(1);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL and an S3 server: scripts/test cluster"]
async fn a_key_that_was_revoked_ends_at_every_node_within_a_second() {
    let cluster = Cluster::start().await;
    for round in 0..5 {
        let (integrator, id) = cluster.client(&format!("Pharmacy {round}")).await;
        let nodes = cluster.urls().map(|url| integrator.at(&url));
        // Each has it in its memory.
        for _ in 0..3 {
            for node in &nodes {
                assert_eq!(node.get(TEST).await.status, 200);
            }
        }
        let keys = cluster
            .operator
            .json(&["platform", "key", "list", &id])
            .await;
        let key = keys[0]["keyId"].as_str().unwrap();
        let revoke = ["platform", "key", "revoke", key];
        cluster.operator.json(&revoke).await;
        ends(&nodes, 401).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL and an S3 server: scripts/test cluster"]
async fn a_client_that_was_disabled_is_refused_by_every_node_within_a_second() {
    let cluster = Cluster::start().await;
    let (integrator, id) = cluster.client("Kestrel Lane Pharmacy").await;
    let nodes = cluster.urls().map(|url| integrator.at(&url));
    for node in &nodes {
        assert_eq!(node.get(TEST).await.status, 200);
    }
    let disable = ["platform", "client", "disable", &id];
    cluster.operator.json(&disable).await;
    ends(&nodes, 403).await;
    let enable = ["platform", "client", "enable", &id];
    cluster.operator.json(&enable).await;
    ends(&nodes, 200).await;
}

/// Every node answers so within the second, and goes on to.
async fn ends(nodes: &[Integrator; NODES], status: u16) {
    let begun = Instant::now();
    for node in nodes {
        while node.get(TEST).await.status != status {
            assert!(begun.elapsed() < ENDS_WITHIN, "{}", node.base);
            sleep(Duration::from_millis(10)).await;
        }
    }
    for node in nodes {
        assert_eq!(node.get(TEST).await.status, status);
    }
}
