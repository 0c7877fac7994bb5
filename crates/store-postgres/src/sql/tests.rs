//! No statement on a busy path reads a table from end to end.

use super::Sql;
use crate::connect::Connector;
use crate::link::{Ears, Session};
use crate::migrate::{GATEWAY, PLATFORM, Realm};
use crate::settings::Settings;
use crate::{announce, conn, gateway, horizon, platform, tx};
use model::Secret;

/// Tables that hold what an operator enters by hand, or a fixed handful of rows.
const SMALL: [&str; 20] = [
    "practice",
    "client",
    "topic",
    "device",
    "registration_key",
    "audit_chain",
    "message_count",
    "feed_state",
    "condemned_blob",
    "product_key",
    "operator",
    "widget",
    "widget_practice",
    "widget_secret",
    "operator_session",
    "data_key",
    "webhook",
    "webhook_answer",
    "bucket_tally",
    "health",
];

fn server() -> String {
    #[expect(
        clippy::disallowed_methods,
        reason = "it is how scripts/test says where the server is"
    )]
    let url = std::env::var("BATON_TEST_POSTGRES");
    url.expect("BATON_TEST_POSTGRES is not set: run `scripts/test postgres`")
}

async fn session(url: &str, realm: &Realm) -> Session {
    let settings = Settings::new(Secret::new(url.to_owned()));
    let connector = Connector::new(&settings, realm).unwrap();
    let session = connector.connect(Ears::default()).await.unwrap();
    session
        .link
        .client
        .batch_execute("SET default_transaction_read_only = off")
        .await
        .unwrap();
    session
}

/// Every statement on the tables of a schema.
fn statements(realm: &Realm) -> Vec<(&'static str, Sql)> {
    if realm.name == GATEWAY.name {
        return [horizon::ALL, tx::ALL]
            .into_iter()
            .chain(gateway::statements())
            .flatten()
            .copied()
            .collect();
    }
    [announce::ALL, conn::ALL, horizon::ALL, tx::ALL, tx::LINES]
        .into_iter()
        .chain(platform::statements())
        .flatten()
        .copied()
        .collect()
}

/// How the server would run a statement, whatever it is given.
async fn plan(session: &Session, sql: Sql) -> Vec<String> {
    let client = &session.link.client;
    let places = (1..60)
        .take_while(|place| sql.0.contains(&format!("${place}")))
        .count();
    let given = if places == 0 {
        String::new()
    } else {
        format!("({})", vec!["NULL"; places].join(", "))
    };
    client
        .batch_execute(&format!("PREPARE asked AS {}", sql.0))
        .await
        .unwrap_or_else(|error| panic!("{error:?}: {}", sql.0));
    let rows = client
        .query(&format!("EXPLAIN (COSTS OFF) EXECUTE asked{given}"), &[])
        .await
        .unwrap();
    client.batch_execute("DEALLOCATE asked").await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

/// The large table that a line of a plan reads from end to end, if it is one.
fn scanned(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once("Seq Scan on ")?;
    let table = rest.split(' ').next()?;
    (!SMALL.contains(&table)).then_some(table)
}

#[test]
fn a_scan_would_be_noticed() {
    assert_eq!(
        scanned("  ->  Seq Scan on message_default m"),
        Some("message_default")
    );
    assert_eq!(scanned("Seq Scan on practice"), None);
    assert_eq!(scanned("Index Scan using x on message_default"), None);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn every_statement_finds_its_rows_by_an_index() {
    let server = server();
    let admin = session(&server, &PLATFORM).await;
    let name = format!("baton_plans_{}", std::process::id());
    let admin = &admin.link.client;
    admin
        .batch_execute(&format!("CREATE DATABASE {name}"))
        .await
        .unwrap();
    let (url, query) = server.split_once('?').unwrap_or((&server, ""));
    let (base, _) = url.rsplit_once('/').unwrap();
    let url = format!("{base}/{name}?{query}");
    let settings = Settings::new(Secret::new(url.clone()));
    crate::migrate(&settings).await.unwrap();
    crate::migrate_gateway(&settings).await.unwrap();
    let mut bad = Vec::new();
    for realm in [&PLATFORM, &GATEWAY] {
        let asking = session(&url, realm).await;
        asking
            .link
            .client
            .batch_execute("SET plan_cache_mode = force_generic_plan")
            .await
            .unwrap();
        let statements = statements(realm);
        assert!(statements.len() > 90, "{} statements", statements.len());
        for (name, sql) in statements {
            for line in plan(&asking, sql).await {
                if scanned(&line).is_some() {
                    bad.push(format!("{name}: {line}"));
                }
            }
        }
    }
    admin
        .batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)"))
        .await
        .unwrap();
    assert_eq!(bad, Vec::<String>::new());
}
