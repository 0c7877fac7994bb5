//! Data keys in memory: read anew every minute and whenever an unknown one is named, so that nodes that share a
//! database need not speak to each other.

use super::kek::{KekError, KeyEncryption};
use super::{KeyBytes, VaultError};
use jiff::{SignedDuration, Timestamp};
use model::{Clock, DataKeyId, Entropy, entropy};
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};
use store::gateway::{DataKey, VaultKeys};
use tokio::sync::Mutex;

/// Keys that were read so long ago are read anew before something is sealed. A node therefore seals under a key
/// at most this long after another node made a newer one.
pub(super) const FRESH: SignedDuration = SignedDuration::from_secs(60);
/// So often at most are keys read anew for a name that came from outside.
const PATIENCE: SignedDuration = SignedDuration::from_secs(5);

/// The keys of one database.
pub(super) struct Keys {
    kek: Arc<dyn KeyEncryption>,
    former: Vec<Arc<dyn KeyEncryption>>,
    store: Arc<dyn VaultKeys>,
    clock: Arc<dyn Clock>,
    ring: RwLock<Arc<Ring>>,
    /// Held while keys are read, so that many who want the same read it once.
    reading: Mutex<()>,
}

/// The keys as they were when they were read.
pub(super) struct Ring {
    /// The newest one, which seals.
    pub(super) active: DataKeyId,
    /// All of them.
    pub(super) keys: BTreeMap<DataKeyId, Held>,
    read_at: Timestamp,
}

/// One key.
#[derive(Clone)]
pub(super) struct Held {
    key: Arc<KeyBytes>,
    /// When it was made.
    pub(super) made_at: Timestamp,
    /// When a newer one took its place.
    pub(super) superseded_at: Option<Timestamp>,
    /// Which key-encryption key wrapped it.
    pub(super) wrapped_by: String,
    wrapped: Vec<u8>,
}

impl Keys {
    /// Reads the keys, making the first one when there is none.
    pub(super) async fn open(
        kek: Arc<dyn KeyEncryption>,
        former: Vec<Arc<dyn KeyEncryption>>,
        store: Arc<dyn VaultKeys>,
        clock: Arc<dyn Clock>,
        entropy: &dyn Entropy,
    ) -> Result<Self, VaultError> {
        let keys = Self {
            ring: RwLock::new(Arc::new(Ring {
                active: DataKeyId(uuid::Uuid::nil()),
                keys: BTreeMap::new(),
                read_at: Timestamp::MIN,
            })),
            reading: Mutex::new(()),
            kek,
            former,
            store,
            clock,
        };
        if keys.store.keys().await?.is_empty() {
            let first = keys.make(keys.clock.now(), entropy).await?;
            // Another node may have been quicker; then this one is forgotten.
            keys.store.add_key(&first, true).await?;
        }
        keys.read_anew().await?;
        Ok(keys)
    }

    /// A new key, not stored yet.
    async fn make(&self, made_at: Timestamp, entropy: &dyn Entropy) -> Result<DataKey, VaultError> {
        let id = DataKeyId(entropy::uuid_v7(made_at, entropy));
        let key = KeyBytes::generate(entropy);
        Ok(DataKey {
            id,
            wrapped_by: self.kek.id().await?,
            wrapped: self.kek.wrap(&context(id), &key).await?,
            made_at,
        })
    }

    /// Makes a newer key, which seals from now on.
    pub(super) async fn supersede(&self, entropy: &dyn Entropy) -> Result<DataKeyId, VaultError> {
        self.read_anew().await?;
        let newest = self.ring().newest();
        // The newest one seals, so it must be the newest by its date, wherever the clock went.
        let after = newest.saturating_add(SignedDuration::from_millis(1));
        let made_at = whole_millis(self.clock.now()).max(after.unwrap_or(Timestamp::MAX));
        let key = self.make(made_at, entropy).await?;
        self.store.add_key(&key, false).await?;
        self.read_anew().await?;
        Ok(key.id)
    }

    /// Wraps every key by the present key-encryption key.
    pub(super) async fn rewrap(&self) -> Result<(), VaultError> {
        let present = self.kek.id().await?;
        let mut changed = false;
        for (id, held) in &self.ring().keys {
            if held.wrapped_by != present {
                let wrapped = self.kek.wrap(&context(*id), &held.key).await?;
                // When it is not as it was, another node has done it.
                changed |= self
                    .store
                    .rewrap(*id, &held.wrapped, &present, &wrapped)
                    .await?;
            }
        }
        if changed {
            self.read_anew().await?;
        }
        Ok(())
    }

