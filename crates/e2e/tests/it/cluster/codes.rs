//! Access codes on several nodes: made at one, exchanged at another, used once however many ask.

use super::nodes::{Cluster, NODES};
use futures_util::future::join_all;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL and an S3 server: scripts/test cluster"]
async fn a_code_made_at_one_node_is_good_once_at_another() {
    let cluster = Cluster::start().await;
    let desk = cluster.desk().await;
    let (integrator, _) = cluster.client("Kestrel Lane Pharmacy").await;
    let code = cluster.code(&desk, 0).await;
    let second = integrator.at(&cluster.url(1));
    let token = second.exchange(&code).await;
    for url in cluster.urls() {
        let node = integrator.at(&url);
        assert_eq!(node.verify(&token).await.status, 200);
        let again = node.try_code(&code).await;
        assert_eq!(again.faults(), ["accessCode"]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL and an S3 server: scripts/test cluster"]
async fn of_those_who_race_for_a_code_at_three_nodes_one_gets_it() {
    let cluster = Cluster::start().await;
    let desk = cluster.desk().await;
    for round in 0..12 {
        // Who loses has guessed wrong, so that each round is another's.
        let (integrator, _) = cluster.client(&format!("Pharmacy {round}")).await;
        let code = cluster.code(&desk, round % NODES).await;
        let nodes = cluster.urls().map(|url| integrator.at(&url));
        let tries = nodes.iter().map(|node| node.try_code(&code));
        let mut statuses: Vec<_> = join_all(tries)
            .await
            .iter()
            .map(|answer| answer.status)
            .collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 400, 400], "round {round}");
    }
    assert_eq!(cluster.count("SELECT count(*) FROM platform.token"), 12);
    assert_eq!(
        cluster.count("SELECT count(*) FROM platform.access_code"),
        0
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL and an S3 server: scripts/test cluster"]
async fn five_wrong_codes_over_three_nodes_stop_a_client_at_all_of_them() {
    let cluster = Cluster::start().await;
    let desk = cluster.desk().await;
    let (integrator, _) = cluster.client("Kestrel Lane Pharmacy").await;
    let (other, _) = cluster.client("Another Pharmacy").await;
    let nodes = cluster.urls().map(|url| integrator.at(&url));
    // All at the same moment.
    let tries = (0..18).map(|number| {
        let node = &nodes[number % NODES];
        async move { node.try_code(&format!("AAAAAA{:02}", 10 + number)).await }
    });
    let answers = join_all(tries).await;
    let wrong = answers.iter().filter(|answer| answer.status == 400).count();
    let stopped = answers.iter().filter(|answer| answer.status == 429).count();
    assert_eq!((wrong, stopped), (5, 13), "{answers:?}");
    let good = cluster.code(&desk, 0).await;
    for node in &nodes {
        let answer = node.try_code(&good).await;
        assert_eq!(answer.status, 429, "{answer:?}");
    }
    // Nobody else is.
    other.exchange(&good).await;
}
