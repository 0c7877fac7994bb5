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

/// A connection this old is replaced, so that nodes spread again after a server came back.
const OLDEST: Duration = Duration::from_secs(30 * 60);
/// How long a call waits for a connection that others use.
const WAIT: Duration = Duration::from_secs(5);

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
pub(crate) struct Pool(deadpool::managed::Pool<Sessions>);

impl Pool {
    pub(crate) fn new(connector: Arc<Connector>, connections: u32) -> Result<Self, Trouble> {
        let timeouts = Timeouts {
            wait: Some(WAIT),
            // The connector has its own.
            create: None,
            recycle: None,
        };
        deadpool::managed::Pool::builder(Sessions(connector))
            .max_size(usize::try_from(connections.max(2)).unwrap_or(usize::MAX))
            .timeouts(timeouts)
            // The one used last has the warmest server process.
            .queue_mode(QueueMode::Lifo)
            .runtime(Runtime::Tokio1)
            .build()
            .map(Self)
            .map_err(|_| Trouble::gone("no connections can be kept"))
    }

    pub(crate) async fn take(&self) -> Result<Lease, Trouble> {
        Ok(Lease(Some(self.0.get().await?)))
    }

    /// Those that wait for a call go: the server that they lead to is no longer the right one.
    pub(crate) fn clear(&self) {
        drop(self.0.retain(|_, _| false));
    }
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
