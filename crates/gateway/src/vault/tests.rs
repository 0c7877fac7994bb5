//! The vault on a store in memory: several nodes, rotation, other key-encryption keys.

mod kms;
pub(in crate::vault) mod memory;
mod rotating;

use super::kek::{KeyEncryption, LocalKey};
use super::{Vault, VaultError, keys::FRESH};
use jiff::SignedDuration;
use memory::MemoryKeys;
use model::clock::ManualClock;
use model::entropy::SeededEntropy;
use model::{Secret, UserId};
use std::sync::Arc;
use store::gateway::{SealedPlace, VaultKeys as _};

/// One database, one clock, and nodes that share them.
struct World {
    store: Arc<MemoryKeys>,
    clock: Arc<ManualClock>,
    entropy: Arc<SeededEntropy>,
}

impl World {
    fn new() -> Self {
        Self {
            store: Arc::new(MemoryKeys::default()),
            clock: Arc::new(ManualClock::at("2026-11-21T12:00:00Z".parse().unwrap())),
            entropy: Arc::new(SeededEntropy::new(11)),
        }
    }

    fn kek(&self, byte: u8) -> Arc<dyn KeyEncryption> {
        let mut bytes = [byte; 32];
        bytes[0] = 0;
        Arc::new(LocalKey::from_bytes(&bytes, self.entropy.clone()).unwrap())
    }

    /// A node whose key-encryption key is number 1.
    async fn node(&self) -> Vault {
        self.node_with(1, &[]).await.unwrap()
    }

    async fn node_with(&self, kek: u8, former: &[u8]) -> Result<Vault, VaultError> {
        let former = former.iter().map(|byte| self.kek(*byte)).collect();
        let (clock, entropy) = (self.clock.clone(), self.entropy.clone());
        Vault::open(self.kek(kek), former, self.store.clone(), clock, entropy).await
    }

    fn wait(&self, by: SignedDuration) {
        self.clock.advance(by);
    }
}

fn token_of(user: &str) -> SealedPlace {
    SealedPlace::UserToken(UserId::parse(user).unwrap())
}

fn secret(text: &str) -> Secret {
    Secret::new(text.to_owned())
}

#[tokio::test]
async fn a_secret_comes_back_on_every_node_and_only_at_its_place() {
    let world = World::new();
    let (one, other) = (world.node().await, world.node().await);
    assert_eq!(world.store.keys().await.unwrap().len(), 1, "one first key");
    let sealed = one.seal(&token_of("ada"), &secret("t-1")).await.unwrap();
    let opened = other.unseal(&token_of("ada"), &sealed).await.unwrap();
    assert_eq!(opened.reveal(), "t-1");
    let moved = other.unseal(&token_of("bob"), &sealed).await;
    assert!(matches!(moved, Err(VaultError::Unreadable(place)) if place == token_of("bob")));
}

#[tokio::test]
async fn two_nodes_that_start_at_once_make_one_key() {
    let world = World::new();
    let (one, other) = tokio::join!(world.node(), world.node());
    assert_eq!(world.store.keys().await.unwrap().len(), 1);
    let sealed = one.seal(&token_of("ada"), &secret("t")).await.unwrap();
    assert!(other.unseal(&token_of("ada"), &sealed).await.is_ok());
}

#[tokio::test]
async fn what_a_newer_key_sealed_opens_at_once_elsewhere_and_is_used_within_a_minute() {
    let world = World::new();
    let (one, other) = (world.node().await, world.node().await);
    let newer = one.rotate().await.unwrap();
    let sealed = one.seal(&token_of("ada"), &secret("t")).await.unwrap();
    assert_eq!(sealed.key, newer);
    // The other has not looked yet, so it seals under the key it knows.
    let older = other.seal(&token_of("bob"), &secret("u")).await.unwrap();
    assert_ne!(older.key, newer);
    assert!(other.unseal(&token_of("ada"), &sealed).await.is_ok());
    world.wait(FRESH);
    let later = other.seal(&token_of("bob"), &secret("u")).await.unwrap();
    assert_eq!(later.key, newer);
}

