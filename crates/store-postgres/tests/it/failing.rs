//! What the server refuses: what is tried again, what is told, and what is not told.

use crate::server::Database;
use crate::world::{BY, World, at};
use model::OdsCode;
use model::organisation::Practice;
use std::error::Error;
use std::time::{Duration, Instant};
use store::StoreError;

fn practice(code: &str, name: &str) -> Practice {
    Practice {
        ods_code: OdsCode::parse(code).unwrap(),
        name: name.to_owned(),
    }
}

/// The first `times` insertions of a practice fail with this code. A sequence is not taken back.
async fn fail(database: &Database, code: &str, times: u32) {
    let client = database.client().await;
    client
        .batch_execute(&format!(
            "CREATE SEQUENCE failed; \
             CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
             IF nextval('platform.failed') <= {times} THEN \
             RAISE EXCEPTION 'the name is %', NEW.name USING ERRCODE = '{code}', DETAIL = NEW.name, HINT = NEW.name; \
             END IF; RETURN NEW; END $$; \
             CREATE TRIGGER fail BEFORE INSERT ON practice FOR EACH ROW EXECUTE FUNCTION fail()"
        ))
        .await
        .unwrap();
}

/// Everything that an error says, down to its first cause.
fn told(error: &StoreError) -> String {
    let mut told = vec![format!("{error} {error:?}")];
    let mut cause = error.source();
    while let Some(next) = cause {
        told.push(format!("{next} {next:?}"));
        cause = next.source();
    }
    told.join(" ")
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn what_others_stood_in_the_way_of_is_done_at_another_try() {
    for code in ["40001", "40P01", "55P03"] {
        let database = Database::new().await;
        let store = database.open().await;
        fail(&database, code, 3).await;
        let new = practice("A81001", "Riverside");
        let put = store.directory.put_practice(&BY, &new, at(0)).await;
        assert!(put.unwrap(), "{code}");
        // Once, though it was tried four times.
        let log = store.audit.recent(10).await.unwrap();
        assert_eq!(log.len(), 1, "{code}");
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn trying_comes_to_an_end() {
    let database = Database::new().await;
    let store = database.open().await;
    fail(&database, "40001", 1_000_000).await;
    let new = practice("A81001", "Riverside");
    let begun = Instant::now();
    let put = store.directory.put_practice(&BY, &new, at(0)).await;
    assert!(matches!(put, Err(StoreError::Unavailable { .. })));
    let took = begun.elapsed();
    assert!(took > Duration::from_secs(5), "{took:?}");
    assert!(took < Duration::from_secs(12), "{took:?}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn an_error_names_places_and_never_values() {
    let database = Database::new().await;
    let world = World::new(database.open().await).await;
    fail(&database, "P0001", 1_000_000).await;
    let secret = "Iris Watson 9434765919";
    let put = world
        .store
        .directory
        .put_practice(&BY, &practice("A81001", secret), at(0))
        .await;
    let error = put.unwrap_err();
    let text = told(&error);
    assert!(matches!(error, StoreError::Fault { .. }));
    assert!(text.contains("SQLSTATE P0001"), "{text}");
    assert!(
        !text.contains("Watson") && !text.contains("943476"),
        "{text}"
    );
    // The server quotes the row that is there already.
    let client = world.store.directory.client(world.client).await.unwrap();
    let again = world
        .store
        .directory
        .add_client(&BY, &client.unwrap(), at(0))
        .await;
    let text = told(&again.unwrap_err());
    assert!(text.contains("SQLSTATE 23505"), "{text}");
    assert!(text.contains("constraint client_pkey"), "{text}");
    assert!(!text.contains(&world.client.0.to_string()), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn connections_that_were_ended_are_replaced_without_anybody_noticing() {
    let database = Database::new().await;
    let world = World::new(database.open().await).await;
    let client = database.client().await;
    for _ in 0..5 {
        client
            .batch_execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
            )
            .await
            .unwrap();
        world.store.health.check().await.unwrap();
        let found = world.store.directory.client(world.client).await.unwrap();
        assert!(found.is_some());
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn a_database_that_is_not_there_is_told_at_once_and_without_the_password() {
    let database = Database::empty().await;
    let mut settings = database.settings();
    let url = settings
        .url
        .reveal()
        .replace(&database.name, "no_such_database");
    settings.url = model::Secret::new(url.replace('@', ":hunter2@"));
    let begun = Instant::now();
    let error = store_postgres::schema(&settings).await.unwrap_err();
    assert!(begun.elapsed() < Duration::from_secs(2));
    let text = told(&error);
    assert!(text.contains("SQLSTATE 3D000"), "{text}");
    assert!(!text.contains("hunter2"), "{text}");
}
