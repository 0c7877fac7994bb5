//! Known secrets are looked for wherever they must not be: data folder, log, answers, errors, debug prints.

pub(crate) mod log;

use crate::client::{Browser, Product};
use crate::fake::{Fake, Fault, KEY};
use crate::world::World;
use axum::http::StatusCode;
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use gateway::vault::Vault;
use gateway::vault::kek::LocalKey;
use log::Log;
use model::clock::ManualClock;
use model::entropy::SeededEntropy;
use model::{Secret, UserId};
use serde_json::json;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use store::gateway::SealedPlace;

/// Everything under a folder, name by name.
pub(crate) fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| {
            if path.is_dir() {
                files(&path)
            } else {
                vec![(path.display().to_string(), fs::read(&path).unwrap())]
            }
        })
        .collect()
}

/// A secret in the shapes in which it could leak.
pub(crate) fn shapes(secret: &str) -> Vec<Vec<u8>> {
    let hex = secret.bytes().map(|byte| format!("{byte:02x}"));
    let hex = hex.collect::<Vec<_>>().concat();
    let without_hyphens = secret.replace('-', "");
    let mut shapes = vec![
        secret.to_owned(),
        secret.to_lowercase(),
        hex,
        BASE64_STANDARD
            .encode(secret)
            .trim_end_matches('=')
            .to_owned(),
        BASE64_URL_SAFE_NO_PAD.encode(secret),
        format!("{:?}", secret.as_bytes()),
    ];
    if without_hyphens.len() >= 8 {
        shapes.push(without_hyphens);
    }
    shapes.into_iter().map(String::into_bytes).collect()
}

pub(crate) fn holds(hay: &[u8], needle: &[u8]) -> bool {
    hay.windows(needle.len()).any(|window| window == needle)
}

