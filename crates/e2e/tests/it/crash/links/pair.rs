//! A gateway and a sandbox, set up once and copied for every run; the gateway dies, the sandbox lives on.

use super::journal::Journal;
use crate::world::command::Baton;
use crate::world::linking::{App, Node, Patient};
use crate::world::pkb::{Log, Pkb};
use crate::world::tap::Tap;
use crate::world::watch::Watch;
use serde_json::json;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

/// This is for a machine that is busy.
const LIMIT: Duration = Duration::from_secs(120);
const PAUSE: Duration = Duration::from_millis(40);
/// Of tokens that were used before the gateway ended.
const USED_LIFE: Duration = Duration::from_secs(10);

/// The folders of both after they ended.
pub(super) struct Template {
    key: String,
    folder: tempfile::TempDir,
}

/// Both at work.
pub(super) struct Pair {
    /// The product, as its gateway is now.
    pub(super) app: App,
    pub(super) gateway: Node,
    pub(super) tap: Tap,
    pub(super) pkb: Pkb,
    pub(super) deaths: u64,
    /// Of the log before this run.
    before: Log,
    key: String,
    _folder: tempfile::TempDir,
}

pub(super) fn folder() -> tempfile::TempDir {
    let mut folder = tempfile::Builder::new();
    folder.prefix("baton-links-").tempdir().unwrap()
}

impl Template {
    /// Links these: with tokens that are over in the copies and renewed when somebody reads; with used ones, whose
    /// renewal is due at the start; and with ones that last.
    pub(super) async fn make(over: &[usize], used: &[usize], lasting: &[usize]) -> Self {
        let folder = folder();
        let watch = Watch::default();
        let mut gateway = Node::on(folder.path(), &[], &watch);
        let log = folder.path().join("pkb.log");
        let mut pkb = Pkb::start(
            &folder.path().join("pkb"),
            &gateway.callback(),
            &log,
            &watch,
        );
        gateway.start(&pkb.url, &[]).unwrap();
        let issue = ["gateway", "key", "issue", "the product"];
        let issued = Baton::on(&gateway.data).json(&issue).await;
        let key = issued["apiKey"].as_str().unwrap().to_owned();
        let app = gateway.app(&key);
        pkb.people
            .change(json!({ "accessTokenSeconds": 3600 }))
            .await;
        for &n in lasting {
            app.connect(&pkb, &Patient::nth(&pkb, n)).await;
        }
        pkb.people.change(json!({ "accessTokenSeconds": 1 })).await;
        for &n in over {
            app.connect(&pkb, &Patient::nth(&pkb, n)).await;
        }
        // Renewed by nobody before the gateway ends, and due when it starts again.
        pkb.people
            .change(json!({ "accessTokenSeconds": USED_LIFE.as_secs() }))
            .await;
        for &n in used {
            let patient = Patient::nth(&pkb, n);
            app.connect(&pkb, &patient).await;
            assert_eq!(app.read(&patient).await.unwrap().0, 200);
        }
        assert!(gateway.end());
        pkb.program.end();
        // Their time must have come.
        let life = if used.is_empty() {
            1
        } else {
            USED_LIFE.as_secs()
        };
        tokio::time::sleep(Duration::from_secs(life)).await;
        Self { key, folder }
    }
}

impl Pair {
    /// Starts both on copies; the gateway with a plan for its end.
    pub(super) async fn of(template: &Template, plan: Option<&str>) -> Self {
        Self::with(template, plan, false).await
    }

    /// The same, with something between them that sends every token call twice.
    pub(super) async fn doubling(template: &Template) -> Self {
        Self::with(template, None, true).await
    }

    async fn with(template: &Template, plan: Option<&str>, doubling: bool) -> Self {
        let folder = folder();
        for part in ["gateway", "pkb"] {
            copy(
                &template.folder.path().join(part),
                &folder.path().join(part),
            );
        }
        let watch = Watch::default();
        let gateway = Node::on(folder.path(), &[], &watch);
        let log = folder.path().join("pkb.log");
        let data = folder.path().join("pkb");
        let pkb = Pkb::start(&data, &gateway.callback(), &log, &watch);
        let tap = if doubling {
            Tap::doubling(&pkb.url).await
        } else {
            Tap::before(&pkb.url).await
        };
        let mut pair = Self {
            app: gateway.app(&template.key),
            before: pkb.log().await,
            gateway,
            tap,
            pkb,
            deaths: 0,
            key: template.key.clone(),
            _folder: folder,
        };
        pair.start(plan);
        pair
    }

