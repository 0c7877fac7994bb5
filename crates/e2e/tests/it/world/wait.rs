//! Looking for what must happen, until a limit.

use std::time::Duration;
use tokio::time::Instant;

/// Everything here happens within a second on an idle machine; this is for a busy one.
const LIMIT: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(40);

/// Waits until `holds` answers yes.
pub(crate) async fn until(what: &str, holds: impl AsyncFn() -> bool) {
    found(what, async || holds().await.then_some(())).await;
}

/// Waits until `find` has something.
pub(crate) async fn found<T>(what: &str, find: impl AsyncFn() -> Option<T>) -> T {
    let end = Instant::now() + LIMIT;
    loop {
        if let Some(found) = find().await {
            return found;
        }
        assert!(Instant::now() < end, "not within {LIMIT:?}: {what}");
        tokio::time::sleep(PAUSE).await;
    }
}
