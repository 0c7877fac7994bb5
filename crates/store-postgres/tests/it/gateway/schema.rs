//! The gateway's tables beside the platform's, and which of them a gateway opens.

use crate::server::Database;
use store::StoreError;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn an_empty_database_is_filled_by_whichever_node_opens_it_first() {
    let database = Database::empty().await;
    let settings = database.settings();
    let schema = store_postgres::gateway_schema(&settings).await.unwrap();
    assert_eq!(schema.version, 0);
    let opened = (0..6).map(|_| database.try_open_gateway());
    for store in futures_util::future::join_all(opened).await {
        store.unwrap().health.check().await.unwrap();
    }
    let schema = store_postgres::gateway_schema(&settings).await.unwrap();
    assert_eq!(schema.version, schema.known);
    assert_eq!(schema.pending, Vec::<&str>::new());
    // Nothing of the platform's was made.
    let platform = store_postgres::schema(&settings).await.unwrap();
    assert_eq!(platform.version, 0);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn a_platform_and_a_gateway_share_a_database_and_no_table() {
    let database = Database::new().await;
    let platform = database.open().await;
    let gateway = database.open_gateway().await;
    platform.health.check().await.unwrap();
    gateway.health.check().await.unwrap();
    let client = database.client().await;
    client
        .batch_execute("DROP SCHEMA platform CASCADE")
        .await
        .unwrap();
    gateway.health.check().await.unwrap();
    database.open_gateway().await.health.check().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn an_older_one_is_left_to_an_operator() {
    let database = Database::new().await;
    let client = database.gateway_client().await;
    client
        .batch_execute(
            "DROP TABLE widget_secret, launch, practitioner, delivery, event, feed_state, account_session, account, link_attempt, link_flight, patient; DROP SEQUENCE link_number; DELETE FROM schema_version WHERE version >= 4",
        )
        .await
        .unwrap();
    let refused = database.try_open_gateway().await.err();
    assert!(matches!(
        refused,
        Some(StoreError::OldSchema { found: 3, .. })
    ));
    let settings = database.settings();
    let schema = store_postgres::gateway_schema(&settings).await.unwrap();
    assert_eq!(
        schema.pending,
        ["0004_events", "0005_patients", "0006_launches"]
    );
    let schema = store_postgres::migrate_gateway(&settings).await.unwrap();
    assert_eq!(schema.version, schema.known);
    database.open_gateway().await.health.check().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn one_that_is_not_ours_stays_as_it_is() {
    let database = Database::empty().await;
    let client = database.client().await;
    client
        .batch_execute("CREATE SCHEMA gateway; CREATE TABLE gateway.theirs (id int)")
        .await
        .unwrap();
    let refused = database.try_open_gateway().await.err();
    assert!(matches!(
        refused,
        Some(StoreError::UnknownSchema { found: -1, .. })
    ));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn places_go_on_growing_on_a_server_that_has_done_less() {
    let database = Database::new().await;
    let client = database.gateway_client().await;
    let moved: i64 = 1 << 60;
    client
        .execute(
            "INSERT INTO event (place, at, by, kind, app_user) VALUES ($1, 1, 'gateway', 'user.forgotten', 'a')",
            &[&moved],
        )
        .await
        .unwrap();
    let world = super::world::World::new(database.open_gateway().await);
    world.entered(super::world::PATIENTS[0], 1).await;
    let latest = world.store.events.latest().await.unwrap();
    assert!(latest > u64::try_from(moved).unwrap());
    assert_eq!(world.told().await, ["user.forgotten", "message.queued"]);
}
