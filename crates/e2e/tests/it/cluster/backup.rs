//! A backup of three nodes' data while they take messages, brought back to another database and another
//! prefix of the bucket.

use super::nodes::{Cluster, DATABASE};
use crate::journeys::backup::{Sent, fetched, flip, load, private, some_waiting, statuses};
use crate::world::PRACTICE;
use crate::world::command::Baton;
use crate::world::partner::standing;
use crate::world::pc::{Desk, Pc};
use crate::world::program::Program;
use reqwest::Method;
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use testdb::url_of;

/// Takes one of the messages, and says that it is in the record.
async fn complete(desk: &Desk, sent: &mut Sent) -> String {
    let inbox = desk.inbox().await;
    let (reference, id) = inbox
        .iter()
        .map(|message| (message["messageRef"].clone(), message["messageId"].clone()))
        .next()
        .unwrap();
    let (reference, id) = (reference.as_str().unwrap(), id.as_str().unwrap());
    let claim = json!({ "mode": "review" });
    let path = format!("/messages/{reference}/claim");
    let claimed = desk.call(Method::POST, &path, Some(claim)).await;
    assert_eq!(claimed.status, 200, "{claimed:?}");
    let fence = json!({ "fence": claimed.json()["fence"] });
    let path = format!("/messages/{reference}/complete");
    let done = desk.call(Method::POST, &path, Some(fence)).await;
    assert_eq!(done.status, 200, "{done:?}");
    sent.remove(id);
    id.to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL and an S3 server: scripts/test cluster"]
async fn a_backup_of_a_cluster_under_load_brings_back_every_message_acknowledged_before() {
    let cluster = Cluster::start_with_standby().await;
    let desk = cluster.desk().await;
    let (integrator, _) = cluster.client("Kestrel Lane Pharmacy").await;
    let mut waiting = some_waiting(&integrator).await;
    let completed = complete(&desk, &mut waiting).await;
    let ids: Vec<_> = waiting.keys().chain([&completed]).cloned().collect();
    let before = statuses(&integrator, &ids).await;

    let stop = Arc::new(AtomicBool::new(false));
    let sending = tokio::spawn(load(integrator.clone(), Arc::clone(&stop)));
    let to = cluster.place("backup");
    let folder = to.to_str().unwrap();
    let taken = cluster.operator.json(&["backup", "--to", folder]).await;
    stop.store(true, Ordering::Relaxed);
    let meanwhile = sending.await.unwrap();
    let copied = taken["backup"]["messages"].as_u64().unwrap();
    println!("{copied} messages copied; {meanwhile} sent meanwhile: {taken}");
    assert!(
        copied >= 6 && taken["backup"]["blobs"].as_u64().unwrap() >= 3,
        "{taken}"
    );
    private(&to);

    cluster.primary.create_database("restored").unwrap();
    let mut environment = cluster.s3.variables();
    environment.extend([
        (
            "BATON_DATABASE_URL".to_owned(),
            url_of(&[&cluster.primary], "restored"),
        ),
        (
            "BATON_BLOB_URL".to_owned(),
            format!("{}/restored", cluster.s3.url()),
        ),
    ]);
    let place = cluster.place("restored");
    let operator = Baton::on(&place).with(&environment);
    let restore = ["restore", "--from", folder];
    for file in [to.join("database.dump"), to.join("blobs.txt")] {
        flip(&file);
        let said = operator.run(&restore).await;
        assert_eq!(said.code, 4, "{}", said.err);
        assert!(said.err.contains("has changed"), "{}", said.err);
        flip(&file);
    }
    let brought = operator.json(&restore).await;
    assert_eq!(brought["restored"]["messages"], copied);
    let rows = |database: &str, table: &str| {
        let count = format!("SELECT count(*) FROM platform.{table}");
        cluster.primary.sql(database, &count).unwrap()
    };
    assert_eq!(rows("restored", "message"), copied.to_string());
    assert_eq!(rows("restored", "practice"), rows(DATABASE, "practice"));
    let verified = operator.json(&["platform", "audit", "verify"]).await;
    assert!(verified["brokenAt"].is_null(), "{verified}");
    let twice = operator.run(&restore).await;
    assert_eq!(twice.code, 4, "{}", twice.err);
    assert!(twice.err.contains("empty place"), "{}", twice.err);

    let words = ["platform", "serve", "--listen", "127.0.0.1:0", "--json"];
    let words = [&words[..], &["--data-dir", place.to_str().unwrap()]].concat();
    let words: Vec<_> = words.into_iter().map(str::to_owned).collect();
    let variables: Vec<_> = environment
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    let log = cluster.place("restored.log");
    let node = Program::start(&words, &variables, &log, cluster.watch.clone());
    let url = node.ready()["url"].as_str().unwrap().to_owned();
    let integrator = integrator.at(&url);
    let after = statuses(&integrator, &ids).await;
    assert!(before == after, "{before:?}\n{after:?}");
    assert_eq!(standing(&after[&completed]), standing(&before[&completed]));
    let pc = Pc::register_by(&operator, &cluster.http, &url, PRACTICE).await;
    fetched(&pc, &waiting).await;
    let newest =
        "SELECT max(place) > (SELECT forgotten FROM platform.feed_state) FROM platform.feed";
    // The registration and what followed told nobody; a message does.
    some_waiting(&integrator).await;
    assert_eq!(cluster.primary.sql("restored", newest).unwrap(), "t");
    let doctor = operator.run(&["doctor", "--json"]).await;
    assert_eq!(doctor.code, 0, "{}", doctor.out);
}
