//! Trouble between nodes and their database under load: connections cut, the server restarted, a node that
//! hangs in the middle of its transactions.

use super::balancer::Balancer;
use super::counted;
use super::nodes::Cluster;
use crate::crash::chance::{Chance, seed_of_os};
use crate::crash::parcel::Expected;
use crate::crash::senders::Load;
use crate::world::partner::Integrator;
use rustix::process::Signal;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

const SENDERS: usize = 8;
const GOES_ON_WITHIN: Duration = Duration::from_secs(60);

/// Senders at an address, and what was accepted of theirs.
pub(crate) struct Work {
    load: Arc<Load>,
    senders: JoinSet<()>,
}

impl Work {
    /// At the balancer.
    pub(crate) async fn start(cluster: &Cluster) -> Self {
        let desk = cluster.desk().await;
        let (integrator, _) = cluster.client("Kestrel Lane Pharmacy").await;
        let token = cluster.token(&desk, &integrator).await;
        Self::by(&integrator, &token)
    }

    /// By this client system.
    pub(crate) fn by(integrator: &Integrator, token: &str) -> Self {
        let load = Load::new(seed_of_os(), integrator.clone(), token.to_owned());
        let senders = load.start(SENDERS);
        load.set_active(SENDERS);
        Self { load, senders }
    }

    pub(crate) fn accepted(&self) -> u64 {
        self.load.counts.accepted.load(Ordering::Relaxed)
    }

    /// Lets messages be sent for a while; the longest time without a 200.
    pub(crate) async fn go_on(&self, time: Duration) -> Duration {
        let end = Instant::now() + time;
        let mut longest = Duration::ZERO;
        let mut last = (self.accepted(), Instant::now());
        while Instant::now() < end {
            self.load.allow(1);
            sleep(Duration::from_millis(10)).await;
            if self.accepted() > last.0 {
                last = (self.accepted(), Instant::now());
            }
            longest = longest.max(last.1.elapsed());
        }
        longest
    }

    /// Brings home what was begun.
    pub(crate) async fn end(mut self) -> Vec<Expected> {
        self.load.end();
        let all = async { while self.senders.join_next().await.is_some() {} };
        let home = timeout(GOES_ON_WITHIN, all).await;
        assert!(home.is_ok(), "a message was not accepted in peace");
        assert_eq!(self.load.faults(), Vec::<String>::new());
        let accepted = self.load.take_accepted().into_iter();
        let accepted: Vec<_> = accepted.map(|(message, _)| message).collect();
        let counts = &self.load.counts;
        println!(
            "{} messages with 200, {} tries without an answer, {} with 503",
            accepted.len(),
            counts.unanswered.load(Ordering::Relaxed),
            counts.refused.load(Ordering::Relaxed),
        );
        accepted
    }
}

/// All that was accepted is there once, with its bytes, and nothing else.
pub(crate) async fn count(cluster: &Cluster, accepted: &[Expected]) {
    counted::database(cluster, accepted.len()).await;
    counted::contents(cluster, accepted);
    println!("lost 0, twice 0");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
#[ignore = "needs PostgreSQL and an S3 server: scripts/test cluster"]
async fn connections_that_are_cut_all_the_time_lose_nothing_and_double_nothing() {
    let cluster = Cluster::start().await;
    cluster.announce_outage();
    let work = Work::start(&cluster).await;
    let chance = Chance::new(seed_of_os());
    let begun = Instant::now();
    let mut cut = 0;
    while begun.elapsed() < Duration::from_secs(12) {
        work.go_on(Duration::from_millis(chance.within(20, 400)))
            .await;
        let ended = tokio::task::block_in_place(|| {
            cluster.count(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                 WHERE application_name = 'baton'",
            )
        });
        cut += ended;
    }
    println!("{cut} connections cut");
    assert!(cut > 20, "{cut}");
    count(&cluster, &work.end().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
#[ignore = "needs PostgreSQL and an S3 server: scripts/test cluster"]
async fn a_database_server_that_loses_its_power_and_comes_back_has_all_that_was_acknowledged() {
    let cluster = Cluster::start().await;
    cluster.announce_outage();
    let work = Work::start(&cluster).await;
    for round in 0..3 {
        work.go_on(Duration::from_secs(2)).await;
        tokio::task::block_in_place(|| cluster.primary.kill());
        work.go_on(Duration::from_secs(1)).await;
        tokio::task::block_in_place(|| cluster.primary.start_again().unwrap());
        let up = Instant::now();
        let before = work.accepted();
        while work.accepted() == before {
            assert!(up.elapsed() < GOES_ON_WITHIN, "it does not go on");
            work.go_on(Duration::from_millis(10)).await;
        }
        let took = up.elapsed();
        println!("power cut {round}: first 200 {took:.1?} after the server was back");
    }
    count(&cluster, &work.end().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
#[ignore = "needs PostgreSQL and an S3 server: scripts/test cluster"]
async fn a_node_that_hangs_in_its_transactions_holds_the_others_up_for_seconds_only() {
    let cluster = Cluster::start().await;
    // It wakes up and finds that all its time-outs are over.
    cluster.announce_outage();
    let others = Balancer::before(&cluster.ports()[..2]).await;
    let desk = cluster.desk().await;
    let (integrator, _) = cluster.client("Kestrel Lane Pharmacy").await;
    let token = cluster.token(&desk, &integrator).await;
    let here = Work::by(&integrator.at(&others.url()), &token);
    let there = Work::by(&integrator.at(&cluster.url(2)), &token);
    let both = Duration::from_secs(2);
    tokio::join!(here.go_on(both), there.go_on(both));
    cluster.signal(2, Signal::STOP);
    let open = "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'";
    println!("{} transactions are open", cluster.count(open));
    let longest = here.go_on(Duration::from_secs(15)).await;
    cluster.signal(2, Signal::CONT);
    println!("longest time without a 200 beside a node that hangs: {longest:.1?}");
    assert!(longest < Duration::from_secs(12), "{longest:?}");
    there.go_on(Duration::from_secs(2)).await;
    let mut accepted = there.end().await;
    accepted.extend(here.end().await);
    count(&cluster, &accepted).await;
}
