//! Gateways on one database, and the tokens of links that all of them use: each token is renewed once, by one of them,
//! and what a node that was killed may have sent, no other sends again.

use crate::world::command::Baton;
use crate::world::linking::{App, Node, Patient};
use crate::world::pkb::{Log, Pkb};
use crate::world::tap::Tap;
use crate::world::wait;
use crate::world::watch::Watch;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::PermissionsExt as _;
use std::time::{Duration, Instant};
use testdb::{Postgres, Settings};

const KEK: &str = "mXr0Lh1rYp3QmW2o7v1Hq4uT9cZb6eNsKdFgJxRtUwA=\n";
/// Patients of each test.
const PATIENTS: usize = 8;
/// Tokens are over together so often.
const ROUNDS: usize = 6;
/// Readers of each record at each node.
const READERS: usize = 5;
/// Then everybody reads as they like, with tokens that live for a second.
const AS_THEY_LIKE: Duration = Duration::from_secs(10);
/// A dead node's lease, and time to see it.
const TAKEN_OVER_WITHIN: Duration = Duration::from_secs(150);

/// Nodes, and what goes between each of them and PKB.
struct Gateways<const N: usize> {
    nodes: [Node; N],
    taps: [Tap; N],
    apps: [App; N],
    patients: Vec<Patient>,
    pkb: Pkb,
    _postgres: Postgres,
    _folder: tempfile::TempDir,
}

impl<const N: usize> Gateways<N> {
    /// Starts them all; `plan` is the last one's.
    async fn start(plan: Option<&str>) -> Self {
        let postgres = Postgres::start(&Settings::default()).unwrap();
        let url = postgres.create_database("gateway").unwrap();
        let folder = tempfile::tempdir().unwrap();
        let watch = Watch::default();
        let kek = folder.path().join("gateway.key");
        std::fs::write(&kek, KEK).unwrap();
        std::fs::set_permissions(&kek, std::fs::Permissions::from_mode(0o600)).unwrap();
        // All stand behind one address, which leads to the first.
        let address = format!("http://127.0.0.1:{}", crate::crash::three::free_port());
        let callback = format!("{address}/pkb/callback");
        let environment = [
            ("BATON_GATEWAY_DATABASE_URL", url.as_str()),
            ("BATON_GATEWAY_KEY_FILE", kek.to_str().unwrap()),
            ("BATON_GATEWAY_PKB_CALLBACK_URL", &callback),
        ];
        let mut nodes: [Node; N] = std::array::from_fn(|number| {
            let place = folder.path().join(format!("node-{number}"));
            std::fs::create_dir(&place).unwrap();
            Node::on(&place, &environment, &watch)
        });
        let log = folder.path().join("pkb.log");
        let pkb = Pkb::start(&folder.path().join("pkb"), &callback, &log, &watch);
        let mut taps = Vec::new();
        for (number, node) in nodes.iter_mut().enumerate() {
            let tap = Tap::before(&pkb.url).await;
            let plan = plan.filter(|_| number + 1 == N);
            let plan: Vec<_> = plan
                .map(|plan| ("BATON_FAULT_POINTS", plan))
                .into_iter()
                .collect();
            node.start(&tap.url, &plan).unwrap();
            taps.push(tap);
        }
        let owned = environment.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let operator = Baton::on(&folder.path().join("operator")).with(&owned);
        let issued = operator
            .json(&["gateway", "key", "issue", "the product"])
            .await;
        let key = issued["apiKey"].as_str().unwrap();
        Self {
            apps: std::array::from_fn(|number| nodes[number].app(key)),
            patients: (0..PATIENTS).map(|n| Patient::nth(&pkb, n)).collect(),
            taps: taps.try_into().ok().unwrap(),
            nodes,
            pkb,
            _postgres: postgres,
            _folder: folder,
        }
    }

