//! The cluster of one test: a database server (and its standby), a bucket, three nodes, a balancer.

use super::balancer::Balancer;
use crate::crash::three::free_port;
use crate::world::PRACTICE;
use crate::world::command::Baton;
use crate::world::partner::Integrator;
use crate::world::pc::{Desk, Pc};
use crate::world::program::Program;
use crate::world::watch::Watch;
use httpkit::clock::SystemClock;
use model::Clock as _;
use reqwest::Method;
use rustix::process::{Pid, Signal, kill_process};
use std::path::{Path, PathBuf};
use std::time::Duration;
use testdb::{Postgres, S3, Settings, url_of};

/// How many nodes there are.
pub(crate) const NODES: usize = 3;
/// The database's name.
pub(crate) const DATABASE: &str = "baton";
/// The standby that a COMMIT waits for.
pub(crate) const STANDBY: &str = "second";
/// Over so many bytes an attachment is in the bucket.
pub(crate) const LARGE: usize = 100_000;

/// Everything that stands behind one address. What is first here ends first.
pub(crate) struct Cluster {
    nodes: [Option<Program>; NODES],
    pub(crate) balancer: Balancer,
    /// Between the nodes and the bucket.
    pub(crate) way_to_s3: Balancer,
    /// The operator of the platform.
    pub(crate) operator: Baton,
    /// What no log may hold.
    pub(crate) watch: Watch,
    pub(crate) http: reqwest::Client,
    pub(crate) s3: S3,
    pub(crate) primary: Postgres,
    pub(crate) standby: Option<Postgres>,
    /// A primary that was killed; its place may be taken again.
    pub(crate) dead: Option<Postgres>,
    ports: [u16; NODES],
    environment: Vec<(String, String)>,
    starts: usize,
    folder: tempfile::TempDir,
}

impl Cluster {
    /// Starts it on one database server.
    pub(crate) async fn start() -> Self {
        Self::start_on(Postgres::start(&Settings::default()).unwrap(), None).await
    }

    /// Starts it on a database server and a standby that every COMMIT waits for.
    pub(crate) async fn start_with_standby() -> Self {
        let primary = Postgres::start(&Settings::default()).unwrap();
        let standby = primary.standby(STANDBY).unwrap();
        primary.wait_for_standby(STANDBY).unwrap();
        Self::start_on(primary, Some(standby)).await
    }