#[tokio::test]
async fn a_known_key_opens_without_the_database() {
    let world = World::new();
    let vault = world.node().await;
    let sealed = vault.seal(&token_of("ada"), &secret("t")).await.unwrap();
    world.store.fail(true);
    world.wait(FRESH * 10);
    assert!(vault.unseal(&token_of("ada"), &sealed).await.is_ok());
    let refused = vault
        .seal(&token_of("ada"), &secret("t"))
        .await
        .unwrap_err();
    assert!(refused.is_temporary());
    world.store.fail(false);
    assert!(vault.seal(&token_of("ada"), &secret("t")).await.is_ok());
}

#[tokio::test]
async fn another_key_encryption_key_takes_over_when_the_former_one_is_given() {
    let world = World::new();
    let before = world.node().await;
    let sealed = before.seal(&token_of("ada"), &secret("t")).await.unwrap();
    before.rotate().await.unwrap();
    let alone = world.node_with(2, &[]).await.unwrap_err();
    assert!(
        alone.to_string().contains("give it as a former one"),
        "{alone}"
    );
    let after = world.node_with(2, &[1]).await.unwrap();
    assert!(after.unseal(&token_of("ada"), &sealed).await.is_ok());
    let present = world.kek(2).id().await.unwrap();
    for key in world.store.keys().await.unwrap() {
        assert_eq!(key.wrapped_by, present);
    }
    // The former one is not needed any more, and does not open anything.
    let alone = world.node_with(2, &[]).await.unwrap();
    assert!(alone.unseal(&token_of("ada"), &sealed).await.is_ok());
    assert!(world.node_with(1, &[]).await.is_err());
}

#[tokio::test]
async fn a_damaged_data_key_is_told_at_the_start() {
    let world = World::new();
    world.node().await;
    world.store.damage();
    let refused = world.node_with(1, &[]).await.unwrap_err();
    assert!(
        matches!(refused, VaultError::DamagedKey { .. }),
        "{refused}"
    );
}

#[tokio::test]
async fn a_signature_holds_on_every_node_and_after_a_rotation() {
    let world = World::new();
    let (one, other) = (world.node().await, world.node().await);
    let signature = one.sign("link", "ada|900").await.unwrap();
    assert!(
        other
            .is_signed("link", "ada|900", &signature)
            .await
            .unwrap()
    );
    assert!(
        !other
            .is_signed("link", "bob|900", &signature)
            .await
            .unwrap()
    );
    assert!(
        !other
            .is_signed("else", "ada|900", &signature)
            .await
            .unwrap()
    );
    one.rotate().await.unwrap();
    assert!(one.is_signed("link", "ada|900", &signature).await.unwrap());
    let mut made_up = signature;
    made_up.key = model::DataKeyId(uuid::Uuid::nil());
    let reads = world.store.reads();
    for _ in 0..100 {
        assert!(!one.is_signed("link", "ada|900", &made_up).await.unwrap());
    }
    assert_eq!(world.store.reads(), reads, "strangers cost no look");
}

#[tokio::test]
async fn nothing_of_a_secret_or_a_key_is_printed() {
    let world = World::new();
    let vault = world.node().await;
    let sealed = vault
        .seal(&token_of("ada"), &secret("canary-7f3a"))
        .await
        .unwrap();
    let keys = world.store.keys().await.unwrap();
    let mut printed = vec![format!("{vault:?} {sealed:?} {keys:?}")];
    for place in [token_of("bob"), token_of("ada")] {
        let mut changed = sealed.clone();
        changed.bytes[30] ^= 1;
        let error = vault.unseal(&place, &changed).await.unwrap_err();
        let chain = httpkit::problem::chain(&error);
        assert!(!chain.contains("ada"), "{chain}");
        printed.push(format!("{error:?} {chain}"));
    }
    let printed = printed.concat();
    assert!(
        !printed.contains("canary") && !printed.contains("7f3a"),
        "{printed}"
    );
}