    /// Links everybody with tokens that are over when this returns; those that come after them last.
    async fn connect_all(&self) {
        self.pkb
            .people
            .change(json!({ "accessTokenSeconds": 1 }))
            .await;
        for (number, patient) in self.patients.iter().enumerate() {
            // Begun and confirmed at one, back at another.
            let app = &self.apps[number % 2];
            let back = &self.apps[(number + 1) % 2];
            app.connect_by(back, &self.pkb, patient).await;
        }
        tokio::time::sleep(Duration::from_millis(1100)).await;
        self.pkb
            .people
            .change(json!({ "accessTokenSeconds": 600 }))
            .await;
    }

    /// How often each refresh token was sent by each node.
    fn sent(&self) -> BTreeMap<String, Vec<u32>> {
        let mut all: BTreeMap<String, Vec<u32>> = BTreeMap::new();
        for (number, tap) in self.taps.iter().enumerate() {
            for (token, times) in tap.seen().refreshes {
                all.entry(token).or_insert_with(|| vec![0; N])[number] += times;
            }
        }
        all
    }

    /// Second uses: by the sandbox's log, and by what was sent.
    async fn reused(&self) -> (u64, u32) {
        for tap in &self.taps {
            tap.idle().await;
        }
        let sent = self.sent();
        let repeated = sent.values().map(|nodes| nodes.iter().sum::<u32>() - 1);
        (self.pkb.log().await.count("reused"), repeated.sum())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL: scripts/test cluster"]
async fn two_gateways_renew_each_token_once() {
    let cluster = Gateways::<2>::start(None).await;
    let mut over = 0;
    for round in 0..ROUNDS {
        cluster.connect_all().await;
        let before = cluster.pkb.log().await;
        let answers = read_everything(&cluster).await;
        let expected = BTreeMap::from([(200, PATIENTS * READERS * 2)]);
        assert_eq!(answers, expected, "round {round}");
        let after = cluster.pkb.log().await;
        for patient in &cluster.patients {
            let renewed = |log: &Log| log.refreshes_of(&patient.person.public_id);
            assert_eq!(renewed(&after) - renewed(&before), 1, "round {round}");
            over += 1;
        }
    }
    let renewed = cluster.pkb.log().await.count("refreshed");
    println!("{over} tokens were over, {renewed} renewals");
    assert_eq!(renewed, over);

    cluster.connect_all().await;
    cluster
        .pkb
        .people
        .change(json!({ "accessTokenSeconds": 1 }))
        .await;
    let began = Instant::now();
    let mut answers = BTreeMap::<u16, usize>::new();
    while began.elapsed() < AS_THEY_LIKE {
        for (status, times) in read_everything(&cluster).await {
            *answers.entry(status).or_default() += times;
        }
    }
    let (by_log, by_way) = cluster.reused().await;
    let sent = cluster.sent();
    let by_node: Vec<u32> = (0..2)
        .map(|node| sent.values().map(|times| times[node]).sum())
        .collect();
    println!(
        "then {} renewals in {AS_THEY_LIKE:?}, of all {by_node:?} by node; reads {answers:?}; used twice: {by_log} by the log, {by_way} by the way",
        cluster.pkb.log().await.count("refreshed") - renewed
    );
    assert_eq!((by_log, by_way), (0, 0));
    assert!(by_node.iter().all(|times| *times > 0), "both renewed some");
    assert!(answers.get(&200) > Some(&0));
    for patient in &cluster.patients {
        let link = cluster.apps[0].link(patient).await.unwrap();
        assert_eq!(link["state"], "linked", "{link}");
    }
}

/// Everybody reads everything at every node at once; how they were answered.
async fn read_everything<const N: usize>(cluster: &Gateways<N>) -> BTreeMap<u16, usize> {
    let reads = cluster.apps.iter().flat_map(|app| {
        let each = cluster.patients.iter();
        let readers = each.flat_map(|patient| std::iter::repeat_n(patient, READERS));
        readers.map(move |patient| {
            let (app, patient) = (app.clone(), patient.clone());
            tokio::spawn(async move { app.read(&patient).await.unwrap().0 })
        })
    });
    let reads: Vec<_> = reads.collect();
    let mut answers = BTreeMap::new();
    for read in reads {
        *answers.entry(read.await.unwrap()).or_default() += 1;
    }
    answers
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL: scripts/test cluster"]
async fn what_a_killed_node_may_have_sent_no_other_sends_again() {
    // The last one dies as soon as it has a lease, before it sends anything.
    let mut cluster = Gateways::<3>::start(Some("gateway-refresh-taken=kill@1")).await;
    cluster.connect_all().await;
    // The token is spent, and its answer is on its way for long.
    cluster
        .pkb
        .people
        .change(json!({ "slowMillis": 5000 }))
        .await;
    let [_, called_at, taken_at] = cluster.apps.clone();
    let (taken, called) = cluster
        .patients
        .clone()
        .split_last()
        .map(|(one, all)| (one.clone(), all.to_vec()))
        .unwrap();
    for (app, patient) in called
        .iter()
        .map(|patient| (&called_at, patient))
        .chain([(&taken_at, &taken)])
    {
        let (app, patient) = (app.clone(), patient.clone());
        tokio::spawn(async move { app.read(&patient).await });
    }
    wait::until("all calls are under way", async || {
        cluster.taps[1].seen().refreshes.len() == called.len()
            && cluster.pkb.log().await.count("refreshed") == called.len() as u64
    })
    .await;
    cluster.nodes[1].kill();
    let died = Instant::now();
    while !cluster.nodes[2].is_dead() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    cluster.nodes[2].kill();
    for tap in &cluster.taps {
        tap.idle().await;
    }
    cluster.pkb.people.change(json!({ "slowMillis": 0 })).await;
    assert!(cluster.taps[2].seen().refreshes.is_empty());

    // Everybody goes on reading at the node that lives.
    let readers = called.iter().chain([&taken]).map(|patient| {
        let (app, patient) = (cluster.apps[0].clone(), patient.clone());
        tokio::spawn(async move {
            let mut waited = 0_u32;
            loop {
                let (status, problem) = app.read(&patient).await.unwrap();
                if status != 503 {
                    return (status, problem, waited);
                }
                waited += 1;
                assert!(died.elapsed() < TAKEN_OVER_WITHIN, "it stays at 503");
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        })
    });
    let readers: Vec<_> = readers.collect();
    let mut answers = Vec::new();
    for reader in readers {
        answers.push(reader.await.unwrap());
    }
    let settled = died.elapsed();
    let (status, _, _) = answers.pop().unwrap();
    assert_eq!(status, 200, "the lease of a node that sent nothing ends");
    for (patient, (status, problem, _)) in called.iter().zip(&answers) {
        assert_eq!((*status, problem.as_str()), (409, "link-needed"));
        let link = cluster.apps[0].link(patient).await.unwrap();
        assert_eq!(link["state"], "needs-reauthorisation", "{link}");
        assert_eq!(link["reason"], "answer-lost", "{link}");
    }
    let (by_log, by_way) = cluster.reused().await;
    let of = |node: usize| -> BTreeSet<String> {
        let seen = cluster.taps[node].seen().refreshes;
        seen.into_keys().collect()
    };
    let again = of(0).intersection(&of(1)).count();
    let log = cluster.pkb.log().await;
    println!(
        "killed with {} calls in the air and 1 lease alone, settled in {settled:.1?}: {} have to authorise again, 1 was renewed by the other node; sent again: {again}; used twice: {by_log} by the log, {by_way} by the way",
        called.len(),
        answers.len()
    );
    assert_eq!((again, by_log, by_way), (0, 0, 0));
    assert_eq!(log.refreshes_of(&taken.person.public_id), 1);
    // They say yes again, and it goes on.
    cluster
        .pkb
        .people
        .change(json!({ "accessTokenSeconds": 600 }))
        .await;
    for patient in &called {
        let app = &cluster.apps[0];
        app.connect_by(app, &cluster.pkb, patient).await;
        assert_eq!(app.read(patient).await.unwrap().0, 200);
    }
}
