//! The conformance suite on a database in a file and on a temporary one, and what only a file can show.

#![expect(clippy::unwrap_used, reason = "a test's helpers may panic as it may")]

mod backup;
mod condemned;
mod damaged;
mod directory;
mod durable;
mod gateway;
mod gateway_damaged;
mod gateway_links;
mod million;
mod tampering;

use model::entropy::SeededEntropy;
use std::future::{Ready, ready};
use std::path::Path;
use std::sync::Arc;
use store::blob::{Blobs, DiskBlobs};
use store::gateway::GatewayStore;
use store::platform::PlatformStore;
use tempfile::TempDir;

fn blobs(folder: &Path) -> Arc<dyn Blobs> {
    Arc::new(DiskBlobs::open(folder, Arc::new(SeededEntropy::new(7))).unwrap())
}

fn file() -> Ready<(PlatformStore, TempDir)> {
    let folder = TempDir::new().unwrap();
    ready((open(folder.path()), folder))
}

fn temporary() -> Ready<(PlatformStore, TempDir)> {
    let folder = TempDir::new().unwrap();
    let store = store_sqlite::open_temporary(blobs(folder.path())).unwrap();
    ready((store, folder))
}

fn open(folder: &Path) -> PlatformStore {
    let path = folder.join("platform.sqlite");
    store_sqlite::open(&path, blobs(&folder.join("blobs"))).unwrap()
}

fn gateway_file() -> Ready<(GatewayStore, TempDir)> {
    let folder = TempDir::new().unwrap();
    ready((open_gateway(folder.path()), folder))
}

fn gateway_temporary() -> Ready<(GatewayStore, ())> {
    ready((store_sqlite::open_gateway_temporary().unwrap(), ()))
}

fn open_gateway(folder: &Path) -> GatewayStore {
    store_sqlite::open_gateway(&folder.join("gateway.sqlite")).unwrap()
}

mod gateway_on_a_file {
    store::conformance::gateway::suite!(crate::gateway_file);
}

mod gateway_on_a_temporary_database {
    store::conformance::gateway::suite!(crate::gateway_temporary);
}

mod on_a_file {
    store::conformance::suite!(crate::file);
}

mod on_a_temporary_database {
    store::conformance::suite!(crate::temporary);
}
