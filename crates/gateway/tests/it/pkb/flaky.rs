//! A database that fails at the worst moments, before or after it has done what it was asked to.

use async_trait::async_trait;
use jiff::Timestamp;
use model::pkb_link::Lapse;
use model::{AppUserId, PublicId};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use store::gateway::{Fence, Flight, FlightLine, Landed, Links, Sealed, Tokens};
use store::{Result, StoreError};

/// Fails landings, or notes of a call, as often as it is told to.
pub(crate) struct Flaky {
    inner: Arc<dyn Links>,
    /// Whether it has done it all the same.
    after_commit: bool,
    landings: AtomicU32,
    calls: AtomicU32,
}

impl Flaky {
    pub(crate) fn around(inner: Arc<dyn Links>, after_commit: bool) -> Arc<Self> {
        Arc::new(Self {
            inner,
            after_commit,
            landings: AtomicU32::new(0),
            calls: AtomicU32::new(0),
        })
    }

    pub(crate) fn fail_landings(&self, times: u32) {
        self.landings.store(times, Ordering::SeqCst);
    }

    pub(crate) fn fail_calls(&self, times: u32) {
        self.calls.store(times, Ordering::SeqCst);
    }

    async fn perhaps<T>(
        &self,
        left: &AtomicU32,
        work: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        let less = |left: u32| left.checked_sub(1);
        let fails = left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, less);
        if fails.is_err() {
            return work.await;
        }
        if self.after_commit {
            drop(work.await);
        }
        Err(StoreError::Unavailable {
            transaction: "fail",
            source: None,
        })
    }
}

#[async_trait]
impl Links for Flaky {
    async fn tokens(&self, id: &AppUserId) -> Result<Option<Tokens>> {
        self.inner.tokens(id).await
    }

    async fn used(&self, id: &AppUserId, generation: u64, due_at: Timestamp) -> Result<()> {
        self.inner.used(id, generation, due_at).await
    }

    async fn take_flight(
        &self,
        by: &str,
        id: &AppUserId,
        generation: u64,
        holder: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Flight> {
        self.inner
            .take_flight(by, id, generation, holder, now, until)
            .await
    }

    async fn calling(&self, id: &AppUserId, fence: Fence, now: Timestamp) -> Result<bool> {
        let work = self.inner.calling(id, fence, now);
        self.perhaps(&self.calls, work).await
    }

    async fn land(
        &self,
        by: &str,
        id: &AppUserId,
        fence: Fence,
        landed: &Landed,
        now: Timestamp,
    ) -> Result<bool> {
        let work = self.inner.land(by, id, fence, landed, now);
        self.perhaps(&self.landings, work).await
    }

    async fn due(&self, now: Timestamp, limit: u32) -> Result<Vec<(AppUserId, u64)>> {
        self.inner.due(now, limit).await
    }

    async fn settle_flights(&self, by: &str, now: Timestamp, limit: u32) -> Result<u64> {
        self.inner.settle_flights(by, now, limit).await
    }

    async fn settle_all_flights(&self, by: &str, now: Timestamp) -> Result<u64> {
        self.inner.settle_all_flights(by, now).await
    }

    async fn lapse(
        &self,
        by: &str,
        id: &AppUserId,
        generation: u64,
        why: Lapse,
        at: Timestamp,
    ) -> Result<bool> {
        self.inner.lapse(by, id, generation, why, at).await
    }

    async fn keep_details(
        &self,
        id: &AppUserId,
        public_id: PublicId,
        details: &Sealed,
        at: Timestamp,
    ) -> Result<bool> {
        self.inner.keep_details(id, public_id, details, at).await
    }

    async fn flights(&self, id: &AppUserId, limit: u32) -> Result<Vec<FlightLine>> {
        self.inner.flights(id, limit).await
    }

    async fn forget_flights(&self, before: Timestamp, limit: u32) -> Result<u64> {
        self.inner.forget_flights(before, limit).await
    }
}
