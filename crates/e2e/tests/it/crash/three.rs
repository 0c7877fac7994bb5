//! Platform, Test PAS and toolbar as three processes that can be killed one by one, each started again on
//! its own port and folder.

use crate::world::command::{self, Baton};
use crate::world::executable::repository;
use crate::world::partner::Integrator;
use crate::world::program::Program;
use crate::world::records::Records;
use crate::world::watch::Watch;
use crate::world::{PRACTICE, parts, wait};
use serde_json::Value;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// One of the three.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Platform,
    TestPas,
    Toolbar,
}

impl Part {
    fn index(self) -> usize {
        match self {
            Self::Platform => 0,
            Self::TestPas => 1,
            Self::Toolbar => 2,
        }
    }

    /// Its name in figures.
    pub(crate) fn name(self) -> &'static str {
        ["platform", "Test PAS", "toolbar"][self.index()]
    }
}

/// The three, wired as an operator wires them.
pub(crate) struct Three {
    /// The partner's system.
    pub(crate) integrator: Integrator,
    /// The permission to send instant messages.
    pub(crate) token: String,
    /// The record system, read over HTTP.
    pub(crate) records: Records,
    /// The practitioner at the toolbar.
    pub(crate) practitioner: Baton,
    /// The operator of the platform.
    pub(crate) operator: Baton,
    /// What no log may hold.
    pub(crate) watch: Watch,
    programs: [Option<Program>; 3],
    /// What every program is started with besides.
    environment: Vec<(&'static str, String)>,
    starts: usize,
    ports: [u16; 3],
    platform_folder: PathBuf,
    folder: tempfile::TempDir,
}

impl Three {
    /// Starts them in a folder of their own.
    pub(crate) async fn start() -> Self {
        let folder = folder();
        let platform = folder.path().join("platform");
        Self::start_in(folder, platform, &[]).await
    }