    /// Starts the gateway, perhaps with a plan; whether it got ready.
    pub(super) fn start(&mut self, plan: Option<&str>) -> bool {
        let environment = plan.map(|plan| ("BATON_FAULT_POINTS", plan));
        let environment: Vec<_> = environment.into_iter().collect();
        let ready = self.gateway.start(&self.tap.url, &environment).is_ok();
        self.app = self.gateway.app(&self.key);
        ready
    }

    /// A patient by the number in the sandbox.
    pub(super) fn patient(&self, n: usize) -> Patient {
        Patient::nth(&self.pkb, n)
    }

    /// Starts the gateway again without a plan if it has died; whether it had.
    pub(super) fn revive(&mut self) -> bool {
        if !self.gateway.is_dead() {
            return false;
        }
        self.gateway.kill();
        self.deaths += 1;
        assert!(self.deaths < 3, "it dies without a plan");
        assert!(self.start(None), "it does not start again");
        true
    }

    /// Does something until it has an answer, whatever dies meanwhile.
    pub(super) async fn insist<T>(
        &mut self,
        what: &str,
        act: impl AsyncFn(&App) -> Option<T>,
    ) -> T {
        let end = Instant::now() + LIMIT;
        loop {
            if let Some(done) = act(&self.app).await {
                return done;
            }
            assert!(Instant::now() < end, "not within {LIMIT:?}: {what}");
            tokio::time::sleep(PAUSE).await;
            self.revive();
        }
    }

    /// The state of a link, and whether its record can be read, of a gateway that lives: both say the same. Right after
    /// a start the state may be told before the journal was looked at; the first reader sees to that.
    pub(super) async fn stands(&mut self, patient: &Patient) -> (String, String) {
        let (mut state, mut reason) = self.told(patient).await;
        let read = self.insist("the record is read", async |app: &App| {
            let read = app.read(patient).await?;
            // A renewal that another process began may have to be waited for.
            (read.0 != 503).then_some(read)
        });
        let read = read.await;
        if state == "linked" && read.0 == 409 {
            (state, reason) = self.told(patient).await;
        }
        let expected = match state.as_str() {
            "linked" => (200, String::new()),
            _ => (409, "link-needed".to_owned()),
        };
        assert_eq!(read, expected, "{state} {reason}");
        (state, reason)
    }

    async fn told(&mut self, patient: &Patient) -> (String, String) {
        let link = self.insist("the link is told", async |app: &App| {
            app.link(patient).await
        });
        let link = link.await;
        let text = |name: &str| link[name].as_str().unwrap_or_default().to_owned();
        (text("state"), text("reason"))
    }

    /// Ends the gateway, or finds it dead, which counts; what it left.
    pub(super) async fn stop(&mut self) -> Journal {
        if !self.gateway.end() {
            self.deaths += 1;
        }
        // Nothing of it is on its way any more.
        self.tap.idle().await;
        Journal::of(&self.gateway.data)
    }

    /// How often a person's tokens were renewed in this run.
    pub(super) async fn renewed(&self, patient: &Patient) -> u64 {
        let all = self.pkb.log().await.refreshes_of(&patient.person.public_id);
        all - self.before.refreshes_of(&patient.person.public_id)
    }

    /// Second uses in this run: what the sandbox calls so, and whatever was sent twice.
    pub(super) async fn reused(&self) -> u64 {
        self.tap.idle().await;
        let log = self.pkb.log().await;
        let by_log = log.count("reused") - self.before.count("reused");
        let by_way = u64::from(self.tap.seen().repeated());
        by_log.max(by_way)
    }

    /// The same, and looks whether its database is sound.
    pub(super) async fn end(&mut self) -> Journal {
        let journal = self.stop().await;
        crate::crash::count::sound(&self.gateway.data.join("gateway.sqlite"));
        journal
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    fs::set_permissions(to, fs::metadata(from).unwrap().permissions()).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let place = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &place);
        } else {
            fs::copy(entry.path(), place).unwrap();
        }
    }
}
