//! The same message at several nodes at the same moment is one message.

use super::counted;
use super::nodes::{Cluster, LARGE, NODES};
use crate::world::message::{self, attachment, instant, small};
use crate::world::samples::pdf_of;
use futures_util::future::join_all;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL and an S3 server: scripts/test cluster"]
async fn a_message_sent_to_three_nodes_at_once_is_one_message() {
    let cluster = Cluster::start().await;
    let desk = cluster.desk().await;
    let (integrator, _) = cluster.client("Kestrel Lane Pharmacy").await;
    let token = cluster.token(&desk, &integrator).await;
    let nodes = cluster.urls().map(|url| integrator.at(&url));
    let mut ids = Vec::new();
    for round in 0..20_u64 {
        let message = if round % 4 == 0 {
            let bytes = pdf_of(LARGE, round);
            instant(vec![attachment("application/pdf", "Letter.pdf", &bytes)])
        } else {
            small(&format!("marker-{round}"))
        };
        // Twice at each, side by side.
        let tries = (0..2 * NODES).map(|n| nodes[n % NODES].send(&token, &message));
        for answer in join_all(tries).await {
            assert_eq!(answer.status, 200, "{answer:?}");
        }
        ids.push(message::id(&message));
    }
    let inbox = desk.inbox().await;
    let shown: Vec<_> = inbox
        .iter()
        .map(|message| message["messageId"].as_str().unwrap())
        .collect();
    assert_eq!(shown, ids, "in the order of their acceptance, each once");
    counted::database(&cluster, ids.len()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL and an S3 server: scripts/test cluster"]
async fn of_three_messages_with_one_id_one_is_taken() {
    let cluster = Cluster::start().await;
    let desk = cluster.desk().await;
    let (integrator, _) = cluster.client("Kestrel Lane Pharmacy").await;
    let token = cluster.token(&desk, &integrator).await;
    let nodes = cluster.urls().map(|url| integrator.at(&url));
    for round in 0..10 {
        let id = message::new_id();
        let messages: Vec<_> = (0..NODES)
            .map(|node| {
                let mut message = small(&format!("marker-{round}-{node}"));
                message["messageId"] = id.clone().into();
                message
            })
            .collect();
        let tries = nodes.iter().zip(&messages);
        let tries = tries.map(|(node, message)| node.send(&token, message));
        let answers = join_all(tries).await;
        let mut statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
        let taken = statuses.iter().position(|&status| status == 200).unwrap();
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409, 409], "{answers:?}");
        // Which it was, every node knows.
        for node in &nodes {
            assert_eq!(node.send(&token, &messages[taken]).await.status, 200);
        }
    }
    counted::database(&cluster, 10).await;
}