#[tokio::test]
async fn no_secret_lies_in_the_data_folder_or_is_told_to_a_log_an_error_or_an_answer() {
    let log = Log::catch();
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    fs::create_dir(&data).unwrap();
    let clock = Arc::new(ManualClock::at("2026-11-21T12:00:00Z".parse().unwrap()));
    let entropy = Arc::new(SeededEntropy::new(31));
    let store = store_sqlite::open_gateway(&data.join("gateway.sqlite")).unwrap();
    let kek_file = folder.path().join("vault.key");
    let kek = LocalKey::of_file(&kek_file, &*store.vault, entropy.clone())
        .await
        .unwrap();
    let kek_debug = format!("{kek:?}");
    let vault = Vault::open(
        Arc::new(kek),
        Vec::new(),
        store.vault.clone(),
        clock.clone(),
        entropy.clone(),
    )
    .await
    .unwrap();
    let fake = Fake::start(clock.clone()).await;
    let world = World {
        clock,
        entropy,
        store,
        vault,
        fake,
    };

    let mut config = world.config();
    config.allow_private_webhooks = true;
    config.open_authorise_page = true;
    let told = format!("{config:?}");
    let (gateway, shutdown) = world.gateway(config);
    let work = tokio::spawn(gateway.work());
    let product = Product {
        router: gateway.router(|router| router),
        bearer: world.bearer().await,
    };

    // Access codes and the tokens they become: taken, replaced, withdrawn, wrong, lost.
    product.put("/v1/users/ada").await;
    product.put("/v1/users/bob").await;
    let mut answers = String::new();
    let codes = ["CANA2345", "CANB2345", "CANC2345", "CAND2345", "CANE2345"];
    for (code, fault) in codes.iter().zip([
        None,
        None,
        Some(Fault::Problem(wire::problem::ProblemType::ValidationError)),
        Some(Fault::Down),
        Some(Fault::Says(500, None)),
    ]) {
        world.fake.set(fault);
        let body = Some(json!({ "accessCode": code }));
        answers += &product.post("/v1/users/ada/authorisation", body).await.text;
    }
    world.fake.set(None);
    let browser = Browser::new(&product.router);
    let page = browser.get("/authorise/bob").await;
    let sent = browser
        .submit(&page, "code", &[("accessCode", "canf-2345")])
        .await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER);
    let malformed = json!({ "accessCode": { "CANG2345": "CANG2345" } });
    answers += &product
        .post("/v1/users/ada/authorisation", Some(malformed))
        .await
        .text;
    answers += &product.get("/v1/users/ada/authorisation").await.text;
    answers += &product.get("/v1/users").await.text;
    let tokens = [
        "token-of-CANA2345",
        "token-of-CANB2345",
        "token-of-CANF2345",
    ];

    // A webhook's secrets, before and after a rotation, and a message under the token.
    let body = json!({ "url": "http://127.0.0.1:9/hook" });
    let added = product.post("/v1/webhooks", Some(body)).await;
    assert_eq!(added.status, StatusCode::CREATED, "{}", added.text);
    let first = added.json()["secret"].as_str().unwrap().to_owned();
    let id = added.json()["webhookId"].as_str().unwrap().to_owned();
    let rotated = product
        .post(&format!("/v1/webhooks/{id}/rotate-secret"), None)
        .await;
    let second = rotated.json()["secret"].as_str().unwrap().to_owned();
    answers += &product.get("/v1/webhooks").await.text;
    let ada = UserId::parse("ada").unwrap();
    let message = world.draft().instant(&ada).enter(&world).await;
    world
        .until_state(message, model::outbox::State::Accepted)
        .await;
    world.vault.rotate().await.unwrap();
    world
        .until("all is sealed anew", async || {
            world.vault.progress().await.unwrap().is_done()
        })
        .await;
    world.fake.withdraw("token-of-CANF2345");
    answers += &product.get("/v1/users/bob/authorisation").await.text;

    // What the vault says when something does not open.
    let (_, mut sealed) = world.store.users.token(&ada).await.unwrap().unwrap();
    sealed.bytes[30] ^= 1;
    let error = world
        .vault
        .unseal(&SealedPlace::UserToken(ada), &sealed)
        .await
        .unwrap_err();
    let secret = Secret::new(tokens[1].to_owned());
    let printed = format!(
        "{told} {kek_debug} {:?} {sealed:?} {error:?} {} {secret:?} {:?}",
        world.vault,
        httpkit::problem::chain(&error),
        world.store.vault.keys().await.unwrap(),
    );

    let running = files(&data);
    assert!(
        running.iter().any(|(name, _)| name.ends_with("-wal")),
        "the WAL is looked at"
    );
    shutdown.begin();
    work.await.unwrap();
    let bearer = product.bearer.clone();
    drop((product, browser, gateway, world));
    let logged = log.text();
    assert!(
        logged.contains("another data key seals"),
        "the log is caught"
    );

    let kek_text = fs::read_to_string(&kek_file).unwrap().trim().to_owned();
    let key = bearer.strip_prefix("Bearer ").unwrap();
    let mut secrets = vec![KEY, key, &first, &second, &kek_text];
    secrets.extend([
        "CANA2345", "CANB2345", "CANC2345", "CAND2345", "CANE2345", "CANF2345", "CANG2345",
    ]);
    secrets.extend(tokens);
    secrets.push(first.strip_prefix("whsec_").unwrap());
    let mut places = running;
    places.extend(files(&data));
    places.push(("the log".to_owned(), logged.into_bytes()));
    places.push(("what is printed".to_owned(), printed.into_bytes()));
    places.push(("answers".to_owned(), answers.into_bytes()));
    let database = places
        .iter()
        .filter(|(name, _)| name.contains("gateway.sqlite"));
    let control = |(_, bytes): &&(String, Vec<u8>)| holds(bytes, b"http://127.0.0.1:9/hook");
    assert!(
        database.filter(control).count() >= 2,
        "what is no secret is found"
    );
    let all: usize = places.iter().map(|(_, bytes)| bytes.len()).sum();
    for secret in &secrets {
        for shape in shapes(secret) {
            for (name, bytes) in &places {
                assert!(
                    !holds(bytes, &shape),
                    "a secret as {:?} in {name}",
                    String::from_utf8_lossy(&shape)
                );
            }
        }
    }
    println!(
        "{} secrets looked for in {} places, {all} bytes",
        secrets.len(),
        places.len()
    );
}
