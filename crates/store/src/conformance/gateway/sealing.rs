//! Data keys and sealed secrets for the suite. What they seal is never opened here.

use crate::conformance::world::at;
use crate::gateway::{DataKey, GatewayStore, Sealed};
use model::{DataKeyId, UserId};
use uuid::Uuid;

/// The data key with this number, made so many seconds after the start.
pub(super) fn key(number: u8) -> DataKey {
    DataKey {
        id: DataKeyId(Uuid::from_u128(0xD0_0000 + u128::from(number))),
        wrapped_by: "file".to_owned(),
        wrapped: vec![number; 60],
        made_at: at(number.into()),
    }
}

/// Adds the data key with this number.
pub(super) async fn add_key(store: &GatewayStore, number: u8) -> DataKeyId {
    let key = key(number);
    assert!(store.vault.add_key(&key, false).await.unwrap());
    key.id
}

/// Something sealed under a key.
pub(super) fn sealed(key: DataKeyId, secret: &str) -> Sealed {
    Sealed {
        key,
        bytes: secret.as_bytes().to_vec(),
    }
}

pub(super) fn user(id: &str) -> UserId {
    UserId::parse(id).unwrap()
}

/// Adds a user.
pub(super) async fn add_user(store: &GatewayStore, id: &str) -> UserId {
    let id = user(id);
    assert!(store.users.put(&id, None, at(0)).await.unwrap());
    id
}
