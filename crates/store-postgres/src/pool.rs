//! Connections kept for the next call.

use crate::connect::Connector;
use crate::link::{Ears, Link, Session};
use crate::trouble::Trouble;
use deadpool::Runtime;
use deadpool::managed::{
    Manager, Metrics, Object, QueueMode, RecycleError, RecycleResult, Timeouts,
};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// A connection this old is replaced, so that nodes spread again after a server came back.
const OLDEST: Duration = Duration::from_secs(30 * 60);
/// How long a call waits for a connection that others use.
const WAIT: Duration = Duration::from_secs(5);
/// How long a connection is kept whose server owes an answer to a COMMIT.
const PARKED: Duration = Duration::from_secs(15 * 60);

struct Sessions(Arc<Connector>);

impl Manager for Sessions {
    type Type = Session;
    type Error = Trouble;

    async fn create(&self) -> Result<Session, Trouble> {
        self.0.connect(Ears::default()).await
    }

    async fn recycle(&self, session: &mut Session, metrics: &Metrics) -> RecycleResult<Trouble> {
        if session.link.client.is_closed() || metrics.age() > OLDEST {
            return Err(RecycleError::message("replaced"));
        }
        Ok(())
    }
}

/// The connections of a node.
pub(crate) struct Pool {
    sessions: deadpool::managed::Pool<Sessions>,
    /// Room for parked ones beside those of the pool.
    parking: Arc<Semaphore>,
}

impl Pool {
    pub(crate) fn new(connector: Arc<Connector>, connections: u32) -> Result<Self, Trouble> {
        let timeouts = Timeouts {
            wait: Some(WAIT),
            // The connector has its own.
            create: None,
            recycle: None,
        };
        let most = usize::try_from(connections.max(2)).unwrap_or(Semaphore::MAX_PERMITS);
        let sessions = deadpool::managed::Pool::builder(Sessions(connector))
            .max_size(most)
            .timeouts(timeouts)
            // The one used last has the warmest server process.
            .queue_mode(QueueMode::Lifo)
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(|_| Trouble::gone("no connections can be kept"))?;
        Ok(Self {
            sessions,
            parking: Arc::new(Semaphore::new(most)),
        })
    }

    pub(crate) async fn take(&self) -> Result<Lease, Trouble> {
        Ok(Lease(Some(self.sessions.get().await?)))
    }

    /// Those that wait for a call go: the server that they lead to is no longer the right one.
    pub(crate) fn clear(&self) {
        drop(self.sessions.retain(|_, _| false));
    }
}

impl Pool {
    /// Keeps a connection that owes an answer to a COMMIT until the answer comes. Cut, its server would go on
    /// waiting for the standby all the same, and others in its place would take the last that the server has.
    /// As many as the pool holds are kept beside it, so that reads go on; any more count as taken.
    pub(crate) fn park(&self, mut lease: Lease) {
        let Some(object) = lease.0.take() else { return };
        let link = Arc::clone(&object.link);
        let permit = Arc::clone(&self.parking).try_acquire_owned().ok();
        let kept = if permit.is_some() {
            Parked::Beside(Object::take(object))
        } else {
            Parked::Counted(Lease(Some(object)))
        };
        tokio::spawn(async move {
            // Answered after what was asked before.
            let turn = link.turn().await;
            let asked = turn.send_text("").await;
            drop(turn);
            // However it ends, nothing more is expected of it.
            drop(timeout(PARKED, asked.wait()).await);
            drop((kept, permit));
        });
    }
}

/// A connection that is kept and not used; cut when dropped.
enum Parked {
    Beside(#[expect(dead_code, reason = "held")] Session),
    Counted(#[expect(dead_code, reason = "held")] Lease),
}

/// A connection in a caller's hands. It is cut unless it is given back: a caller that goes away in the
/// middle of a transaction leaves nothing open.
pub(crate) struct Lease(Option<Object<Sessions>>);

impl Lease {
    pub(crate) fn link(&self) -> Option<Arc<Link>> {
        self.0.as_ref().map(|session| Arc::clone(&session.link))
    }

    /// Nothing is under way on it: the next call may have it.
    pub(crate) fn give_back(mut self) {
        drop(self.0.take());
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Some(session) = self.0.take() {
            drop(Object::take(session));
        }
    }
}
