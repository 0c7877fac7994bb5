//! Known secrets and a known person are looked for wherever they must not be.

use super::fake::{AMY, DataFault, Fake, TokenFault};
use super::setting::{RETURN, Setting, confirm, grant_url, patient, read, result};
use crate::canary::log::Log;
use crate::canary::{files, holds, shapes};
use crate::world::World;
use axum::http::StatusCode;
use gateway::vault::Vault;
use gateway::vault::kek::LocalKey;
use model::clock::ManualClock;
use model::entropy::SeededEntropy;
use std::sync::Arc;
use url::Url;

#[tokio::test]
async fn neither_tokens_nor_a_person_lie_in_the_clear_or_are_told() {
    let log = Log::catch();
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(ManualClock::at("2026-11-21T12:00:00Z".parse().unwrap()));
    let entropy = Arc::new(SeededEntropy::new(47));
    let store = store_sqlite::open_gateway(&folder.path().join("gateway.sqlite")).unwrap();
    let kek =
        LocalKey::from_bytes(&model::entropy::bytes::<32>(&*entropy), entropy.clone()).unwrap();
    let keys = store.vault.clone();
    let vault = Vault::open(
        Arc::new(kek),
        Vec::new(),
        keys,
        clock.clone(),
        entropy.clone(),
    );
    let vault = vault.await.unwrap();
    let world = World {
        fake: crate::fake::Fake::start(clock.clone()).await,
        clock: clock.clone(),
        entropy,
        store,
        vault,
    };
    let pkb = Fake::start(clock).await;
    let setting = Setting { world, pkb };
    let running = setting
        .start_with(|config| config.pkb.as_mut().unwrap().pkce = true)
        .await;
    let product = &running.product;

    // Attempts of every end.
    let mut secrets = Vec::new();
    let mut state_of = |grant: &str| {
        let url = Url::parse(grant).unwrap();
        let state = url
            .query_pairs()
            .find(|(name, _)| name == "state")
            .unwrap()
            .1;
        secrets.push(state.into_owned());
    };
    let denied = grant_url(product, "amy").await;
    state_of(&denied);
    setting
        .back(&running, &Fake::refuse(&denied, "access_denied"))
        .await;
    setting.pkb.next_tokens([TokenFault::Lost]);
    let (lost, grant) = setting.begin(&running, "amy", AMY).await;
    state_of(&grant);
    setting.back(&running, &lost).await;
    let (waits, grant) = setting.begin(&running, "amy", AMY).await;
    state_of(&grant);
    let never_used = result(&setting.back(&running, &waits).await).unwrap();
    let (callback, grant) = setting.begin(&running, "amy", AMY).await;
    state_of(&grant);
    let back = setting.back(&running, &callback).await;
    assert!(
        back.header(axum::http::header::LOCATION)
            .starts_with(RETURN)
    );
    let done = result(&back).unwrap();
    assert_eq!(confirm(product, "amy", &done).await.status, StatusCode::OK);
    secrets.extend([never_used, done]);

    // Reads and renewals of every end.
    assert_eq!(
        patient(product, "amy").await["demographics"]["nhsNumber"],
        AMY.nhs_number
    );
    setting.token_ends();
    assert_eq!(read(product, "amy").await.status, StatusCode::OK);
    setting.world.vault.rotate().await.unwrap();
    setting
        .world
        .until("all is sealed anew", async || {
            setting.world.vault.progress().await.unwrap().is_done()
        })
        .await;
    let mut answers = String::new();
    setting
        .pkb
        .next_data([DataFault::Code(401, "BAD_AUTHENTICATION")]);
    assert_eq!(read(product, "amy").await.status, StatusCode::OK);
    setting.token_ends();
    setting
        .pkb
        .next_tokens([TokenFault::Says(503, None, None), TokenFault::Lost]);
    answers += &read(product, "amy").await.text;
    setting.world.pass(jiff::SignedDuration::from_secs(6));
    answers += &read(product, "amy").await.text;
    let tokens = setting.tokens("amy").await;
    let printed = format!("{tokens:?} {:?}", setting.config());
    let events = setting.world.store.events.since(0, 1000).await.unwrap();
    let printed = format!("{printed} {events:?}");
    let metrics = crate::client::Browser::new(&running.node.operators);
    answers += &metrics.get("/metrics").await.text;

    let mut places = files(folder.path());
    assert!(places.iter().any(|(name, _)| name.ends_with("-wal")));
    secrets.extend(setting.pkb.secrets());
    secrets.extend(
        setting
            .pkb
            .forms()
            .iter()
            .filter_map(|form| form.get("code_verifier").cloned()),
    );
    running.stop().await;
    drop(setting);
    places.extend(files(folder.path()));
    let logged = log.text();
    assert!(
        logged.contains("a patient's PKB record was linked"),
        "the log is caught"
    );
    places.push(("the log".to_owned(), logged.into_bytes()));
    places.push(("what is printed".to_owned(), printed.into_bytes()));
    places.push(("answers".to_owned(), answers.into_bytes()));
    let person = [
        AMY.name,
        AMY.nhs_number,
        "Featherstonehaugh",
        "Canary Street",
    ];
    secrets.extend(person.map(str::to_owned));
    assert!(secrets.len() > 20);
    for secret in &secrets {
        for shape in shapes(secret) {
            for (name, bytes) in &places {
                let found = holds(bytes, &shape);
                assert!(
                    !found,
                    "{secret} as {:?} in {name}",
                    String::from_utf8_lossy(&shape)
                );
            }
        }
    }
    println!(
        "{} secrets looked for in {} places",
        secrets.len(),
        places.len()
    );
}
