//! `baton up` and the small commands, as a person or a script meets them.

use crate::world::{World, command};
use std::time::Duration;

/// What an idle environment may take, as the issue promises.
const MOST_MEMORY: u64 = 60_000_000;

#[tokio::test]
async fn doctor_finds_a_running_environment_good() {
    let world = World::start().await;
    let said = world.baton.run(&["doctor", "--json"]).await;
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    let checks = said.json_if_any().unwrap();
    let checks = checks.as_array().unwrap();
    assert!(checks.len() >= 6, "{checks:?}");
    for check in checks {
        // A test machine's disk may be nearly full; that is no fault of ours.
        assert!(
            check["verdict"] == "good" || check["check"] == "disk",
            "{check}"
        );
    }
}

#[tokio::test]
async fn doctor_says_what_to_do_when_nothing_runs() {
    let folder = tempfile::tempdir().unwrap();
    let said = command::Baton::on(folder.path()).run(&["doctor"]).await;
    assert_eq!(said.code, 1, "{}", said.out);
    assert!(said.out.contains("baton up"), "{}", said.out);
}

#[tokio::test]
async fn a_second_up_on_the_same_folder_is_refused_in_words() {
    let world = World::start().await;
    let said = world.baton.run(&crate::world::UP).await;
    assert_eq!(said.code, 4, "{}", said.err);
    assert!(said.err.contains("another server runs on"), "{}", said.err);
    assert!(said.err.contains("--data-dir"), "{}", said.err);
    assert_eq!(world.integrator.get("/api/v1/test").await.status, 200);
}

#[tokio::test]
async fn completions_are_printed_for_a_shell() {
    let said = command::run(&["completions", "bash"]).await;
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(said.out.contains("complete -F _baton"), "{}", said.out);
    assert!(said.out.contains("issue-key"));
    let unknown = command::run(&["completions", "notashell"]).await;
    assert_eq!(unknown.code, 2);
}

#[tokio::test]
async fn the_demo_plays_to_its_end_on_a_running_environment() {
    let world = World::start().await;
    let played = world.baton.json(&["demo"]).await;
    assert_eq!(played["demo"]["status"]["status"], "COMPLETED");
    assert_eq!(played["demo"]["documents"], 4);
    let told = played["demo"]["webhooks"].as_array().unwrap();
    assert!(told.contains(&"message.accepted".into()), "{told:?}");
    // A second one waits for a person.
    let waiting = played["demo"]["waiting"].as_str().unwrap();
    let waits = "accepted / PENDING / Awaiting review";
    world.product.until(waiting, waits).await;
    world.reference(waiting).await;
    // Its second act: a patient connects, is told of, and stays to be looked at.
    let patient = &played["demo"]["patient"];
    let id = patient["appUserId"].as_str().unwrap();
    println!(
        "from approve to linked: {} ms",
        patient["approveToLinkedMillis"]
    );
    let told = ["patient.pending", "patient.linked"];
    assert_eq!(patient["webhooks"], serde_json::json!(told));
    let linked = world.product.patient(id).await;
    assert_eq!(linked["link"]["state"], "linked", "{linked}");
    assert_eq!(linked["link"]["publicId"], patient["publicId"]);
    // Again: whoever is linked so far makes room.
    let again = world.baton.json(&["demo"]).await;
    let again = again["demo"]["patient"]["appUserId"].as_str().unwrap();
    assert_eq!(world.product.link_state(again).await, "linked");
    // The listener of the demo is gone, and so is its endpoint.
    let left = world.product.get("/v1/webhooks").await.json();
    assert_eq!(left["webhooks"], serde_json::json!([]));
}

#[tokio::test]
async fn an_idle_environment_is_ready_at_once_small_and_ends_well() {
    let mut world = World::start().await;
    let started = world.ready["startedInSeconds"].as_f64().unwrap();
    // Some seconds without work, as long as it takes for memory to be what it stays.
    tokio::time::sleep(Duration::from_secs(3)).await;
    let status = std::fs::read_to_string(format!("/proc/{}/status", world.program.pid()));
    let status = status.unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kibibytes: u64 = line
        .unwrap()
        .trim()
        .trim_end_matches(" kB")
        .parse()
        .unwrap();
    let bytes = kibibytes * 1024;
    println!(
        "ready after {started:.3} s; {} MB resident when idle",
        bytes / 1_000_000
    );
    if cfg!(not(debug_assertions)) {
        assert!(bytes < MOST_MEMORY, "{bytes} bytes");
        assert!(started < 1.0, "{started} s");
    }
    let ended = world.program.end().expect("it had to be killed");
    assert_eq!(ended.code(), Some(0), "{}", world.program.log_text());
}
