//! What is told when a part takes the whole transaction with it.

use crate::migrate::PLATFORM;
use crate::open::prepare;
use crate::platform::{Beside, Tx};
use crate::sql::Sql;
use crate::writer::Writer;
use std::sync::Arc;
use store::wake::Hub;
use store::{Result, StoreError};

/// The database may not grow.
const FULL: Sql = Sql("PRAGMA max_page_count = 1");
const ADD: Sql = Sql("INSERT INTO topic (name) VALUES (hex(randomblob(10000)))");

#[tokio::test]
async fn a_full_disk_is_told_as_such() {
    let folder = tempfile::tempdir().unwrap();
    let connection = prepare(&folder.path().join("a.sqlite"), "FULL", &PLATFORM).unwrap();
    let writer = Writer::start(
        connection,
        Beside::new(Arc::new(Hub::default()), Arc::default()),
    )
    .unwrap();
    let fill = |tx: &mut Tx<'_>| -> Result<()> {
        for _ in 0..1000 {
            tx.write_one(ADD, [], "topic")?;
        }
        Ok(())
    };
    let filled = writer.write("fill", move |tx| {
        tx.one(FULL, [], |_| Ok(()))?;
        tx.attempt(fill)?
    });
    let filled = filled.await;
    assert!(
        matches!(filled, Err(StoreError::Unavailable { .. })),
        "{filled:?}"
    );
}