    /// All nodes at once, on an empty database.
    async fn start_on(primary: Postgres, standby: Option<Postgres>) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("baton-cluster-")
            // For whoever wants to read the logs.
            .disable_cleanup(std::env::var_os("BATON_CLUSTER_KEEP").is_some())
            .tempdir()
            .unwrap();
        primary.create_database(DATABASE).unwrap();
        let s3 = S3::start().unwrap();
        let ports = [free_port(), free_port(), free_port()];
        let balancer = Balancer::before(&ports).await;
        let way_to_s3 = Balancer::before(&[s3.port()]).await;
        let environment = environment(&primary, standby.as_ref(), &s3, &way_to_s3, folder.path());
        let watch = Watch::default();
        let operator = Baton::on(&folder.path().join("operator")).with(&environment);
        let mut cluster = Self {
            nodes: [None, None, None],
            balancer,
            way_to_s3,
            operator,
            watch,
            http: httpkit::outbound::client(Some(Duration::from_secs(60))).unwrap(),
            s3,
            primary,
            standby,
            dead: None,
            ports,
            environment,
            starts: 0,
            folder,
        };
        for node in 0..NODES {
            cluster.launch(node);
        }
        for node in 0..NODES {
            cluster.ready(node);
        }
        let practice = ["platform", "practice", "add", PRACTICE, "Riverside"];
        cluster.operator.json(&practice).await;
        cluster
    }

    /// The address of one node.
    pub(crate) fn url(&self, node: usize) -> String {
        format!("http://127.0.0.1:{}", self.ports[node])
    }

    /// The addresses of all.
    pub(crate) fn urls(&self) -> [String; NODES] {
        std::array::from_fn(|node| self.url(node))
    }

    /// A test that takes the database away: nodes may say that it is not there, and nothing else.
    pub(crate) fn announce_outage(&self) {
        for text in [
            "storage is not available",
            "blob storage failed",
            "a worker's round failed",
        ] {
            self.watch.announce_error(text);
        }
    }

    /// Where the nodes listen.
    pub(crate) fn ports(&self) -> [u16; NODES] {
        self.ports
    }

    /// A folder or file of this test.
    pub(crate) fn place(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Starts a node on its own port and folder, without waiting for it. Each start has a log of its own.
    pub(crate) fn launch(&mut self, node: usize) {
        self.starts += 1;
        let program = self.program(node, &format!("node-{node}-{}.log", self.starts));
        self.nodes[node] = Some(program);
    }

    /// A started node that is not one of the three's.
    pub(crate) fn program(&self, node: usize, log: &str) -> Program {
        let folder = self.place(&format!("node-{node}"));
        let listen = self.ports.get(node).map_or_else(
            || "127.0.0.1:0".to_owned(),
            |port| format!("127.0.0.1:{port}"),
        );
        let base = self.balancer.url();
        let words = [
            "platform",
            "serve",
            "--listen",
            &listen,
            "--base-url",
            &base,
            "--json",
            "--data-dir",
            folder.to_str().unwrap(),
        ];
        let environment = self.environment.iter();
        let environment: Vec<_> = environment
            .map(|(name, text)| (name.as_str(), text.as_str()))
            .collect();
        let words = words.map(str::to_owned);
        Program::start(&words, &environment, &self.place(log), self.watch.clone())
    }

    /// Waits until a node that was launched is ready.
    pub(crate) fn ready(&self, node: usize) {
        self.nodes[node].as_ref().unwrap().ready();
    }

    /// `kill -9`.
    pub(crate) fn kill(&mut self, node: usize) {
        if let Some(mut program) = self.nodes[node].take() {
            program.kill();
        }
    }

    /// It hangs, or goes on.
    pub(crate) fn signal(&self, node: usize, signal: Signal) {
        let pid = Pid::from_raw(self.nodes[node].as_ref().unwrap().pid());
        kill_process(pid.unwrap(), signal).unwrap();
    }

    /// Asks a node to end, and waits until it has.
    pub(crate) fn end(&mut self, node: usize) {
        if let Some(mut program) = self.nodes[node].take() {
            let ended = program.end().expect("it had to be killed");
            assert_eq!(ended.code(), Some(0), "node {node}");
        }
    }

    /// A new client system at the balancer, and its id.
    pub(crate) async fn client(&self, name: &str) -> (Integrator, String) {
        let added = self
            .operator
            .json(&["platform", "client", "add", name])
            .await;
        let id = added["id"].as_str().unwrap().to_owned();
        let issue = ["platform", "key", "issue", &id];
        let issued = self.operator.json(&issue).await;
        let key = issued["apiKey"].as_str().unwrap();
        self.watch.secret(key);
        let url = self.balancer.url();
        let integrator = Integrator::new(self.http.clone(), &url, key, self.watch.clone());
        (integrator, id)
    }

    /// A practitioner who is signed in at a PC, without a toolbar.
    pub(crate) async fn desk(&self) -> Desk {
        let base = self.balancer.url();
        let pc = Pc::register_by(&self.operator, &self.http, &base, PRACTICE).await;
        pc.sign_in("555000000101", SystemClock.now().as_second())
            .await
    }

    /// A new access code, made at one node.
    pub(crate) async fn code(&self, desk: &Desk, node: usize) -> String {
        let desk = desk.at(&self.url(node));
        let answer = desk.call(Method::POST, "/codes", None).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        let code = answer.json()["accessCode"].as_str().unwrap().to_owned();
        self.watch.secret(&code);
        code
    }

    /// The practitioner's permission for a client system.
    pub(crate) async fn token(&self, desk: &Desk, integrator: &Integrator) -> String {
        let code = self.code(desk, 0).await;
        integrator.exchange(&code).await
    }

    /// What statements answer on the server that takes writes now.
    pub(crate) fn sql(&self, statements: &str) -> String {
        self.primary.sql(DATABASE, statements).unwrap()
    }

    /// The same as a number.
    pub(crate) fn count(&self, statement: &str) -> usize {
        let text = self.sql(statement);
        text.parse()
            .unwrap_or_else(|_| panic!("{statement}: {text}"))
    }
}

/// What a node is told by its environment.
fn environment(
    primary: &Postgres,
    standby: Option<&Postgres>,
    s3: &S3,
    way_to_s3: &Balancer,
    folder: &Path,
) -> Vec<(String, String)> {
    let key = folder.join("code.key");
    std::fs::write(
        &key,
        "a-key-of-tests-that-all-nodes-share-and-nobody-guesses",
    )
    .unwrap();
    let servers: Vec<_> = std::iter::once(primary).chain(standby).collect();
    let mut environment = s3.variables_behind(way_to_s3.port);
    for (name, value) in [
        ("BATON_DATABASE_URL", url_of(&servers, DATABASE)),
        ("BATON_BLOB_URL", format!("{}/platform", s3.url())),
        ("BATON_CODE_KEY", key.to_str().unwrap().to_owned()),
    ] {
        environment.push((name.to_owned(), value));
    }
    environment
}