    /// Starts them with these variables in their environment.
    pub(crate) async fn start_with(environment: &[(&'static str, String)]) -> Self {
        let folder = folder();
        let platform = folder.path().join("platform");
        Self::start_in(folder, platform, environment).await
    }

    /// Starts them with the platform's data somewhere else.
    pub(crate) async fn start_with_platform_in(platform_folder: PathBuf) -> Self {
        Self::start_in(folder(), platform_folder, &[]).await
    }

    async fn start_in(
        folder: tempfile::TempDir,
        platform_folder: PathBuf,
        environment: &[(&'static str, String)],
    ) -> Self {
        let ports = [free_port(), free_port(), free_port()];
        let watch = Watch::default();
        let http = httpkit::outbound::client(Some(Duration::from_secs(60))).unwrap();
        let operator = Baton::on(&platform_folder);
        let mut three = Self {
            integrator: Integrator::new(http.clone(), "", "", watch.clone()),
            token: String::new(),
            records: Records::new(http.clone(), &format!("http://127.0.0.1:{}", ports[1])),
            practitioner: Baton::on(&folder.path().join("pc")),
            operator,
            watch,
            programs: [None, None, None],
            environment: environment.to_vec(),
            starts: 0,
            ports,
            platform_folder,
            folder,
        };
        three.launch(Part::Platform);
        three.ready(Part::Platform);
        three.make_client(http).await;
        three.launch(Part::TestPas);
        three.ready(Part::TestPas);
        let session = three.records.log_in("555000000101").await;
        let patients = repository().join("sdk-kit/test-pas-patients.json");
        let patients = std::fs::read(patients).unwrap();
        session.load_patients(&patients).await;
        three.register().await;
        let code = three.practitioner.json(&["toolbar", "code"]).await;
        let code = code["accessCode"].as_str().unwrap();
        three.watch.secret(code);
        three.token = three.integrator.exchange(code).await;
        // Without its registration key, as every start but the first.
        three.end(Part::Toolbar);
        three.launch(Part::Toolbar);
        three.ready(Part::Toolbar);
        three
    }

    async fn make_client(&mut self, http: reqwest::Client) {
        let practice = ["platform", "practice", "add", PRACTICE, "Riverside"];
        self.operator.json(&practice).await;
        let add = ["platform", "client", "add", "Kestrel Lane Pharmacy"];
        let client = self.operator.json(&add).await;
        let id = client["id"].as_str().unwrap();
        let issued = self.operator.json(&["platform", "key", "issue", id]).await;
        let key = issued["apiKey"].as_str().unwrap();
        self.watch.secret(key);
        let url = self.url(Part::Platform);
        self.integrator = Integrator::new(http, &url, key, self.watch.clone());
    }

    /// The toolbar's first start, which registers it.
    async fn register(&mut self) {
        let key = parts::registration_key(&self.platform_folder).await;
        let (platform, pas) = (self.url(Part::Platform), self.url(Part::TestPas));
        let log = self.folder.path().join("registering.log");
        let addresses = (platform.as_str(), pas.as_str());
        let program = parts::agent(&self.pc(), &key, addresses, &log, &self.watch).await;
        self.programs[Part::Toolbar.index()] = Some(program);
    }

    /// Where a part answers.
    pub(crate) fn url(&self, part: Part) -> String {
        format!("http://127.0.0.1:{}", self.ports[part.index()])
    }

    /// The platform's data.
    pub(crate) fn platform_folder(&self) -> &Path {
        &self.platform_folder
    }

    /// The Test PAS's data.
    pub(crate) fn pas_folder(&self) -> PathBuf {
        self.folder.path().join("pas")
    }

    fn pc(&self) -> PathBuf {
        self.folder.path().join("pc")
    }

    /// Starts a part without waiting for it. Each start has a log of its own, so that what is checked at
    /// its end is not the whole past.
    pub(crate) fn launch(&mut self, part: Part) {
        let folder = match part {
            Part::Platform => self.platform_folder.clone(),
            Part::TestPas => self.pas_folder(),
            Part::Toolbar => self.pc(),
        };
        let address = format!("127.0.0.1:{}", self.ports[part.index()]);
        let (platform, pas) = (self.url(Part::Platform), self.url(Part::TestPas));
        let mut words: Vec<&str> = match part {
            Part::Platform => vec!["platform", "serve", "--listen", &address],
            Part::TestPas => vec!["pas", "serve", "--listen", &address],
            Part::Toolbar => vec![
                "toolbar",
                "agent",
                "--platform-url",
                &platform,
                "--record-system-url",
                &pas,
            ],
        };
        words.extend(["--json", "--data-dir", folder.to_str().unwrap()]);
        let words: Vec<_> = words.into_iter().map(str::to_owned).collect();
        self.starts += 1;
        let log = format!("{}-{}.log", part.name(), self.starts);
        let log = self.folder.path().join(log);
        let environment = self.environment.iter();
        let environment: Vec<_> = environment
            .map(|(name, text)| (*name, text.as_str()))
            .collect();
        let program = Program::start(&words, &environment, &log, self.watch.clone());
        self.programs[part.index()] = Some(program);
    }

    /// Waits until a part that was launched is ready.
    pub(crate) fn ready(&self, part: Part) {
        self.programs[part.index()].as_ref().unwrap().ready();
    }

    /// `kill -9`. What its log must not hold is looked for at once.
    pub(crate) fn kill(&mut self, part: Part) {
        if let Some(mut program) = self.programs[part.index()].take() {
            program.kill();
            let log = program.log();
            drop(program);
            // Not where something was wrong with it: then this line is not reached.
            std::fs::remove_file(log).unwrap();
        }
    }

    /// Asks a part to end, and waits until it has.
    pub(crate) fn end(&mut self, part: Part) {
        if let Some(mut program) = self.programs[part.index()].take() {
            let ended = program.end().expect("it had to be killed");
            assert_eq!(ended.code(), Some(0), "{}", part.name());
        }
    }

    /// The log of a part since its last start.
    pub(crate) fn log_text(&self, part: Part) -> String {
        self.programs[part.index()].as_ref().unwrap().log_text()
    }

    /// Waits until the toolbar is signed in.
    pub(crate) async fn toolbar_online(&self) {
        wait::until("the toolbar is online", async || {
            let folder = self.pc();
            let words = ["toolbar", "state", "--json", "--data-dir"];
            let said = command::run(&[&words[..], &[folder.to_str().unwrap()]].concat()).await;
            said.json_if_any()
                .is_some_and(|state| state["state"] == "online")
        })
        .await;
    }

    /// The practice's inbox.
    pub(crate) async fn inbox(&self) -> Vec<Value> {
        let inbox = self.practitioner.json(&["toolbar", "inbox"]).await;
        inbox["messages"].as_array().unwrap().clone()
    }
}

fn folder() -> tempfile::TempDir {
    tempfile::Builder::new()
        .prefix("baton-crash-")
        .tempdir()
        .unwrap()
}

/// A port that nobody gets by chance while its server is down: those for outgoing connections are higher.
pub(crate) fn free_port() -> u16 {
    let chance = super::chance::Chance::new(super::chance::seed_of_os());
    loop {
        let port = u16::try_from(chance.within(10_000, 32_000)).unwrap();
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}
