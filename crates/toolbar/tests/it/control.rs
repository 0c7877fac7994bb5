//! Orders from another process.

use crate::platform::Stage;
use crate::world::*;
use model::entropy::SeededEntropy;
use toolbar::State;
use toolbar::control::{ControlClient, ControlError, ControlServer};
use wire::problem::ProblemType;

async fn served(world: &World) -> (toolbar::AgentHandle, ControlServer, ControlClient) {
    let toolbar = world.online().await;
    let dir = world.dir.path().join("toolbar");
    let server = ControlServer::start(toolbar.clone(), dir.clone(), &SeededEntropy::new(5))
        .await
        .unwrap();
    let client = ControlClient::open(http(), &dir).unwrap();
    (toolbar, server, client)
}

#[tokio::test]
async fn every_order_reaches_the_toolbar() {
    let world = World::new().await;
    world.platform.inner().tokens = vec!["t1".to_owned()];
    let (toolbar, _server, client) = served(&world).await;
    assert!(matches!(
        client.state().await.unwrap(),
        State::Online { .. }
    ));
    let code = client.new_code().await.unwrap();
    assert_eq!(code.access_code, "ABCD2345");
    for reference in ["m1", "m2"] {
        let mut message = letter();
        message.stage = Stage::Review(None);
        world.platform.hold(reference, message);
    }
    assert_eq!(client.inbox().await.unwrap().len(), 2);
    assert_eq!(client.message("m1").await.unwrap().attachments.len(), 2);
    assert_eq!(client.import("m1").await.unwrap().message_ref, "m1");
    assert_eq!(
        client.reject("m2", "Not ours").await.unwrap().status,
        "REJECTED"
    );
    assert_eq!(client.tokens().await.unwrap().len(), 1);
    client.withdraw("t1").await.unwrap();
    assert!(client.tokens().await.unwrap().is_empty());
    client.set_offline(true).await.unwrap();
    until_state(&toolbar, "offline", |state| {
        matches!(state, State::Offline { .. })
    })
    .await;
    let refused = client.new_code().await.map(|_| ()).unwrap_err();
    assert_eq!(refused.kind(), Some(ProblemType::Unavailable));
}

#[tokio::test]
async fn what_the_platform_and_the_record_system_say_is_passed_on() {
    let world = World::new().await;
    let (_toolbar, _server, client) = served(&world).await;
    let unknown = client.message("m9").await.map(|_| ()).unwrap_err();
    assert_eq!(unknown.kind(), Some(ProblemType::NotFound));
    world.records.inner().answers.push_back((false, 422));
    let mut message = letter();
    message.stage = Stage::Review(None);
    world.platform.hold("m1", message);
    let failed = client.import("m1").await.unwrap_err();
    let refusal = failed.refusal().unwrap();
    assert_eq!(refusal.status, 422);
    assert!(refusal.words.contains("no more room"));
    assert!(!failed.to_string().contains("no more room"));
}

#[tokio::test]
async fn strangers_and_browsers_are_refused() {
    let world = World::new().await;
    let (_toolbar, server, _client) = served(&world).await;
    let state = format!("{}{}", server.url(), toolbar::control::paths::STATE);
    let file = world.dir.path().join("toolbar/control.json");
    let control: serde_json::Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let secret = control["secret"].as_str().unwrap();
    let answer =
        async |request: reqwest::RequestBuilder| request.send().await.unwrap().status().as_u16();
    assert_eq!(answer(http().get(&state)).await, 401);
    assert_eq!(answer(http().get(&state).bearer_auth("wrong")).await, 401);
    let rebound = http()
        .get(&state)
        .bearer_auth(secret)
        .header("host", "evil.example");
    assert_eq!(answer(rebound).await, 403);
    assert_eq!(answer(http().get(&state).bearer_auth(secret)).await, 200);
}

#[tokio::test]
async fn the_file_goes_with_the_server_and_only_its_owner_reads_it() {
    let world = World::new().await;
    let dir = world.dir.path().join("toolbar");
    assert!(matches!(
        ControlClient::open(http(), &dir),
        Err(ControlError::NotRunning)
    ));
    let (_toolbar, server, client) = served(&world).await;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let file = std::fs::metadata(dir.join("control.json")).unwrap();
        assert_eq!(file.permissions().mode() & 0o777, 0o600);
    }
    assert!(!format!("{client:?}").contains("secret"));
    drop(server);
    assert!(!dir.join("control.json").exists());
}
