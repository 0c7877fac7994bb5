//! A database of its own that is filled with many rows, and how statements are run there.

use crate::connect::Connector;
use crate::link::{Ears, Session};
use crate::migrate::{self, Realm};
use crate::settings::Settings;
use crate::sql::Sql;
use model::Secret;

pub(crate) struct Crowd {
    admin: Session,
    session: Session,
    name: String,
}

impl Crowd {
    /// Makes the tables of a schema, and fills them by these texts.
    pub(crate) async fn new(realm: &Realm, rows: &[String]) -> Self {
        #[expect(
            clippy::disallowed_methods,
            reason = "it is how scripts/test says where the server is"
        )]
        let server = std::env::var("BATON_TEST_POSTGRES");
        let server = server.expect("BATON_TEST_POSTGRES is not set: run `scripts/test postgres`");
        let admin = session(&server, realm).await;
        let name = format!("baton_crowd_{}_{}", realm.name, std::process::id());
        let create = format!("CREATE DATABASE {name}");
        admin.link.client.batch_execute(&create).await.unwrap();
        let (url, options) = server.split_once('?').unwrap_or((&server, ""));
        let (base, _) = url.rsplit_once('/').unwrap();
        let url = format!("{base}/{name}?{options}");
        migrate::apply(realm, &session(&url, realm).await)
            .await
            .unwrap();
        let session = session(&url, realm).await;
        let client = &session.link.client;
        client
            .batch_execute("SET statement_timeout = 0")
            .await
            .unwrap();
        for rows in rows {
            client.batch_execute(rows).await.unwrap();
        }
        client.batch_execute("VACUUM ANALYZE").await.unwrap();
        Self {
            admin,
            session,
            name,
        }
    }

    /// Runs a statement, takes back what it did, and says how it was run.
    pub(crate) async fn run(&self, mode: &str, sql: Sql, given: &str) -> Vec<String> {
        let client = &self.session.link.client;
        let before = format!(
            "BEGIN; SET LOCAL plan_cache_mode = {mode}; PREPARE asked AS {}",
            sql.0
        );
        client.batch_execute(&before).await.unwrap();
        let given = if given.is_empty() {
            String::new()
        } else {
            format!("({given})")
        };
        let ask = format!(
            "EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF, SUMMARY OFF) EXECUTE asked{given}"
        );
        // Once beforehand, for what is read once a session.
        client
            .query(&ask, &[])
            .await
            .unwrap_or_else(|error| panic!("{error:?}: {ask}"));
        client
            .batch_execute("ROLLBACK; DEALLOCATE asked")
            .await
            .unwrap();
        client.batch_execute(&before).await.unwrap();
        let rows = client.query(&ask, &[]).await.unwrap();
        client
            .batch_execute("ROLLBACK; DEALLOCATE asked")
            .await
            .unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    }

    pub(crate) async fn end(self) {
        drop(self.session);
        let sql = format!("DROP DATABASE {} WITH (FORCE)", self.name);
        self.admin.link.client.batch_execute(&sql).await.unwrap();
    }
}

async fn session(url: &str, realm: &Realm) -> Session {
    let settings = Settings::new(Secret::new(url.to_owned()));
    let connector = Connector::new(&settings, realm).unwrap();
    let session = connector.connect(Ears::default()).await.unwrap();
    let client = &session.link.client;
    client
        .batch_execute("SET default_transaction_read_only = off")
        .await
        .unwrap();
    session
}

/// Pages that a whole statement looked at: the first line about them is that of the outermost step.
pub(crate) fn pages(plan: &[String]) -> u64 {
    let line = plan
        .iter()
        .find_map(|line| line.trim().strip_prefix("Buffers: shared "));
    let counts = line.unwrap_or_default().split(' ');
    counts
        .filter_map(|count| count.split_once('='))
        .filter(|(kind, _)| matches!(*kind, "hit" | "read"))
        .filter_map(|(_, count)| count.parse::<u64>().ok())
        .sum()
}
