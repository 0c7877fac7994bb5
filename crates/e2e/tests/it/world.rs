//! One environment for one test: `baton up` on free ports with an empty folder, and who acts in it.

pub(crate) mod command;
pub(crate) mod executable;
pub(crate) mod gate;
pub(crate) mod linking;
pub(crate) mod listener;
pub(crate) mod message;
pub(crate) mod multipart;
pub(crate) mod page;
pub(crate) mod partner;
pub(crate) mod parts;
pub(crate) mod patients;
pub(crate) mod pc;
pub(crate) mod people;
pub(crate) mod pkb;
pub(crate) mod product;
pub(crate) mod program;
pub(crate) mod proxy;
pub(crate) mod raw;
pub(crate) mod records;
pub(crate) mod samples;
pub(crate) mod tap;
pub(crate) mod wait;
pub(crate) mod watch;

use command::Baton;
use httpkit::clock::SystemClock;
use model::Clock as _;
use partner::Integrator;
use people::People;
use product::Product;
use program::Program;
use records::Records;
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;
use watch::Watch;

/// The practice whose toolbar `up` signs in.
pub(crate) const PRACTICE: &str = "GPPRAC001";
/// An `up` on free ports.
pub(crate) const UP: [&str; 10] = [
    "up",
    "--platform-port",
    "0",
    "--pas-port",
    "0",
    "--gateway-port",
    "0",
    "--pkb-port",
    "0",
    "--json",
];
/// The patient of the documented sample.
pub(crate) const PATIENT: &str = "9547852140";
/// What stands in messages or belongs to their patient, and in no log: the patient's NHS number and name,
/// a file's name, the mark of the small messages, and the beginning of their Base64.
const ABOUT_PATIENTS: [&str; 6] = [
    PATIENT,
    "Whitfield",
    "WHITFIELD",
    "Letter.pdf",
    "marker-",
    "Q29sbGVjdGVk",
];

/// A running `baton up`, and the people and systems around it.
pub(crate) struct World {
    /// The partner's system.
    pub(crate) integrator: Integrator,
    /// The supplier's product, which talks to its gateway.
    pub(crate) product: Product,
    /// The stand-in for PKB.
    pub(crate) pkb: People,
    /// The practice's record system, as a program reads it.
    pub(crate) records: Records,
    /// The command line on this world's folder: the practitioner at the toolbar, and the sandbox.
    pub(crate) baton: Baton,
    /// The line that `up --json` printed.
    pub(crate) ready: Value,
    pub(crate) program: Program,
    /// What the log must and must not hold.
    pub(crate) watch: Watch,
    http: reqwest::Client,
    folder: tempfile::TempDir,
}

impl World {
    /// Starts everything and waits until it says that it is ready.
    pub(crate) async fn start() -> Self {
        Self::start_logging("info").await
    }

