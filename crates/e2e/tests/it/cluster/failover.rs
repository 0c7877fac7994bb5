//! The primary dies, its standby is promoted: how long nobody gets a 200.

use super::nodes::{Cluster, STANDBY};
use crate::crash::senders::Load;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout};

/// How exactly the moments of 200s are known.
const LOOKS_EVERY: Duration = Duration::from_millis(2);
/// A node waits for a database, and a sender tries again when it is answered 503.
const GOES_ON_WITHIN: Duration = Duration::from_secs(60);
/// So many 200s after the promotion, and the longest time without one is known.
const ENOUGH: usize = 10;

/// How long nobody was answered.
pub(crate) struct Recovery {
    /// From the last 200 before to the first after.
    pub(crate) without: Duration,
    /// From the kill to the promotion's end.
    pub(crate) promoted_after: Duration,
    /// From the kill to the first 200 after.
    pub(crate) first_after: Duration,
}

impl std::fmt::Display for Recovery {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let ms = |time: Duration| time.as_millis();
        write!(
            f,
            "no 200 for {} ms; from the kill of the primary: standby promoted {} ms, first 200 {} ms",
            ms(self.without),
            ms(self.promoted_after),
            ms(self.first_after),
        )
    }
}

/// Kills the primary under load and promotes the standby, which is the primary from then on.
pub(crate) async fn fail_over(cluster: &mut Cluster, load: &Arc<Load>) -> Recovery {
    let moments = Arc::new(Mutex::new(vec![Instant::now()]));
    let looking = tokio::spawn(look(Arc::clone(load), Arc::clone(&moments)));
    let seen_since = |since: Instant| {
        let moments = moments.lock().unwrap();
        moments.iter().filter(|&&moment| moment > since).count()
    };
    let loaded = seen(&seen_since, Instant::now()).await;
    assert!(loaded, "there is no load");
    let standby = cluster.standby.take().expect("there is a standby");
    let dead = std::mem::replace(&mut cluster.primary, standby);
    let killed = Instant::now();
    tokio::task::block_in_place(|| {
        dead.kill();
        cluster.primary.promote().unwrap();
    });
    let promoted = Instant::now();
    let goes_on = seen(&seen_since, promoted).await;
    assert!(goes_on, "nothing is accepted after the promotion");
    looking.abort();
    cluster.dead = Some(dead);
    let moments = moments.lock().unwrap();
    let pairs = moments.windows(2).map(|pair| (pair[0], pair[1]));
    let (last, first) = pairs
        .filter(|&(_, next)| next > killed)
        .max_by_key(|&(last, next)| next - last)
        .unwrap();
    Recovery {
        without: first - last,
        promoted_after: promoted - killed,
        first_after: first - killed,
    }
}

/// Makes a new standby where the dead primary was, so that the next may die.
pub(crate) fn rebuild(cluster: &mut Cluster) {
    let dead = cluster.dead.take().expect("there is a dead one");
    tokio::task::block_in_place(|| {
        let standby = cluster.primary.standby_at(STANDBY, dead.port()).unwrap();
        cluster.primary.wait_for_standby(STANDBY).unwrap();
        cluster.standby = Some(standby);
    });
}

/// Notes the moments at which the number of 200s grew.
async fn look(load: Arc<Load>, moments: Arc<Mutex<Vec<Instant>>>) {
    let mut before = 0;
    loop {
        let now = load.counts.accepted.load(Ordering::Relaxed);
        if now > before {
            before = now;
            moments.lock().unwrap().push(Instant::now());
        }
        sleep(LOOKS_EVERY).await;
    }
}

async fn seen(since: &impl Fn(Instant) -> usize, from: Instant) -> bool {
    let enough = async {
        while since(from) < ENOUGH {
            sleep(LOOKS_EVERY).await;
        }
    };
    timeout(GOES_ON_WITHIN, enough).await.is_ok()
}
