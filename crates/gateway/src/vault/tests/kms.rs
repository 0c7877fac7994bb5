//! A key-encryption key that is far away, and away for a while.

use super::super::kek::{KekError, KeyEncryption};
use super::super::{KeyBytes, Vault, keys::FRESH};
use super::{World, secret, token_of};
use async_trait::async_trait;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use store::gateway::VaultKeys as _;

/// A key management service with a key of its own.
struct Kms {
    key: Arc<dyn KeyEncryption>,
    away: AtomicBool,
    unwrapped: AtomicUsize,
}

impl Kms {
    fn answers(&self) -> Result<(), KekError> {
        if self.away.load(Ordering::SeqCst) {
            return Err(KekError::Unavailable("timed out".to_owned()));
        }
        Ok(())
    }
}

#[async_trait]
impl KeyEncryption for Kms {
    async fn id(&self) -> Result<String, KekError> {
        Ok("kms:key/1".to_owned())
    }

    async fn wrap(&self, context: &str, key: &KeyBytes) -> Result<Vec<u8>, KekError> {
        self.answers()?;
        self.key.wrap(context, key).await
    }

    async fn unwrap(&self, context: &str, wrapped: &[u8]) -> Result<KeyBytes, KekError> {
        self.answers()?;
        self.unwrapped.fetch_add(1, Ordering::SeqCst);
        self.key.unwrap(context, wrapped).await
    }
}

#[tokio::test]
async fn a_service_is_asked_once_for_each_key_and_missed_by_nobody_who_has_them() {
    let world = World::new();
    let kms = Arc::new(Kms {
        key: world.kek(1),
        away: AtomicBool::new(false),
        unwrapped: AtomicUsize::new(0),
    });
    let open = || {
        let (clock, entropy) = (world.clock.clone(), world.entropy.clone());
        Vault::open(kms.clone(), Vec::new(), world.store.clone(), clock, entropy)
    };
    let vault = open().await.unwrap();
    let place = token_of("ada");
    let sealed = vault.seal(&place, &secret("t")).await.unwrap();
    for _ in 0..10 {
        world.wait(FRESH);
        vault.seal(&place, &secret("t")).await.unwrap();
        vault.unseal(&place, &sealed).await.unwrap();
    }
    assert_eq!(kms.unwrapped.load(Ordering::SeqCst), 1);

    kms.away.store(true, Ordering::SeqCst);
    assert!(open().await.unwrap_err().is_temporary());
    assert!(vault.rotate().await.unwrap_err().is_temporary());
    assert_eq!(world.store.keys().await.unwrap().len(), 1);
    world.wait(FRESH);
    assert!(vault.unseal(&place, &sealed).await.is_ok());
    assert!(vault.seal(&place, &secret("t")).await.is_ok());

    kms.away.store(false, Ordering::SeqCst);
    let newer = vault.rotate().await.unwrap();
    assert_eq!(vault.seal(&place, &secret("t")).await.unwrap().key, newer);
}
