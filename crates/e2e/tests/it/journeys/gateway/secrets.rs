//! The canary: what must stay secret is nowhere in the clear, neither on the disk nor in a log nor in a list of processes.

use super::alone::Alone;
use crate::world::World;
use crate::world::listener::Listener;
use serde_json::json;
use std::path::Path;

#[tokio::test]
async fn keys_tokens_codes_and_webhook_secrets_are_nowhere_in_the_clear() {
    let world = World::start().await;
    let alone = Alone::beside(&world, &[("BATON_LOG", "trace")]).await;
    let listener = Listener::start().await;
    let code = world.access_code().await;
    alone.product.authorise(&code).await;
    let added = json!({ "url": listener.url });
    let added = alone.product.post("/v1/webhooks", &added).await.json();
    let secret = added["secret"].as_str().unwrap().to_owned();
    listener.trust(&secret);
    let webhook = added["webhookId"].as_str().unwrap();
    let password = ["gateway", "operator", "add", "night-shift"];
    let password = alone.operator.json(&password).await["password"]
        .as_str()
        .unwrap()
        .to_owned();
    let id = alone
        .product
        .entered(&alone.product.small("marker-of-canary"))
        .await;
    alone.product.in_the_record(&id).await;
    let rotate = format!("/v1/webhooks/{webhook}/rotate-secret");
    let rotated = alone.product.post(&rotate, &json!({})).await.json();
    let second = rotated["secret"].as_str().unwrap().to_owned();
    alone
        .operator
        .json(&["gateway", "keys", "rotate", "--wait"])
        .await;

    let tokens = alone.proxy.tokens();
    assert_eq!(tokens.len(), 1);
    let kek = std::fs::read_to_string(alone.data().join("gateway.key")).unwrap();
    let bare = |secret: &str| secret.trim_start_matches("whsec_").to_owned();
    let mut canaries = vec![
        alone.product.key.clone(),
        alone.platform_key.clone(),
        code,
        bare(&secret),
        bare(&second),
        password,
        kek.trim().to_owned(),
    ];
    canaries.extend(tokens.iter().cloned());
    // A token is a UUID: its bytes would be as bad as its text.
    let hex = tokens[0].replace('-', "");
    let raw: Vec<u8> = (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
        .collect();

    let pid = alone.program.as_ref().unwrap().pid();
    let arguments = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap();
    let environment = std::fs::read(format!("/proc/{pid}/environ")).unwrap();
    let log = std::fs::read(alone.log()).unwrap();
    assert!(log.len() > 1000);
    let mut places = vec![
        ("the arguments".to_owned(), arguments),
        ("the environment".to_owned(), environment),
        ("the log".to_owned(), log),
    ];
    for file in files(&alone.data()) {
        // That file is the key; it is no backup and no database.
        if !file.ends_with("gateway.key") {
            places.push((file.display().to_string(), std::fs::read(&file).unwrap()));
        }
    }
    assert!(
        places.len() > 4,
        "database and write-ahead log are looked at"
    );
    for (place, bytes) in &places {
        for canary in &canaries {
            assert!(!holds(bytes, canary.as_bytes()), "{place} holds {canary}");
        }
        assert!(!holds(bytes, &raw), "{place} holds the token's bytes");
    }
    // The database does hold what it should: the looking works.
    let database = std::fs::read(alone.data().join("gateway.sqlite")).unwrap();
    let journal = std::fs::read(alone.data().join("gateway.sqlite-wal")).unwrap_or_default();
    assert!(holds(&database, b"dr-okafor") || holds(&journal, b"dr-okafor"));

    use std::os::unix::fs::PermissionsExt as _;
    for file in files(&alone.data()) {
        let mode = std::fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{} may be read by others", file.display());
    }
}

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .flat_map(|path| {
            if path.is_dir() {
                files(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

fn holds(bytes: &[u8], text: &[u8]) -> bool {
    bytes.windows(text.len()).any(|window| window == text)
}
