//! Which databases are opened, and what is done to them.

use crate::server::Database;
use store::StoreError;

/// What the migrations from the sixth on have made is taken away.
const BACK_TO_5: &str = "DROP TABLE audit, audit_chain, health, identity, widget_hidden, widget_practice, widget, \
     operator_session, operator; DELETE FROM schema_version WHERE version >= 6";

fn found<T>(outcome: store::Result<T>) -> i64 {
    match outcome {
        Err(StoreError::UnknownSchema { found, .. } | StoreError::OldSchema { found, .. }) => found,
        Err(error) => panic!("{error:?}"),
        Ok(_) => panic!("it was opened"),
    }
}

async fn tables(database: &Database) -> i64 {
    let client = database.client().await;
    let row = client
        .query_one(
            "SELECT count(*) FROM pg_class WHERE relnamespace = to_regnamespace('platform') AND relkind IN ('r', 'p')",
            &[],
        )
        .await
        .unwrap();
    row.get(0)
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn an_empty_database_is_filled_by_whoever_opens_it_first() {
    let database = Database::empty().await;
    let schema = store_postgres::schema(&database.settings()).await.unwrap();
    assert_eq!(schema.version, 0);
    assert_eq!(tables(&database).await, 0);
    // Several nodes start at once.
    let opened = futures_util::future::join_all((0..6).map(|_| database.try_open())).await;
    for store in opened {
        store.unwrap().health.check().await.unwrap();
    }
    let schema = store_postgres::schema(&database.settings()).await.unwrap();
    assert_eq!(schema.version, schema.known);
    assert_eq!(schema.pending, Vec::<&str>::new());
    assert!(tables(&database).await > 20);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn an_older_one_is_left_to_an_operator() {
    let database = Database::new().await;
    let client = database.client().await;
    client.batch_execute(BACK_TO_5).await.unwrap();
    assert_eq!(found(database.try_open().await), 5);
    let schema = store_postgres::schema(&database.settings()).await.unwrap();
    assert_eq!(
        schema.pending,
        [
            "0006_audit",
            "0007_identity",
            "0008_widgets",
            "0009_operators"
        ]
    );
    let schema = store_postgres::migrate(&database.settings()).await.unwrap();
    assert_eq!(schema.version, 9);
    database.open().await.health.check().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn a_newer_one_is_worked_on_if_its_author_said_so() {
    let database = Database::new().await;
    let client = database.client().await;
    let newer =
        "INSERT INTO schema_version (version, name, works_with) VALUES (10, '0010_later', $1)";
    client.execute(newer, &[&6_i64]).await.unwrap();
    database.open().await.health.check().await.unwrap();
    client
        .batch_execute("UPDATE schema_version SET works_with = 10 WHERE version = 10")
        .await
        .unwrap();
    assert_eq!(found(database.try_open().await), 10);
    assert_eq!(
        found(store_postgres::migrate(&database.settings()).await),
        10
    );
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn one_that_is_not_ours_stays_as_it_is() {
    let database = Database::empty().await;
    let client = database.client().await;
    client
        .batch_execute("CREATE SCHEMA platform; CREATE TABLE platform.theirs (id int)")
        .await
        .unwrap();
    assert_eq!(found(database.try_open().await), -1);
    assert_eq!(
        found(store_postgres::migrate(&database.settings()).await),
        -1
    );
    assert_eq!(tables(&database).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn tables_of_others_beside_ours_do_not_matter() {
    let database = Database::empty().await;
    let client = database.client().await;
    client
        .batch_execute("CREATE TABLE public.message (id int)")
        .await
        .unwrap();
    database.open().await.health.check().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn a_migration_waits_for_a_transaction_that_is_in_its_way() {
    let database = Database::new().await;
    let client = database.client().await;
    client.batch_execute(BACK_TO_5).await.unwrap();
    client
        .batch_execute("BEGIN; LOCK TABLE schema_version IN SHARE MODE")
        .await
        .unwrap();
    let settings = database.settings();
    let migrating = tokio::spawn(async move { store_postgres::migrate(&settings).await });
    tokio::time::sleep(std::time::Duration::from_millis(2_500)).await;
    assert!(!migrating.is_finished());
    client.batch_execute("COMMIT").await.unwrap();
    assert_eq!(migrating.await.unwrap().unwrap().version, 9);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn one_that_cannot_hold_every_letter_is_refused() {
    let database = Database::empty().await;
    let client = database.client().await;
    let latin = format!("{}_latin", database.name);
    let make = format!(
        "CREATE DATABASE {latin} ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
    );
    client.batch_execute(&make).await.unwrap();
    let url = database.url().replace(&database.name, &latin);
    let settings = store_postgres::Settings::new(model::Secret::new(url));
    let refused = store_postgres::migrate(&settings).await;
    assert!(
        matches!(refused, Err(StoreError::Fault { transaction, .. }) if transaction == store_postgres::NOT_UTF8)
    );
    assert_eq!(store_postgres::schema(&settings).await.unwrap().version, 0);
    client
        .batch_execute(&format!("DROP DATABASE {latin}"))
        .await
        .unwrap();
}
