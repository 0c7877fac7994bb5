//! Two gateways on one database: what one takes the other sends, each message once, whoever dies.

use crate::world::command::Baton;
use crate::world::listener::Listener;
use crate::world::product::Product;
use crate::world::program::Program;
use crate::world::proxy::{Mood, Proxy};
use crate::world::watch::Watch;
use crate::world::{UP, World, wait};
use serde_json::json;
use std::collections::BTreeMap;
use std::time::Duration;
use testdb::{Postgres, Settings};

/// A node, and the product at it.
struct Node {
    program: Program,
    product: Product,
}

/// A dead node's lease, and time to send.
const TAKEN_OVER_WITHIN: Duration = Duration::from_secs(240);
const PATIENTS: [&str; 3] = ["9547852140", "9999561152", "9992110430"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL: scripts/test cluster"]
async fn two_gateways_on_one_database_send_each_message_once() {
    let world = World::start().await;
    let postgres = Postgres::start(&Settings::default()).unwrap();
    let url = postgres.create_database("gateway").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    let at_platform = Baton::on(&world.data().join("platform"));
    let client = ["platform", "client", "add", "Kestrel Lane Pharmacy"];
    let client = at_platform.json(&client).await;
    let issue = ["platform", "key", "issue", client["id"].as_str().unwrap()];
    let platform_key = at_platform.json(&issue).await["apiKey"]
        .as_str()
        .unwrap()
        .to_owned();
    world.watch.secret(&platform_key);
    let kek = place("gateway.key");
    std::fs::write(&kek, "mXr0Lh1rYp3QmW2o7v1Hq4uT9cZb6eNsKdFgJxRtUwA=\n").unwrap();
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(&kek, std::fs::Permissions::from_mode(0o600)).unwrap();
    let proxy = Proxy::before(&world.integrator.base).await;
    let environment = [
        ("BATON_GATEWAY_DATABASE_URL", url.as_str()),
        ("BATON_GATEWAY_KEY_FILE", kek.to_str().unwrap()),
        ("BATON_GATEWAY_PLATFORM_KEY", &platform_key),
        ("BATON_GATEWAY_PLATFORM_URL", &proxy.url),
    ];
    let owned = environment.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let operator = Baton::on(&place("operator")).with(&owned);
    let start = |name: &str, key: &str| {
        let data = place(name);
        let words = [
            "gateway",
            "serve",
            "--json",
            "--listen",
            "127.0.0.1:0",
            "--allow-private-webhooks",
            "--data-dir",
            data.to_str().unwrap(),
        ];
        let log = place(&format!("{name}.log"));
        let words = words.map(str::to_owned);
        let program = Program::start(&words, &environment, &log, world.watch.clone());
        let base = program.ready()["url"].as_str().unwrap().to_owned();
        let http = world.http().clone();
        let product = Product::new(http, &base, key, "dr-okafor", world.watch.clone());
        Node { program, product }
    };
    // Both at once on an empty database: one makes the tables and the first data key.
    let (first, second) = (start("first", "no-key-yet"), start("second", "no-key-yet"));
    let issued = operator
        .json(&["gateway", "key", "issue", "the product"])
        .await;
    let key = issued["apiKey"].as_str().unwrap();
    let with_key = |node: Node| Node {
        product: node.product.with_key(key),
        ..node
    };
    let (mut first, second) = (with_key(first), with_key(second));
    let put = first
        .product
        .call(reqwest::Method::PUT, "/v1/users/dr-okafor");
    assert_eq!(put.json(&json!({})).send().await.unwrap().status(), 201);
    // Sealed at one, opened at the other.
    first.product.authorise(&world.access_code().await).await;
    assert_eq!(second.product.authorisation().await, "authorised");
    let listener = Listener::start().await;
    second.product.be_told(&listener).await;

    let mut ids: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for number in 0..24 {
        let node = [&first, &second][number % 2];
        let patient = PATIENTS[number % PATIENTS.len()];
        let mut message = node.product.small(&format!("marker-of-nodes-{number}"));
        message["nhsNumber"] = json!(patient);
        match number {
            // In the queue of both, for nothing goes out.
            8 => proxy.be(Mood::Answers(503)),
            16 => {
                operator.json(&["gateway", "keys", "rotate"]).await;
            }
            _ => {}
        }
        ids.entry(patient)
            .or_default()
            .push(node.product.entered(&message).await);
    }
    first.program.kill();
    proxy.be(Mood::Good);
    let begun = std::time::Instant::now();
    let all: Vec<_> = ids.values().flatten().cloned().collect();
    while begun.elapsed() < TAKEN_OVER_WITHIN {
        let list = second
            .product
            .get("/v1/messages?state=accepted")
            .await
            .json();
        if list["messages"].as_array().unwrap().len() == all.len() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    println!(
        "{} messages were accepted {:.1?} after a node was killed",
        all.len(),
        begun.elapsed()
    );
    for id in &all {
        second.product.in_the_record(id).await;
        assert_eq!(world.records.documents_of(id).await.len(), 1, "{id}");
        listener.until(id, "message.accepted").await;
    }
    let sent = proxy.sent();
    for of_patient in ids.values() {
        let order: Vec<_> = sent
            .iter()
            .filter(|id| of_patient.contains(id))
            .cloned()
            .collect();
        assert_eq!(order, *of_patient, "in the order of their entry");
    }
    wait::until("everything is sealed under the new key", async || {
        let status = operator.json(&["gateway", "keys", "status"]).await;
        status["underOlderKeys"] == 0
    })
    .await;

    // A copy of all of it, brought back into another database.
    let to = place("backup");
    let taken = ["gateway", "backup", "--to", to.to_str().unwrap()];
    let taken = operator.json(&taken).await;
    assert_eq!(taken["backup"]["messages"], 24, "{taken}");
    let mut elsewhere = owned.to_vec();
    elsewhere[0].1 = postgres.create_database("restored").unwrap();
    let restored = Baton::on(&place("restored")).with(&elsewhere);
    let back = ["gateway", "restore", "--from", to.to_str().unwrap()];
    restored.json(&back).await;
    let tables = restored.json(&["gateway", "db", "status"]).await;
    assert_eq!(
        (&tables["engine"], &tables["pending"]),
        (&json!("postgresql"), &json!([]))
    );
    let status = restored.json(&["gateway", "keys", "status"]).await;
    assert_eq!(
        status["secrets"], 2,
        "a token and a webhook's secret: {status}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL: scripts/test cluster"]
async fn up_keeps_its_gateway_on_the_same_database_server() {
    let postgres = Postgres::start(&Settings::default()).unwrap();
    let url = postgres.create_database("up").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let words = [&UP[..], &["--data-dir", data.to_str().unwrap()]].concat();
    let words: Vec<_> = words.into_iter().map(str::to_owned).collect();
    let environment = [("BATON_DATABASE_URL", url.as_str())];
    let log = folder.path().join("up.log");
    let start = || Program::start(&words, &environment, &log, Watch::default());
    let first = start();
    let key = first.ready()["gateway"]["apiKey"].clone();
    let owned = environment.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let baton = Baton::on(&data).with(&owned);
    let played = baton.json(&["demo"]).await;
    assert_eq!(played["demo"]["status"]["status"], "COMPLETED");
    let id = played["demo"]["messageId"].as_str().unwrap().to_owned();
    drop(first);
    assert!(!data.join("gateway/gateway.sqlite").exists());
    let again = start();
    assert_eq!(again.ready()["gateway"]["apiKey"], key);
    let status = baton.json(&["status", &id]).await;
    assert_eq!(status["status"], "COMPLETED");
    let held = postgres
        .sql("up", "SELECT count(*) FROM gateway.message")
        .unwrap();
    assert_eq!(held, "2");
}