    /// Starts everything with another level of logging.
    pub(crate) async fn start_logging(level: &str) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("baton-e2e-")
            .tempdir()
            .unwrap();
        Self::start_on(folder, level, Watch::default()).await
    }

    async fn start_on(folder: tempfile::TempDir, level: &str, watch: Watch) -> Self {
        let data = folder.path().join("data");
        let program = Program::start(
            &up(&data),
            &[("BATON_LOG", level)],
            &folder.path().join("baton.log"),
            watch.clone(),
        );
        let ready = program.ready();
        let http = httpkit::outbound::client(Some(Duration::from_secs(120))).unwrap();
        let text = |pointer: &str| ready.pointer(pointer).unwrap().as_str().unwrap().to_owned();
        let key = text("/platform/apiKey");
        watch.secret(&key);
        for text in ABOUT_PATIENTS {
            watch.secret(text);
        }
        let integrator = Integrator::new(http.clone(), &text("/platform/url"), &key, watch.clone());
        let product = Product::of(http.clone(), &ready["gateway"], watch.clone());
        watch.secret(&text("/gateway/consolePassword"));
        watch.secret(&text("/admin/password"));
        let pkb = People::of(http.clone(), &ready["pkb"], watch.clone());
        let records = Records::new(http.clone(), &text("/testPas/url"));
        let baton = Baton::on(&data);
        let world = Self {
            integrator,
            product,
            pkb,
            records,
            baton,
            ready,
            program,
            watch,
            http,
            folder,
        };
        wait::until("the toolbar is online", async || {
            world.toolbar_state().await == "online"
        })
        .await;
        world
    }

    /// Starts it again on the same folder, after it ended in whatever way.
    pub(crate) async fn start_again(mut self) -> Self {
        self.program.kill();
        let (folder, watch) = (self.folder, self.watch);
        Self::start_on(folder, "info", watch).await
    }

    /// Where `up` keeps everything.
    pub(crate) fn data(&self) -> std::path::PathBuf {
        self.folder.path().join("data")
    }

    /// The platform's address.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.integrator.base)
    }

    /// A client for calls that no actor makes.
    pub(crate) fn http(&self) -> &reqwest::Client {
        &self.http
    }

    /// The state of the toolbar, as `baton toolbar state` tells it; empty while it does not answer.
    pub(crate) async fn toolbar_state(&self) -> String {
        let answer = self.baton.run(&["toolbar", "state", "--json"]).await;
        let state = answer.json_if_any().unwrap_or_default();
        state["state"].as_str().unwrap_or_default().to_owned()
    }

    /// An access code, as the practitioner reads it from the toolbar.
    pub(crate) async fn access_code(&self) -> String {
        let code = self.baton.json(&["toolbar", "code"]).await["accessCode"]
            .as_str()
            .unwrap()
            .to_owned();
        self.watch.secret(&code);
        code
    }

    /// The practitioner's permission for the integrator.
    pub(crate) async fn token(&self) -> String {
        let code = self.access_code().await;
        self.integrator.exchange(&code).await
    }

    /// Moves the clock of everything.
    pub(crate) async fn advance(&self, by: &str) {
        self.control("/sandbox/v1/clock", json!({ "advance": by }))
            .await;
    }

    /// The present in this world, in seconds since 1970.
    pub(crate) async fn now(&self) -> i64 {
        let state = self.http.get(self.url("/sandbox/v1")).send().await;
        let state: Value = state.unwrap().json().await.unwrap();
        let ahead = state["clockAheadSeconds"].as_i64().unwrap();
        SystemClock.now().as_second() + ahead
    }

    /// Asks for faults.
    pub(crate) async fn faults(&self, faults: Value) {
        self.control("/sandbox/v1/faults", faults).await;
    }

    /// Clears all faults.
    pub(crate) async fn no_more_faults(&self) {
        self.control("/sandbox/v1/reset", json!({})).await;
    }

    /// Takes the toolbar off the network and waits until it is off.
    pub(crate) async fn toolbar_offline(&self) {
        self.faults(json!({ "toolbarOffline": true })).await;
        wait::until("the toolbar is offline", async || {
            self.toolbar_state().await == "offline"
        })
        .await;
    }

    /// Lets it on again and waits until it is signed in.
    pub(crate) async fn toolbar_online(&self) {
        self.faults(json!({ "toolbarOffline": false })).await;
        wait::until("the toolbar is online", async || {
            self.toolbar_state().await == "online"
        })
        .await;
    }

    async fn control(&self, path: &str, body: Value) {
        let answer = self.http.post(self.url(path)).json(&body).send().await;
        assert_eq!(answer.unwrap().status(), 200, "{path}");
    }

    /// The reference under which the practice's inbox shows a message.
    pub(crate) async fn reference(&self, message_id: &str) -> String {
        wait::found("the message is in the inbox", async || {
            let inbox = self.baton.json(&["toolbar", "inbox"]).await;
            let messages = inbox["messages"].as_array().unwrap();
            let message = messages
                .iter()
                .find(|message| message["messageId"] == message_id)?;
            Some(message["messageRef"].as_str().unwrap().to_owned())
        })
        .await
    }

    /// Lets somebody at the practice look at a message and import it.
    pub(crate) async fn review_and_import(&self, message_id: &str) -> Value {
        let reference = self.reference(message_id).await;
        self.baton.json(&["toolbar", "import", &reference]).await
    }
}

/// The arguments of an `up` on free ports.
fn up(data: &Path) -> Vec<String> {
    let mut words: Vec<_> = UP.map(str::to_owned).to_vec();
    words.push("--data-dir".to_owned());
    words.push(data.to_str().unwrap().to_owned());
    words
}
