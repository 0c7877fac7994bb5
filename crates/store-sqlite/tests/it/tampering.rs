//! Whoever changes the audit log behind the platform's back is noticed.

use crate::open;
use jiff::Timestamp;
use model::Actor;
use rusqlite::Connection;
use tempfile::TempDir;

/// Writes ten entries, does something to the table by hand, and says where the chain then breaks.
async fn broken_by(sql: &str) -> Option<u64> {
    let folder = TempDir::new().unwrap();
    let store = open(folder.path());
    for place in 0..10 {
        let at = Timestamp::from_second(1_795_251_600 + place).unwrap();
        let audit = &store.audit;
        audit
            .note(&Actor::System, "look", "the ledger", at)
            .await
            .unwrap();
    }
    assert_eq!(store.audit.verify().await.unwrap().broken_at, None);
    let connection = Connection::open(folder.path().join("platform.sqlite")).unwrap();
    assert_eq!(connection.execute(sql, []).unwrap(), 1);
    store
        .audit
        .verify()
        .await
        .unwrap()
        .broken_at
        .map(|broken| broken.seq)
}

#[tokio::test]
async fn a_changed_entry_is_noticed() {
    for change in [
        "actor = 'operator:Mallory'",
        "action = 'shred'",
        "subject = 'another ledger'",
        "at = at + 1",
        "hash = zeroblob(32)",
    ] {
        let sql = format!("UPDATE audit SET {change} WHERE seq = 4");
        assert_eq!(broken_by(&sql).await, Some(4), "{change}");
    }
}

#[tokio::test]
async fn an_entry_taken_out_is_noticed_at_the_next_one() {
    let broken = broken_by("DELETE FROM audit WHERE seq = 4").await;
    assert_eq!(broken, Some(5));
    let broken = broken_by("DELETE FROM audit WHERE seq = 1").await;
    assert_eq!(broken, Some(2));
}

#[tokio::test]
async fn an_entry_put_in_is_noticed() {
    let sql =
        "INSERT INTO audit SELECT 11, at, actor, action, subject, hash FROM audit WHERE seq = 10";
    assert_eq!(broken_by(sql).await, Some(11));
}
