//! The conformance suite on a PostgreSQL server, and what only several nodes and a real server can show.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test's helpers may panic as it may"
)]

mod accepting;
mod blobs;
mod damaged;
mod directory;
mod doubt;
mod encrypted;
mod failing;
mod feed;
mod gateway;
mod hosts;
mod listening;
mod parts;
mod proxy;
mod racing;
mod schema;
mod server;
mod standby;
mod tampering;
mod world;

use server::Database;
use store::platform::PlatformStore;

async fn make() -> (PlatformStore, Database) {
    let database = Database::new().await;
    (database.open().await, database)
}

mod one_node {
    store::conformance::suite!(
        #[ignore = "needs PostgreSQL: scripts/test postgres"]
        crate::make
    );
}

async fn make_in_parts() -> (PlatformStore, Database) {
    let (store, database) = make().await;
    let now = world::at(0);
    let tended = store.upkeep.tend(now, now).await.unwrap();
    assert_eq!(tended.made, 18);
    (store, database)
}

mod one_node_and_tables_in_parts {
    store::conformance::suite!(
        #[ignore = "needs PostgreSQL: scripts/test postgres"]
        crate::make_in_parts
    );
}
