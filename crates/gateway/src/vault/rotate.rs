//! Another data key, and everything sealed anew under it in the background, in small batches.
//!
//! A secret is replaced only if it still lies there as it was read, so nobody waits for this and nothing that is
//! written meanwhile is lost. Several nodes may do it at once. An old key goes when nothing is sealed under it and
//! no node can still be sealing under it; the database keeps a key for as long as a secret names it.

use super::{Vault, VaultError};
use httpkit::lifecycle::Shutdown;
use jiff::{SignedDuration, Timestamp};
use model::DataKeyId;
use std::collections::HashSet;
use std::sync::atomic::Ordering;
use std::time::Duration;
use store::gateway::{SealedPlace, SealedRow};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};
use tracing::{info, warn};

/// A key is kept for so long after a newer one took its place: other nodes seal under it for up to a minute, their
/// clocks may differ, and links that were signed under it live for a quarter of an hour.
pub(super) const LINGER: SignedDuration = SignedDuration::from_mins(20);
/// Secrets sealed anew between two looks at whether the end has begun.
const BATCH: u32 = 50;
/// How often there is a look whether something is to be done.
const LOOK: Duration = Duration::from_secs(1);
/// A failure is followed by a rest.
const REST: Duration = Duration::from_secs(15);

/// How far re-sealing has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The key that seals.
    pub active: DataKeyId,
    /// All keys, oldest first.
    pub keys: Vec<KeyState>,
    /// How many secrets there are.
    pub secrets: u64,
    /// How many of them are sealed under an older key.
    pub left: u64,
    /// How many of those did not open when this process last tried.
    pub unreadable: u64,
}

/// A data key, without the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyState {
    /// Its name.
    pub id: DataKeyId,
    /// When it was made.
    pub made_at: Timestamp,
    /// When it may go, once nothing is sealed under it; `None` for the active one.
    pub goes_at: Option<Timestamp>,
    /// Which key-encryption key wrapped it.
    pub wrapped_by: String,
}

impl Progress {
    /// Whether everything is sealed under the active key. Older keys may still be there for a while.
    pub fn is_done(&self) -> bool {
        self.left == 0
    }
}

impl Vault {
    /// Makes another data key, which seals from now on, and wraps all keys by the present key-encryption key.
    /// [`Self::work`] does the rest.
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn rotate(&self) -> Result<DataKeyId, VaultError> {
        let id = self.0.keys.supersede(&*self.0.entropy).await?;
        self.0.keys.rewrap().await?;
        info!(key = %id, "another data key seals from now on");
        Ok(id)
    }

    /// How far re-sealing has come.
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn progress(&self) -> Result<Progress, VaultError> {
        self.0.keys.read_anew().await?;
        let ring = self.0.keys.ring();
        let (secrets, left) = self.0.store.progress(ring.active).await?;
        let mut keys: Vec<_> = ring
            .keys
            .iter()
            .map(|(id, held)| KeyState {
                id: *id,
                made_at: held.made_at,
                goes_at: held
                    .superseded_at
                    .and_then(|at| at.checked_add(LINGER).ok()),
                wrapped_by: held.wrapped_by.clone(),
            })
            .collect();
        keys.sort_by_key(|key| (key.made_at, key.id));
        Ok(Progress {
            active: ring.active,
            keys,
            secrets,
            left,
            unreadable: self.0.unreadable.load(Ordering::Relaxed).min(left),
        })
    }

    /// Re-seals and removes old keys whenever there are any. Runs until the end begins.
    pub async fn work(self, shutdown: Shutdown) {
        let mut unreadable = HashSet::new();
        let mut look = interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let ending = shutdown.begun();
        tokio::pin!(ending);
        loop {
            tokio::select! {
                () = &mut ending => return,
                _ = look.tick() => {}
            }
            if let Err(error) = self.tend(&mut unreadable, &shutdown).await {
                warn!(
                    cause = httpkit::problem::chain(&error),
                    "the vault could not be tended"
                );
                tokio::select! {
                    () = &mut ending => return,
                    () = sleep_until(Instant::now() + REST) => {}
                }
            }
        }
    }

    /// One round: seals anew what is sealed under older keys, then removes keys whose time is over.
    pub(super) async fn tend(
        &self,
        unreadable: &mut HashSet<SealedPlace>,
        shutdown: &Shutdown,
    ) -> Result<(), VaultError> {
        self.0.keys.refresh().await?;
        if self.0.keys.ring().keys.len() == 1 {
            return Ok(());
        }
        let mut sealed_anew = 0_u32;
        loop {
            // Whoever took an older key for the active one would seal backwards, for ever.
            self.0.keys.read_anew().await?;
            let ring = self.0.keys.ring();
            // Those that did not open are left where they are; they must not keep the others from their turn.
            let skipped = u32::try_from(unreadable.len()).unwrap_or(u32::MAX);
            let limit = BATCH.saturating_add(skipped);
            let rows = self.0.store.sealed_under_others(ring.active, limit).await?;
            unreadable.retain(|place| rows.iter().any(|row| row.place == *place));
            let mut moved = 0;
            for row in &rows {
                // A key that was not there a moment ago is newer than all of these.
                let older = ring.keys.contains_key(&row.sealed.key);
                if older
                    && !unreadable.contains(&row.place)
                    && self.seal_anew(row, unreadable).await?
                {
                    moved += 1;
                }
            }
            let bad = u64::try_from(unreadable.len()).unwrap_or(u64::MAX);
            self.0.unreadable.store(bad, Ordering::Relaxed);
            sealed_anew += moved;
            if moved == 0 || shutdown.has_begun() {
                break;
            }
            tokio::task::yield_now().await;
        }
        if sealed_anew > 0 {
            info!(
                secrets = sealed_anew,
                "sealed anew under the active data key"
            );
        }
        self.remove_old_keys().await
    }

    /// Seals one secret anew. `false` when it does not open, or is no longer what it was.
    async fn seal_anew(
        &self,
        row: &SealedRow,
        unreadable: &mut HashSet<SealedPlace>,
    ) -> Result<bool, VaultError> {
        let secret = match self.unseal(&row.place, &row.sealed).await {
            Ok(secret) => secret,
            // Others have sealed it anew since it was read, and its key has gone.
            Err(VaultError::UnknownKey(_)) => return Ok(false),
            Err(error @ VaultError::Unreadable(_)) => {
                warn!(place = ?row.place, cause = %error, "a secret can't be sealed anew");
                unreadable.insert(row.place.clone());
                return Ok(false);
            }
            Err(error) => return Err(error),
        };
        let anew = self.seal(&row.place, &secret).await?;
        Ok(self.0.store.reseal(&row.place, &row.sealed, &anew).await?)
    }

    async fn remove_old_keys(&self) -> Result<(), VaultError> {
        let now = self.0.clock.now();
        let mut removed = false;
        for (id, held) in &self.0.keys.ring().keys {
            let over = held
                .superseded_at
                .is_some_and(|at| now.duration_since(at) >= LINGER);
            if over && self.0.store.remove_key(*id).await? {
                info!(key = %id, "nothing is sealed under an old data key any more, so it is removed");
                removed = true;
            }
        }
        if removed {
            self.0.keys.read_anew().await?;
        }
        Ok(())
    }
}
