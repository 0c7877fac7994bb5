//! A widget's secret is in no answer, log line, audit entry or byte of the database.

use super::{SECRET, approved, audit, post, widget, with};
use crate::logs::Logs;
use crate::world::World;
use serde_json::json;
use std::sync::Arc;
use store::blob::DiskBlobs;

#[tokio::test]
async fn a_secret_is_nowhere_to_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("platform.sqlite");
    let blobs = DiskBlobs::open(
        &folder.path().join("blobs"),
        Arc::new(model::entropy::SeededEntropy::new(1)),
    );
    let store = store_sqlite::open(&file, Arc::new(blobs.unwrap())).unwrap();
    let world = World::on(|_| store).await;
    let logs = Logs::catch();
    let partner = world.integrator("Pharmacy First").await;
    approved(&world, &partner, &widget(), &[]).await;
    let mut told = String::new();
    // In its own place, in every other one, and with something else wrong.
    for change in [
        json!({ "icon": SECRET }),
        json!({ "encryptionMethod": SECRET }),
        json!({ "name": format!(" {SECRET}") }),
        json!({ "launchUrl": format!("https://{SECRET}:{SECRET}@supplier.example") }),
        json!({ "encryptionSecret": format!("{SECRET}+") }),
        json!({ "requiresUserData": SECRET }),
        json!({ "icon": "chart" }),
    ] {
        told += &post(&world, &partner, &with(&change)).await.text();
    }
    told += &audit(&world).await.join("\n");
    told += &logs.text();
    assert!(told.contains("answered") && !told.contains(SECRET));
    let names = ["platform.sqlite", "platform.sqlite-wal"];
    let mut bytes = 0;
    for name in names {
        let Ok(content) = std::fs::read(folder.path().join(name)) else {
            continue;
        };
        bytes += content.len();
        let found = content
            .windows(16)
            .any(|part| &SECRET.as_bytes()[..16] == part);
        assert!(!found, "{name}");
    }
    assert!(bytes > 10_000, "{bytes}");
}
