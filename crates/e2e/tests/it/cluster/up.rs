//! `baton up` on a database server and a bucket, twice on the same, and on one that an older program made.

use crate::world::UP;
use crate::world::command::Baton;
use crate::world::program::Program;
use crate::world::watch::Watch;
use serde_json::Value;
use std::path::Path;
use testdb::{Postgres, S3, Settings};

struct Up {
    program: Program,
    ready: Value,
}

fn up(data: &Path, environment: &[(String, String)]) -> Up {
    let words = [&UP[..], &["--data-dir", data.to_str().unwrap()]].concat();
    let words: Vec<_> = words.into_iter().map(str::to_owned).collect();
    let variables: Vec<_> = environment
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    let log = data.with_extension("log");
    let program = Program::start(&words, &variables, &log, Watch::default());
    let ready = program.ready();
    Up { program, ready }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL and an S3 server: scripts/test cluster"]
async fn up_works_on_a_database_server_and_a_bucket() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let (postgres, s3) = (
        Postgres::start(&Settings::default()).unwrap(),
        S3::start().unwrap(),
    );
    let url = postgres.create_database("up").unwrap();
    let mut environment = s3.variables();
    environment.push(("BATON_DATABASE_URL".to_owned(), url));
    environment.push(("BATON_BLOB_URL".to_owned(), format!("{}/up", s3.url())));
    let first = up(&data, &environment);
    let baton = Baton::on(&data).with(&environment);
    let played = baton.json(&["demo"]).await;
    assert_eq!(played["demo"]["status"]["status"], "COMPLETED");
    let key = first.ready["platform"]["apiKey"].clone();
    drop(first.program);
    assert!(!data.join("platform/platform.sqlite").exists());

    let again = up(&data, &environment);
    assert_eq!(again.ready["platform"]["apiKey"], key);
    let played = baton.json(&["demo"]).await;
    assert_eq!(played["demo"]["status"]["status"], "COMPLETED");
    let doctor = baton.run(&["doctor", "--json"]).await;
    assert_eq!(doctor.code, 0, "{}", doctor.out);
    drop(again.program);

    // A database that this folder does not belong to.
    environment.push((
        "BATON_DATABASE_URL".to_owned(),
        postgres.create_database("other").unwrap(),
    ));
    let words = UP;
    let said = Baton::on(&data).with(&environment).run(&words).await;
    assert_eq!(said.code, 4, "{}", said.err);
    assert!(said.err.contains("another platform"), "{}", said.err);
    // With attachments of its own, too: its keys are kept here.
    environment.push(("BATON_BLOB_URL".to_owned(), format!("{}/other", s3.url())));
    let said = Baton::on(&data).with(&environment).run(&words).await;
    assert_eq!(said.code, 4, "{}", said.err);
    assert!(said.err.contains("another database"), "{}", said.err);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL and an S3 server: scripts/test cluster"]
async fn a_node_refuses_older_tables_and_names_the_command_that_helps() {
    let folder = tempfile::tempdir().unwrap();
    let postgres = Postgres::start(&Settings::default()).unwrap();
    let url = postgres.create_database("old").unwrap();
    let environment = [("BATON_DATABASE_URL".to_owned(), url)];
    let baton = Baton::on(folder.path()).with(&environment);
    let made = baton.json(&["db", "migrate"]).await;
    assert_eq!(made["version"], made["known"]);
    // As an older program would have left it.
    let last = "DELETE FROM platform.schema_version WHERE version = \
                (SELECT max(version) FROM platform.schema_version)";
    postgres.sql("old", last).unwrap();
    let status = baton.json(&["db", "status"]).await;
    assert_eq!(status["pending"].as_array().unwrap().len(), 1, "{status}");
    let serve = ["platform", "serve", "--listen", "127.0.0.1:0"];
    for words in [&serve[..], &["platform", "practice", "list"]] {
        let said = baton.run(words).await;
        assert_eq!(said.code, 4, "{}", said.err);
        assert!(said.err.contains("baton db migrate"), "{}", said.err);
    }
    // It can be copied all the same, before anything is changed, and brought back with tables of today.
    let to = folder.path().join("backup");
    let words = ["backup", "--to", to.to_str().unwrap(), "--json"];
    let taken = baton.run(&words).await;
    assert_eq!(taken.code, 0, "{}", taken.err);
    assert!(taken.err.contains("older version"), "{}", taken.err);
    let still = baton.json(&["db", "status"]).await;
    assert_eq!(still, status);
    // A newer program's, that this one cannot work with.
    let newer = "INSERT INTO platform.schema_version (version, name, works_with) \
                 SELECT max(version) + 1, '9998_mended', 1 FROM platform.schema_version; \
                 INSERT INTO platform.schema_version (version, name, works_with) VALUES (9999, '9999_x', 9999)";
    postgres.sql("old", newer).unwrap();
    let said = baton.run(&serve).await;
    assert_eq!(said.code, 4, "{}", said.err);
    assert!(
        said.err.contains("not made by this version"),
        "{}",
        said.err
    );
    // A database that is not there, and a user that is not let in.
    let nowhere = [("BATON_DATABASE_URL".to_owned(), postgres.url("nowhere"))];
    let said = Baton::on(folder.path())
        .with(&nowhere)
        .run(&["db", "status"])
        .await;
    assert_eq!(said.code, 3, "{}", said.err);
    assert!(said.err.contains("no such database"), "{}", said.err);
}