    /// The key to seal under.
    pub(super) async fn active(&self) -> Result<(DataKeyId, Arc<KeyBytes>), VaultError> {
        self.refresh().await?;
        let ring = self.ring();
        let held = ring.keys.get(&ring.active).ok_or(VaultError::NoKeys)?;
        Ok((ring.active, Arc::clone(&held.key)))
    }

    /// The key of this name, looked for in the database if it is not known.
    pub(super) async fn find(&self, id: DataKeyId) -> Result<Option<Arc<KeyBytes>>, VaultError> {
        if let Some(key) = self.ring().get(id) {
            return Ok(Some(key));
        }
        self.read_anew().await?;
        Ok(self.ring().get(id))
    }

    /// The same for a name that anybody may have made up.
    pub(super) async fn find_now_and_then(
        &self,
        id: DataKeyId,
    ) -> Result<Option<Arc<KeyBytes>>, VaultError> {
        let known = self.ring().get(id);
        if known.is_some() {
            return Ok(known);
        }
        self.read_if_older_than(PATIENCE).await?;
        Ok(self.ring().get(id))
    }

    /// Reads the keys anew if they were read some time ago.
    pub(super) async fn refresh(&self) -> Result<(), VaultError> {
        self.read_if_older_than(FRESH).await
    }

    async fn read_if_older_than(&self, age: SignedDuration) -> Result<(), VaultError> {
        if !self.ring().is_older_than(age, self.clock.now()) {
            return Ok(());
        }
        let _reading = self.reading.lock().await;
        // Somebody else may have done it meanwhile.
        if self.ring().is_older_than(age, self.clock.now()) {
            self.read().await?;
        }
        Ok(())
    }

    /// Reads the keys anew.
    pub(super) async fn read_anew(&self) -> Result<(), VaultError> {
        let _reading = self.reading.lock().await;
        self.read().await
    }

    async fn read(&self) -> Result<(), VaultError> {
        let read_at = self.clock.now();
        let mut rows = self.store.keys().await?;
        rows.sort_by_key(|row| (row.made_at, row.id));
        let known = self.ring();
        let mut keys = BTreeMap::new();
        let mut newer = None;
        for row in rows.into_iter().rev() {
            let key = match known.get(row.id) {
                Some(key) => key,
                None => Arc::new(self.unwrap(&row).await?),
            };
            let held = Held {
                key,
                made_at: row.made_at,
                superseded_at: newer.map(|(_, made_at)| made_at),
                wrapped_by: row.wrapped_by,
                wrapped: row.wrapped,
            };
            newer = Some((row.id, row.made_at));
            keys.insert(row.id, held);
        }
        let newest = keys.iter().find(|(_, held)| held.superseded_at.is_none());
        let active = *newest.ok_or(VaultError::NoKeys)?.0;
        let ring = Ring {
            active,
            keys,
            read_at,
        };
        *self.ring.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(ring);
        Ok(())
    }

    async fn unwrap(&self, row: &DataKey) -> Result<KeyBytes, VaultError> {
        for kek in std::iter::once(&self.kek).chain(&self.former) {
            if kek.id().await? != row.wrapped_by {
                continue;
            }
            return match kek.unwrap(&context(row.id), &row.wrapped).await {
                Err(KekError::Refused(_)) => Err(VaultError::DamagedKey {
                    id: row.id,
                    wrapped_by: row.wrapped_by.clone(),
                }),
                answer => Ok(answer?),
            };
        }
        Err(VaultError::UnknownKek {
            id: row.id,
            wrapped_by: row.wrapped_by.clone(),
        })
    }

    /// The keys as they were last read.
    pub(super) fn ring(&self) -> Arc<Ring> {
        Arc::clone(&self.ring.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Ring {
    fn get(&self, id: DataKeyId) -> Option<Arc<KeyBytes>> {
        self.keys.get(&id).map(|held| Arc::clone(&held.key))
    }

    fn newest(&self) -> Timestamp {
        let made = self.keys.get(&self.active).map(|held| held.made_at);
        made.unwrap_or(Timestamp::MIN)
    }

    fn is_older_than(&self, age: SignedDuration, now: Timestamp) -> bool {
        // A clock that was set back says nothing about the age.
        now < self.read_at || now.duration_since(self.read_at) >= age
    }
}

/// What a wrapped data key is bound to.
fn context(id: DataKeyId) -> String {
    format!("baton-gateway:v1:data_key:{id}:wrapped")
}

fn whole_millis(at: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(Timestamp::MAX)
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let ring = self.ring();
        write!(f, "{} data keys, active {}", ring.keys.len(), ring.active)
    }
}
