//! Two versions of the program on one database: the older goes on while the newer one's tables are made, and
//! none touches tables that it does not know.

use super::nodes::{Cluster, NODES};
use crate::world::message::small;

/// Steps of a later version, which this program does not have.
fn later(cluster: &Cluster, works_with: &str) -> usize {
    let number = cluster.count("SELECT max(version) FROM platform.schema_version") + 1;
    cluster.sql(&format!(
        "INSERT INTO platform.schema_version (version, name, works_with) \
         SELECT {number}, 'later_{number}', {works_with}"
    ));
    number
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL and an S3 server: scripts/test cluster"]
async fn an_older_program_goes_on_beside_tables_that_it_can_work_with_and_refuses_others() {
    let mut cluster = Cluster::start().await;
    let desk = cluster.desk().await;
    let (integrator, _) = cluster.client("Kestrel Lane Pharmacy").await;
    let token = cluster.token(&desk, &integrator).await;
    let known = cluster.count("SELECT max(version) FROM platform.schema_version");

    // What a newer program's `db migrate` leaves: a table more, with which older ones still work.
    cluster.sql("CREATE TABLE platform.of_a_later_version (n int)");
    later(&cluster, &known.to_string());
    for url in cluster.urls() {
        let node = integrator.at(&url);
        node.sent(&token, &small(&format!("marker-{url}"))).await;
    }
    // It can be started, too; and by hand there is nothing to do.
    cluster.end(2);
    cluster.launch(2);
    cluster.ready(2);
    let node = integrator.at(&cluster.url(2));
    node.sent(&token, &small("marker-of-the-old-one")).await;
    let migrated = cluster.operator.run(&["db", "migrate"]).await;
    assert_eq!(migrated.code, 0, "{}", migrated.err);

    // One with which it cannot work.
    let number = later(&cluster, &(known + 1).to_string());
    let mut refused = cluster.program(NODES, "refused.log");
    let ended = refused.ready_or_ended().expect_err("it started");
    assert_ne!(ended.code(), Some(0));
    let said = refused.log_text();
    println!("{said}");
    assert!(said.contains(&number.to_string()), "{said}");
    let migrated = cluster.operator.run(&["db", "migrate"]).await;
    assert_ne!(migrated.code, 0, "{}", migrated.out);
    // Those that run were there first; an operator ends them in their turn.
    node.sent(&token, &small("marker-of-the-last")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL and an S3 server: scripts/test cluster"]
async fn a_newer_program_says_what_to_do_on_older_tables() {
    let cluster = Cluster::start().await;
    cluster.sql(
        "DELETE FROM platform.schema_version
         WHERE version = (SELECT max(version) FROM platform.schema_version)",
    );
    let mut refused = cluster.program(NODES, "refused.log");
    let ended = refused.ready_or_ended().expect_err("it started");
    assert_ne!(ended.code(), Some(0));
    let said = refused.log_text();
    println!("{said}");
    assert!(said.contains("baton db migrate"), "{said}");
}
