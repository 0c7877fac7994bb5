//! The proof: nodes die by `kill -9`, then the primary dies and its standby is promoted, under load all the
//! while; at the end every message with a 200 is in the record once, with its bytes.
//!
//! `BATON_CLUSTER_SEED` repeats a run's plan, `BATON_CLUSTER_MINUTES` makes it longer; `scripts/cluster` sets
//! both. A run prints its seed and how long nobody got a 200.

use super::counted;
use super::failover::{Recovery, fail_over, rebuild};
use super::listener::Listener;
use super::nodes::{Cluster, NODES};
use super::practice::Practice;
use crate::crash::chance::{self, Chance};
use crate::crash::follower::{self, Followed};
use crate::crash::parcel::patients;
use crate::crash::senders::Load;
use crate::world::partner::Integrator;
use crate::world::records::Records;
use rustix::process::Signal;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

const SENDERS: usize = 16;
/// Beyond so many unimported messages no new ones are sent.
const MOST_WAITING: usize = 200;
/// How long nodes are killed before a primary is, and after.
const NODES_DIE_FOR: Duration = Duration::from_secs(16);
const AND_AFTER_FOR: Duration = Duration::from_secs(8);
/// The longest lease, the toolbar's longest pause, and time to import.
const SETTLES_WITHIN: Duration = Duration::from_secs(240);
/// An instant message becomes a standard one after ten minutes: before that, the kills stop for a while.
const TOO_OLD: Duration = Duration::from_secs(150);

struct Run {
    /// Ends before what it talks to.
    practice: Practice,
    cluster: Cluster,
    load: Arc<Load>,
    followed: Arc<Followed>,
    chance: Chance,
    kills: u64,
}

/// Says the seed when the run fails.
struct Seed(u64);

impl Drop for Seed {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("the seed of this run: BATON_CLUSTER_SEED={}", self.0);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
#[ignore = "needs PostgreSQL and an S3 server: scripts/test cluster"]
async fn killed_nodes_and_a_killed_primary_lose_nothing_and_double_nothing() {
    let seed = chance::number("BATON_CLUSTER_SEED");
    let seed = seed.unwrap_or_else(|| chance::seed_of_os() % 1_000_000_000);
    let minutes = chance::number("BATON_CLUSTER_MINUTES").unwrap_or(0);
    println!("BATON_CLUSTER_SEED={seed} BATON_CLUSTER_MINUTES={minutes}");
    let _said = Seed(seed);
    let begun = Instant::now();
    let cluster = Cluster::start_with_standby().await;
    cluster.announce_outage();
    for number in patients() {
        cluster.watch.secret(number);
    }
    cluster.watch.secret("Crash letter");
    cluster.watch.secret("crash-note");
    let practice = Practice::open(&cluster).await;
    let (integrator, _) = cluster.client("Kestrel Lane Pharmacy").await;
    let token = integrator.exchange(&practice.code(&cluster).await).await;
    let listener = Listener::start(integrator.clone());
    let load = Load::new(seed, integrator.clone(), token);
    let senders = load.start(SENDERS);
    load.set_active(SENDERS);
    let followed = Arc::new(Followed::default());
    let following = tokio::spawn(follower::follow(
        Arc::clone(&load),
        Arc::clone(&followed),
        Records::new(cluster.http.clone(), &practice.records.base),
        integrator.clone(),
    ));
    let mut run = Run {
        practice,
        cluster,
        load: Arc::clone(&load),
        followed: Arc::clone(&followed),
        chance: Chance::of(seed, u64::MAX),
        kills: 0,
    };
    let loaded = Instant::now();
    let recoveries = run.plan(Duration::from_secs(60 * minutes)).await;
    let under_load = loaded.elapsed();

    home(&load, senders).await;
    followed.end();
    let settled = timeout(SETTLES_WITHIN, following).await;
    run.check().await;
    assert!(
        settled.is_ok(),
        "{} messages were not imported within {SETTLES_WITHIN:?}",
        followed.waiting()
    );
    run.practice.online(&run.cluster).await;
    let by_hand = followed.by_hand();
    import(&run.practice, &integrator, &by_hand).await;
    let accepted = followed.all();
    counted::everything(&run.cluster, &run.practice, &integrator, &accepted).await;
    listener.heard_all(&integrator, &accepted).await;
    let counts = &load.counts;
    assert_eq!(
        accepted.len() as u64,
        counts.accepted.load(Ordering::Relaxed)
    );
    println!(
        "seed {seed}: {} nodes killed, {} primaries killed, {} messages with 200 ({} instant, {} \
         attachments), {} tries without an answer, {} with 503, {} imported by hand; lost 0, twice 0; \
         under load for {} s, {} s in all",
        run.kills,
        recoveries.len(),
        accepted.len(),
        accepted.iter().filter(|message| message.instant).count(),
        accepted.iter().map(|m| m.attachments.len()).sum::<usize>(),
        counts.unanswered.load(Ordering::Relaxed),
        counts.refused.load(Ordering::Relaxed),
        by_hand.len(),
        under_load.as_secs(),
        begun.elapsed().as_secs(),
    );
}

impl Run {
    /// Nodes die, then the primary, then nodes again; once more and again until the time is over.
    async fn plan(&mut self, at_least: Duration) -> Vec<Recovery> {
        let end = Instant::now() + at_least;
        let mut recoveries = Vec::new();
        loop {
            self.kill_nodes(NODES_DIE_FOR).await;
            // It happens in peace, and in the middle of another trouble.
            let node = self.chance.percent(40).then(|| self.node());
            if let Some(node) = node {
                self.kill(node);
            }
            let recovery = self.fail_over().await;
            println!("failover {}: {recovery}", recoveries.len() + 1);
            recoveries.push(recovery);
            if let Some(node) = node {
                self.start(node);
            }
            self.kill_nodes(AND_AFTER_FOR).await;
            println!(
                "{} nodes killed, {} messages accepted, {} wait",
                self.kills,
                self.load.counts.accepted.load(Ordering::Relaxed),
                self.followed.waiting()
            );
            if Instant::now() >= end {
                return recoveries;
            }
            rebuild(&mut self.cluster);
            self.calm().await;
        }
    }

