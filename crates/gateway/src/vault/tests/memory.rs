//! Data keys and sealed values in memory, with the promises that a database keeps.

use async_trait::async_trait;
use model::DataKeyId;
use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use store::gateway::{DataKey, Sealed, SealedPlace, SealedRow, VaultKeys};
use store::{Result, StoreError};

#[derive(Default)]
pub(in crate::vault) struct MemoryKeys {
    keys: Mutex<Vec<DataKey>>,
    rows: Mutex<HashMap<SealedPlace, Sealed>>,
    failing: AtomicBool,
    reads: AtomicU64,
}

impl MemoryKeys {
    /// From now on nothing is read or written, or it is again.
    pub(in crate::vault) fn fail(&self, failing: bool) {
        self.failing.store(failing, Ordering::SeqCst);
    }

    /// How often the keys were read.
    pub(in crate::vault) fn reads(&self) -> u64 {
        self.reads.load(Ordering::SeqCst)
    }

    /// Turns a bit of the first key.
    pub(in crate::vault) fn damage(&self) {
        self.keys.lock().unwrap()[0].wrapped[40] ^= 1;
    }

    /// Writes a sealed value; `false` when its key is gone, as a foreign key would have it.
    pub(in crate::vault) fn put(&self, place: SealedPlace, sealed: Sealed) -> bool {
        let keys = self.keys.lock().unwrap();
        let known = keys.iter().any(|key| key.id == sealed.key);
        if known {
            self.rows.lock().unwrap().insert(place, sealed);
        }
        known
    }

    /// Reads a sealed value.
    pub(in crate::vault) fn get(&self, place: &SealedPlace) -> Option<Sealed> {
        self.rows.lock().unwrap().get(place).cloned()
    }

    fn up(&self) -> Result<()> {
        if self.failing.load(Ordering::SeqCst) {
            return Err(StoreError::Unavailable {
                transaction: "a test",
                source: None,
            });
        }
        Ok(())
    }
}

#[async_trait]
impl VaultKeys for MemoryKeys {
    async fn keys(&self) -> Result<Vec<DataKey>> {
        self.up()?;
        self.reads.fetch_add(1, Ordering::SeqCst);
        let keys = self.keys.lock().unwrap().clone();
        tokio::task::yield_now().await;
        Ok(keys)
    }

    async fn add_key(&self, key: &DataKey, only_first: bool) -> Result<bool> {
        self.up()?;
        let mut keys = self.keys.lock().unwrap();
        let adds = keys.is_empty() || !only_first;
        if adds {
            keys.push(key.clone());
        }
        Ok(adds)
    }

    async fn rewrap(&self, id: DataKeyId, was: &[u8], by: &str, wrapped: &[u8]) -> Result<bool> {
        self.up()?;
        let mut keys = self.keys.lock().unwrap();
        let Some(key) = keys
            .iter_mut()
            .find(|key| key.id == id && key.wrapped == was)
        else {
            return Ok(false);
        };
        by.clone_into(&mut key.wrapped_by);
        key.wrapped = wrapped.to_vec();
        Ok(true)
    }

    async fn remove_key(&self, id: DataKeyId) -> Result<bool> {
        self.up()?;
        let mut keys = self.keys.lock().unwrap();
        if self.rows.lock().unwrap().values().any(|row| row.key == id) {
            return Ok(false);
        }
        let before = keys.len();
        keys.retain(|key| key.id != id);
        Ok(keys.len() < before)
    }

    async fn sealed_under_others(&self, than: DataKeyId, limit: u32) -> Result<Vec<SealedRow>> {
        self.up()?;
        let rows = self.rows.lock().unwrap();
        let others = rows.iter().filter(|(_, sealed)| sealed.key != than);
        Ok(others
            .take(limit as usize)
            .map(|(place, sealed)| SealedRow {
                place: place.clone(),
                sealed: sealed.clone(),
            })
            .collect())
    }

    async fn progress(&self, than: DataKeyId) -> Result<(u64, u64)> {
        self.up()?;
        let rows = self.rows.lock().unwrap();
        let left = rows.values().filter(|sealed| sealed.key != than).count();
        Ok((rows.len() as u64, left as u64))
    }

    async fn reseal(&self, place: &SealedPlace, was: &Sealed, now: &Sealed) -> Result<bool> {
        self.up()?;
        let keys = self.keys.lock().unwrap();
        if !keys.iter().any(|key| key.id == now.key) {
            return Err(StoreError::Fault {
                transaction: "seal under a key that is gone",
                source: None,
            });
        }
        let mut rows = self.rows.lock().unwrap();
        match rows.get_mut(place) {
            Some(row) if row == was => {
                *row = now.clone();
                Ok(true)
            }
            _ => Ok(false),
        }
    }
}
