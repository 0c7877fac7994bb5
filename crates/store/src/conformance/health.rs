//! Whether storage answers.

use crate::platform::PlatformStore;

pub async fn storage_answers(store: PlatformStore) {
    store.health.check().await.unwrap();
    store.health.check().await.unwrap();
}
