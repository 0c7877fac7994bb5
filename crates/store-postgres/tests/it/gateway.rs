//! The gateway's conformance suite on a PostgreSQL server, and what only several nodes and a real server can show.

mod damaged;
mod doubt;
mod links_in_doubt;
mod nodes;
mod people;
mod renewals;
mod schema;
mod world;

use crate::server::Database;
use store::gateway::GatewayStore;

async fn make() -> (GatewayStore, Database) {
    let database = Database::new().await;
    (database.open_gateway().await, database)
}

mod one_node {
    store::conformance::gateway::suite!(
        #[ignore = "needs PostgreSQL: scripts/test postgres"]
        crate::gateway::make
    );
}
