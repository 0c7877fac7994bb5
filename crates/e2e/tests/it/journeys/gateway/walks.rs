//! The five-minute walks of the documentation, run as they are written.

use crate::world::World;
use crate::world::executable::repository;
use crate::world::listener::Listener;
use std::process::{Output, Stdio};
use std::time::Duration;
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

const WITHIN: Duration = Duration::from_secs(120);

/// Runs a program of the walks' folder; `None` when this machine has no such program.
async fn run(program: &str, words: &[&str], world: &World, input: &[u8]) -> Option<Output> {
    let mut child = Command::new(program)
        .args(words)
        .current_dir(repository().join("docs/walks"))
        .env("BATON_SDK", world.data().join("sdk"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .ok()?;
    let mut pipe = child.stdin.take().unwrap();
    pipe.write_all(input).await.unwrap();
    drop(pipe);
    let ended = tokio::time::timeout(WITHIN, child.wait_with_output()).await;
    Some(ended.expect("the walk takes too long").unwrap())
}

async fn walk(program: &str, file: &str, says: &[&str]) {
    let world = World::start().await;
    let Some(output) = run(program, &[file], &world, b"").await else {
        println!("{file} was not run: there is no {program} here");
        return;
    };
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let complained = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{file}: {said}{complained}");
    for words in says {
        assert!(
            said.contains(words),
            "{file} did not say `{words}`: {said}{complained}"
        );
    }
    // It is in the record, and the walk left no endpoint behind.
    let list = world.product.get("/v1/messages").await.json();
    let id = list["messages"][0]["messageId"].as_str().unwrap();
    assert_eq!(world.records.documents_of(id).await.len(), 1);
    let left = world.product.get("/v1/webhooks").await.json();
    assert_eq!(left["webhooks"].as_array().unwrap().len(), 0);
}

#[tokio::test]
async fn the_walk_with_curl_leads_into_the_record() {
    walk(
        "bash",
        "walk.sh",
        &["authorised:", "queued:", "in the record:", "COMPLETED"],
    )
    .await;
}

#[tokio::test]
async fn the_walk_in_python_leads_into_the_record() {
    walk(
        "python3",
        "walk.py",
        &[
            "webhook: message.accepted",
            "COMPLETED Imported automatically",
        ],
    )
    .await;
}

#[tokio::test]
async fn the_walk_in_javascript_leads_into_the_record() {
    walk(
        "node",
        "walk.mjs",
        &[
            "webhook: message.accepted",
            "COMPLETED Imported automatically",
        ],
    )
    .await;
}

#[tokio::test]
async fn the_walk_of_a_patient_links_reads_and_ends() {
    let world = World::start().await;
    let output = run("bash", &["patient.sh"], &world, b"").await.unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let complained = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}{complained}");
    for words in [
        "link: linked",
        "NHS number: 999 644 4368",
        "read: Patient/",
        "link: unlinked",
    ] {
        assert!(said.contains(words), "no `{words}`: {said}{complained}");
    }
    let left = world.product.get("/v1/patients").await.json();
    assert_eq!(left["patients"], serde_json::json!([]));
}

#[tokio::test]
async fn a_webhook_is_checked_with_openssl_alone() {
    let world = World::start().await;
    let listener = Listener::start().await;
    let added = serde_json::json!({ "url": listener.url });
    let added = world.product.post("/v1/webhooks", &added).await.json();
    let secret = added["secret"].as_str().unwrap();
    listener.trust(secret);
    let webhook = added["webhookId"].as_str().unwrap();
    world
        .baton
        .json(&["gateway", "webhook", "test", webhook])
        .await;
    crate::world::wait::until("a test comes", async || !listener.posts().is_empty()).await;
    let post = listener.posts().remove(0);
    assert_eq!(post.event["type"], "webhook.test");
    let words = [
        "verify.sh",
        secret,
        &post.id,
        &post.timestamp,
        &post.signature,
    ];
    let Some(output) = run("bash", &words, &world, &post.body).await else {
        println!("not run: there is no bash here");
        return;
    };
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let changed = post.body.to_vec().to_ascii_uppercase();
    let output = run("bash", &words, &world, &changed).await.unwrap();
    assert!(!output.status.success());
}
