//! A store of users that does not take a token at once.

use async_trait::async_trait;
use jiff::Timestamp;
use model::UserId;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use store::gateway::{Sealed, User, UserFilter, Users, Withdrawn};
use store::{Result, StoreError};
use tokio::sync::Semaphore;

/// Passes everything on, but for what a test asked for.
pub(crate) struct Stubborn {
    pub(crate) inner: Arc<dyn Users>,
    /// Tokens are not taken so many times.
    pub(crate) refuses: AtomicUsize,
    /// No user is read any more.
    pub(crate) blind: AtomicBool,
    /// Tokens are stored so many times without an answer.
    pub(crate) loses: AtomicUsize,
    /// Nothing is stored before there is a permit.
    pub(crate) gate: Semaphore,
    /// How many tokens came.
    pub(crate) came: AtomicUsize,
}

impl Stubborn {
    pub(crate) fn new(inner: Arc<dyn Users>) -> Self {
        Self {
            inner,
            refuses: AtomicUsize::new(0),
            loses: AtomicUsize::new(0),
            blind: AtomicBool::new(false),
            gate: Semaphore::new(Semaphore::MAX_PERMITS),
            came: AtomicUsize::new(0),
        }
    }
}

fn takes_one(count: &AtomicUsize) -> bool {
    let less = |left: usize| left.checked_sub(1);
    count
        .fetch_update(Ordering::SeqCst, Ordering::SeqCst, less)
        .is_ok()
}

fn unavailable() -> StoreError {
    StoreError::Unavailable {
        transaction: "a test",
        source: None,
    }
}

#[async_trait]
impl Users for Stubborn {
    async fn put(&self, id: &UserId, name: Option<&str>, at: Timestamp) -> Result<bool> {
        self.inner.put(id, name, at).await
    }

    async fn get(&self, id: &UserId) -> Result<Option<User>> {
        if self.blind.load(Ordering::SeqCst) {
            return Err(unavailable());
        }
        self.inner.get(id).await
    }

    async fn list(&self, filter: &UserFilter, limit: u32) -> Result<Vec<User>> {
        self.inner.list(filter, limit).await
    }

    async fn delete(&self, by: &str, id: &UserId, at: Timestamp) -> Result<bool> {
        self.inner.delete(by, id, at).await
    }

    async fn authorise(
        &self,
        by: &str,
        id: &UserId,
        token: &Sealed,
        at: Timestamp,
    ) -> Result<Option<u64>> {
        self.came.fetch_add(1, Ordering::SeqCst);
        let _permit = self.gate.acquire().await.unwrap();
        if takes_one(&self.refuses) {
            return Err(unavailable());
        }
        let grant = self.inner.authorise(by, id, token, at).await?;
        if takes_one(&self.loses) {
            return Err(unavailable());
        }
        Ok(grant)
    }

    async fn token(&self, id: &UserId) -> Result<Option<(u64, Sealed)>> {
        self.inner.token(id).await
    }

    async fn verified(&self, id: &UserId, grant: u64, at: Timestamp) -> Result<()> {
        self.inner.verified(id, grant, at).await
    }

    async fn withdrawn(
        &self,
        by: &str,
        id: &UserId,
        grant: u64,
        at: Timestamp,
    ) -> Result<Withdrawn> {
        self.inner.withdrawn(by, id, grant, at).await
    }

    async fn forget(&self, by: &str, id: &UserId, at: Timestamp) -> Result<bool> {
        self.inner.forget(by, id, at).await
    }
}
