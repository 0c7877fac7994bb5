//! Ending in order: one signal that listeners, streams and workers all watch.

use std::sync::Arc;
use tokio::sync::watch;

/// The signal to end. Clones share it.
#[derive(Clone, Debug)]
pub struct Shutdown(Arc<watch::Sender<bool>>);

impl Default for Shutdown {
    fn default() -> Self {
        Self(Arc::new(watch::channel(false).0))
    }
}

impl Shutdown {
    /// Tells everyone to end. Twice is once.
    pub fn begin(&self) {
        self.0.send_replace(true);
    }

    /// Whether the end has begun.
    pub fn has_begun(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits for the end to begin.
    pub fn begun(&self) -> impl Future<Output = ()> + Send + 'static {
        let mut watching = self.0.subscribe();
        async move {
            // The sender lives in `self`'s clones; when all are gone, that is an end as well.
            drop(watching.wait_for(|begun| *begun).await);
        }
    }
}
