//! How much is under way, so that a user who leaves can wait for it.

use tokio::sync::watch;

/// Counts what is under way.
#[derive(Default)]
pub(super) struct Count(watch::Sender<usize>);

/// Counts until it is dropped.
pub(crate) struct Counted(watch::Sender<usize>);

impl Count {
    pub(super) fn begin(&self) -> Counted {
        self.0.send_modify(|count| *count += 1);
        Counted(self.0.clone())
    }

    /// Returns when nothing is under way.
    pub(super) fn none(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut count = self.0.subscribe();
        async move {
            // An error says that whoever counts is gone, and everything with it.
            let _ = count.wait_for(|count| *count == 0).await;
        }
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count = count.saturating_sub(1));
    }
}
