//! PostgreSQL: databases, a standby that a COMMIT waits for, a power cut, a promotion.

use std::net::TcpStream;
use std::time::{Duration, Instant};
use testdb::{Postgres, Settings, url_of};

#[test]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
fn a_server_has_databases_and_goes_with_its_value() {
    let server = Postgres::start(&Settings::default().with("work_mem", "5MB")).unwrap();
    let url = server.create_database("first").unwrap();
    assert_eq!(url, server.url("first"));
    let shown = server.sql("first", "SHOW work_mem; SHOW fsync").unwrap();
    assert_eq!(shown, "5MB\non");
    server.set("work_mem", "6MB").unwrap();
    assert_eq!(server.sql("first", "SHOW work_mem").unwrap(), "6MB");
    assert!(server.create_database("drop\"; it").is_err());
    assert!(server.sql("first", "SELECT nothing").is_err());
    let port = server.port();
    drop(server);
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
}

#[test]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
fn what_was_committed_is_there_after_a_power_cut_of_the_primary() {
    let primary = Postgres::start(&Settings::default()).unwrap();
    let standby = primary.standby("second").unwrap();
    primary.wait_for_standby("second").unwrap();
    let make = "CREATE TABLE kept (n int); INSERT INTO kept VALUES (1)";
    primary.sql("postgres", make).unwrap();
    let read_only = standby.sql("postgres", "INSERT INTO kept VALUES (2)");
    assert!(read_only.is_err());
    primary.kill();
    assert!(primary.sql("postgres", "SELECT 1").is_err());
    standby.promote().unwrap();
    let written = "INSERT INTO kept VALUES (3)";
    let url = url_of(&[&primary, &standby], "postgres");
    assert!(url.contains(&format!(
        ":{},127.0.0.1:{}/",
        primary.port(),
        standby.port()
    )));
    standby.sql("postgres", written).unwrap();
    let kept = standby.sql("postgres", "SELECT n FROM kept ORDER BY n");
    assert_eq!(kept.unwrap(), "1\n3");

    primary.start_again().unwrap();
    let kept = primary.sql("postgres", "SELECT n FROM kept ORDER BY n");
    assert_eq!(kept.unwrap(), "1");
    primary.stop();
    assert!(primary.sql("postgres", "SELECT 1").is_err());
}

#[test]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
fn a_commit_waits_for_a_standby_that_hangs() {
    let primary = Postgres::start(&Settings::default()).unwrap();
    let standby = primary.standby("second").unwrap();
    primary.wait_for_standby("second").unwrap();
    primary
        .sql("postgres", "CREATE TABLE kept (n int)")
        .unwrap();
    standby.pause();
    std::thread::scope(|scope| {
        let begun = Instant::now();
        let waits = scope.spawn(|| primary.sql("postgres", "INSERT INTO kept VALUES (1)"));
        let limit = Duration::from_secs(1);
        while begun.elapsed() < limit {
            std::thread::yield_now();
            assert!(!waits.is_finished());
        }
        standby.resume();
        waits.join().unwrap().unwrap();
    });
}
