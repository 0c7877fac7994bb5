//! `baton bench`: the figures it gives are those of requests that the platform really answered.

use crate::world::{PRACTICE, World, command};
use serde_json::Value;

/// Runs it with `--json` and gives its figures.
async fn figures(world: &World, words: &[&str]) -> Value {
    let all = [&["bench", "--warm-up", "0s"], words].concat();
    world.baton.json(&all).await["bench"].clone()
}

#[tokio::test]
async fn a_closed_loop_is_counted_by_the_platform_as_by_the_bench() {
    let world = World::start().await;
    let words = ["--count", "30", "--connections", "3"];
    let found = figures(&world, &words).await;
    assert_eq!(found["loop"], "closed");
    assert_eq!(found["accepted"], 30);
    assert_eq!(found["statuses"], serde_json::json!({ "200": 30 }));
    let spans = found["histogram"].as_array().unwrap();
    let counted: u64 = spans
        .iter()
        .map(|span| span["count"].as_u64().unwrap())
        .sum();
    assert_eq!(counted, 30);
    let at = |share: &str| found["latencyMillis"][share].as_f64().unwrap();
    assert!(0.0 < at("p50") && at("p50") <= at("p99") && at("p99") <= at("max"));
    // The trial message comes before the load.
    let inbox = world.baton.json(&["toolbar", "inbox"]).await;
    assert_eq!(inbox["messages"].as_array().unwrap().len(), 31);
}

#[tokio::test]
async fn an_open_loop_takes_the_time_that_its_rate_needs() {
    let world = World::start().await;
    let words = ["--scenario", "status", "--rate", "50", "--duration", "1s"];
    let found = figures(&world, &words).await;
    assert_eq!(found["loop"], "open");
    let accepted = found["accepted"].as_u64().unwrap();
    let missed = found["notStarted"].as_u64().unwrap();
    assert_eq!(accepted + missed, 50, "{found}");
    assert!(found["elapsedSeconds"].as_f64().unwrap() > 0.9, "{found}");
    assert!(found["latenessMillis"]["p99"].is_number());
}

#[tokio::test]
async fn instant_messages_of_a_test_reach_the_record() {
    let world = World::start().await;
    let found = figures(&world, &["--scenario", "instant", "--count", "5"]).await;
    assert_eq!(found["accepted"], 5);
    let found = figures(&world, &["--scenario", "token", "--count", "5"]).await;
    assert_eq!(found["accepted"], 5);
    crate::world::wait::until("all six are imported", async || {
        world.records.walk("DocumentReference").await.len() == 6
    })
    .await;
}

#[tokio::test]
async fn a_large_message_arrives_whole() {
    let world = World::start().await;
    let words = ["--scenario", "large", "--count", "1", "--patience", "60s"];
    let found = figures(&world, &words).await;
    assert_eq!(found["accepted"], 1);
    let sizes = super::blobs(&world)
        .into_iter()
        .map(|blob| blob.metadata().unwrap().len());
    let large = sizes.filter(|size| *size >= 5 * 1024 * 1024).count();
    assert_eq!(large, 10);
}

#[tokio::test]
async fn a_refusal_is_told_in_the_servers_words_before_any_load() {
    let world = World::start().await;
    let said = world.baton.run(&["bench", "--practice", "NOSUCH"]).await;
    assert_eq!(said.code, 4, "{}", said.err);
    assert!(said.err.contains("Unknown Recipient"), "{}", said.err);
    let said = world.baton.run(&["bench", "--api-key", "no-key"]).await;
    assert_eq!(said.code, 4, "{}", said.err);
}

#[tokio::test]
async fn figures_are_saved_and_read_well_in_80_columns() {
    let world = World::start().await;
    let file = world.data().join("figures.json");
    let save = ["bench", "--count", "5", "--save", file.to_str().unwrap()];
    let said = world.baton.run(&save).await;
    assert_eq!(said.code, 0, "{}", said.err);
    for words in ["p99.9", "answered in", "5 ", PRACTICE] {
        assert!(said.out.contains(words), "{words}: {}", said.out);
    }
    assert!(
        said.out.lines().all(|line| line.chars().count() <= 80),
        "{}",
        said.out
    );
    let saved: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    assert_eq!(saved["bench"]["accepted"], 5);
}

#[tokio::test]
async fn another_machine_is_not_loaded_without_a_yes() {
    let there = ["--url", "http://192.0.2.1", "--api-key", "k"];
    let what = ["--practice", PRACTICE, "--patient", "9547852140"];
    let said = command::run(&[&["bench"], &there[..], &what[..]].concat()).await;
    assert_eq!(said.code, 2, "{}", said.err);
    assert!(said.err.contains("--yes"), "{}", said.err);
    let short = command::run(&[&["bench"], &there[..]].concat()).await;
    assert_eq!(short.code, 2, "{}", short.err);
    assert!(short.err.contains("--practice"), "{}", short.err);
}

#[tokio::test]
async fn nobody_there_is_said_with_the_code_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let said = command::Baton::on(folder.path()).run(&["bench"]).await;
    assert_eq!(said.code, 3, "{}", said.err);
    assert!(said.err.contains("baton up"), "{}", said.err);
}