    async fn fail_over(&mut self) -> Recovery {
        // Enough for the whole of it.
        self.load.allow(400);
        let recovery = fail_over(&mut self.cluster, &self.load).await;
        self.check().await;
        recovery
    }

    /// Every few seconds one dies and is started again; some hang for a while before, and some wake up.
    async fn kill_nodes(&mut self, time: Duration) {
        let end = Instant::now() + time;
        while Instant::now() < end {
            let pause = Duration::from_millis(self.chance.within(300, 2_500));
            self.load_for(pause).await;
            let node = self.node();
            let hangs = self.chance.percent(30);
            if hangs {
                self.cluster.signal(node, Signal::STOP);
                let pause = Duration::from_millis(self.chance.within(100, 3_000));
                self.load_for(pause).await;
            }
            if hangs && self.chance.percent(50) {
                self.cluster.signal(node, Signal::CONT);
                continue;
            }
            self.kill(node);
            let pause = Duration::from_millis(self.chance.within(0, 1_500));
            self.load_for(pause).await;
            self.start(node);
            self.check().await;
        }
    }

    /// Nothing is wrong so far; otherwise what is known of it is told.
    async fn check(&self) {
        let faults = self.load.faults();
        for fault in &faults {
            counted::tell(&self.cluster, &self.practice.records, fault).await;
        }
        assert_eq!(faults, Vec::<String>::new());
    }

    fn node(&self) -> usize {
        usize::try_from(self.chance.within(0, NODES as u64)).unwrap()
    }

    fn kill(&mut self, node: usize) {
        self.cluster.kill(node);
        self.kills += 1;
    }

    fn start(&mut self, node: usize) {
        self.cluster.launch(node);
        tokio::task::block_in_place(|| self.cluster.ready(node));
    }

    /// Lets messages be sent for a while.
    async fn load_for(&self, time: Duration) {
        let end = Instant::now() + time;
        while Instant::now() < end {
            if self.followed.waiting() < MOST_WAITING {
                self.load.allow(4);
            }
            sleep(Duration::from_millis(60)).await;
        }
    }

    /// Lets what waits be imported.
    async fn calm(&self) {
        let begun = Instant::now();
        while self.followed.oldest() > TOO_OLD / 2 || self.followed.waiting() > MOST_WAITING / 4 {
            self.check().await;
            assert!(
                begun.elapsed() < SETTLES_WITHIN,
                "a message is not imported in peace"
            );
            sleep(Duration::from_millis(200)).await;
        }
    }
}

/// Waits until every message that was begun has its 200.
async fn home(load: &Load, mut senders: JoinSet<()>) {
    load.end();
    let all = async { while senders.join_next().await.is_some() {} };
    let home = timeout(Duration::from_secs(120), all).await;
    assert!(home.is_ok(), "a message was not accepted in peace");
}

/// What somebody at the practice does with messages that were not imported by themselves.
async fn import(practice: &Practice, integrator: &Integrator, ids: &[String]) {
    let inbox = practice.inbox().await;
    for id in ids {
        if integrator.status(id).await["status"] == "COMPLETED" {
            continue;
        }
        let message = inbox.iter().find(|message| message["messageId"] == **id);
        let message = message.unwrap_or_else(|| panic!("not in the inbox: {id}"));
        let reference = message["messageRef"].as_str().unwrap();
        let import = ["toolbar", "import", reference];
        practice.practitioner.json(&import).await;
    }
}
