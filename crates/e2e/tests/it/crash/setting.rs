//! The programs of an environment, one of which has a plan of faults: as one `up`, or as a platform whose
//! clock can be moved, a Test PAS and a toolbar in processes of their own.

mod flags;
mod template;

pub(crate) use flags::Flags;
pub(crate) use template::Template;

use super::three::free_port;
use crate::world::command::Baton;
use crate::world::partner::Integrator;
use crate::world::program::Program;
use crate::world::records::Records;
use crate::world::watch::Watch;
use rustix::process::Signal;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::Duration;

/// Whose process has the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    /// All in one process, from its very first start.
    Whole,
    Platform,
    TestPas,
    Toolbar,
}

impl Who {
    fn index(self) -> usize {
        match self {
            Self::Whole | Self::Platform => 0,
            Self::TestPas => 1,
            Self::Toolbar => 2,
        }
    }
}

/// A running environment.
pub(crate) struct Setting {
    /// The partner's system.
    pub(crate) integrator: Integrator,
    /// The record system, read over HTTP.
    pub(crate) records: Records,
    /// The practitioner at the toolbar.
    pub(crate) practitioner: Baton,
    /// What the logs must and must not hold.
    pub(crate) watch: Watch,
    /// How often the plan killed.
    pub(crate) deaths: u64,
    http: reqwest::Client,
    who: Who,
    /// One for each start, as long as there are any.
    plans: VecDeque<String>,
    programs: [Option<Program>; 3],
    /// Whether the process that has plans runs with one.
    armed: bool,
    starts: usize,
    /// Of the platform, the Test PAS of `up`, and the Test PAS that is used.
    ports: [u16; 3],
    folder: tempfile::TempDir,
}

impl Setting {
    /// Starts one `up` on an empty folder.
    pub(crate) async fn whole(plan: &str) -> Self {
        Self::start(Who::Whole, &[plan], None).await
    }

    /// Starts everything. What dies by its plan is started again with the next one, in the end without.
    pub(crate) async fn start(who: Who, plans: &[&str], template: Option<&Template>) -> Self {
        let folder = folder();
        if let Some(template) = template {
            template.copy_to(folder.path());
        }
        let ports = [free_port(), free_port(), free_port()];
        let watch = template.map_or_else(Watch::default, Template::watch);
        let http = client();
        let (pas, pc) = match who {
            Who::Whole => (ports[1], "up"),
            _ => (ports[2], "pc"),
        };
        let mut setting = Self {
            integrator: Integrator::new(http.clone(), "", "", watch.clone()),
            records: Records::new(http.clone(), &url(pas)),
            practitioner: Baton::on(&folder.path().join(pc)),
            watch,
            deaths: 0,
            http,
            who,
            plans: plans.iter().map(|&plan| plan.to_owned()).collect(),
            programs: [None, None, None],
            armed: false,
            starts: 0,
            ports,
            folder,
        };
        setting.start_all().await;
        setting
    }

    /// Where a part keeps its data.
    pub(crate) fn platform_folder(&self) -> PathBuf {
        self.folder.path().join("up/platform")
    }

    /// The Test PAS's folder.
    pub(crate) fn pas_folder(&self) -> PathBuf {
        match self.who {
            Who::Whole => self.folder.path().join("up/pas"),
            _ => self.folder.path().join("pas"),
        }
    }

    /// The toolbar's folder.
    pub(crate) fn toolbar_folder(&self) -> PathBuf {
        match self.who {
            Who::Whole => self.folder.path().join("up/toolbar"),
            _ => self.folder.path().join("pc"),
        }
    }

    fn parts(&self) -> &'static [Who] {
        match self.who {
            Who::Whole => &[Who::Whole],
            // So that whoever is asked is there already.
            _ => &[Who::TestPas, Who::Platform, Who::Toolbar],
        }
    }

    async fn start_all(&mut self) {
        for &part in self.parts() {
            self.launch(part);
            if !self.ready(part) {
                self.mourn().await;
            }
        }
    }

    /// Starts again after [`Self::end`], without a plan.
    pub(crate) async fn start_again(&mut self) {
        self.plans.clear();
        self.start_all().await;
    }

    fn launch(&mut self, part: Who) {
        let plan = (part == self.who).then(|| self.plans.pop_front()).flatten();
        self.armed |= plan.is_some();
        let at = |name: &str| self.folder.path().join(name).to_str().unwrap().to_owned();
        let [platform, unused_pas, pas] = self.ports;
        let (platform_url, pas_url) = (url(platform), url(pas));
        let (platform, unused_pas) = (platform.to_string(), unused_pas.to_string());
        let listen = format!("127.0.0.1:{pas}");
        let (words, folder): (Vec<&str>, _) = match part {
            Who::Whole | Who::Platform => {
                let words = [
                    "up",
                    "--platform-port",
                    &platform,
                    "--pas-port",
                    &unused_pas,
                    "--gateway-port",
                    "0",
                    "--pkb-port",
                    "0",
                ];
                (words.to_vec(), at("up"))
            }
            Who::TestPas => (vec!["pas", "serve", "--listen", &listen], at("pas")),
            Who::Toolbar => (
                vec![
                    "toolbar",
                    "agent",
                    "--platform-url",
                    &platform_url,
                    "--record-system-url",
                    &pas_url,
                ],
                at("pc"),
            ),
        };
        let words = words.into_iter().chain(["--json", "--data-dir", &folder]);
        let words: Vec<_> = words.map(str::to_owned).collect();
        let environment: Vec<_> = plan
            .as_deref()
            .map(|plan| ("BATON_FAULT_POINTS", plan))
            .into_iter()
            .collect();
        self.starts += 1;
        let log = at(&format!("{part:?}-{}.log", self.starts));
        let watch = self.watch.clone();
        let program = Program::start(&words, &environment, Path::new(&log), watch);
        self.programs[part.index()] = Some(program);
    }

    /// Waits until a part is ready; `false` when it died instead.
    fn ready(&mut self, part: Who) -> bool {
        let program = self.programs[part.index()].as_mut().unwrap();
        match program.ready_or_ended() {
            Ok(said) => {
                self.connect_anew();
                if matches!(part, Who::Whole | Who::Platform) {
                    self.meet(&said);
                }
                true
            }
            Err(status) => {
                assert!(killed(status), "{part:?} ended with {status}");
                false
            }
        }
    }

    /// A connection to a process that is gone would fail the next call to its successor.
    fn connect_anew(&mut self) {
        self.http = client();
        self.integrator.http = self.http.clone();
        self.records = Records::new(self.http.clone(), &self.records.base);
    }

    fn meet(&mut self, said: &Value) {
        let text = |pointer: &str| said.pointer(pointer).unwrap().as_str().unwrap();
        let key = text("/platform/apiKey");
        self.watch.secret(key);
        let platform = text("/platform/url");
        self.integrator = Integrator::new(self.http.clone(), platform, key, self.watch.clone());
    }

    /// Starts whoever died by the plan again, and lets the claims end that were held over the
    /// death. To be called whenever something has not answered.
    pub(crate) async fn revive(&mut self) {
        let who = self.who;
        let ended = |program: &mut Program| program.ended();
        let Some(status) = self.programs[who.index()].as_mut().and_then(ended) else {
            return;
        };
        assert!(killed(status), "{who:?} ended with {status}");
        self.mourn().await;
    }

    async fn mourn(&mut self) {
        let who = self.who;
        loop {
            assert!(self.armed, "{who:?} died without a plan");
            self.armed = false;
            self.deaths += 1;
            self.programs[who.index()] = None;
            // A toolbar that starts after its old claim's end needs no second sign-in.
            if who == Who::Toolbar {
                self.advance("61s").await;
            }
            self.launch(who);
            if self.ready(who) {
                break;
            }
        }
        // An import that the Test PAS broke off goes on under its claim.
        if matches!(who, Who::Whole | Who::Platform) {
            self.advance("61s").await;
        }
    }

    /// Moves the platform's clock, and with `up` everybody's; `false` when there was no answer.
    pub(crate) async fn advance(&self, by: &str) -> bool {
        let address = format!("{}/sandbox/v1/clock", self.integrator.base);
        let asked = self.http.post(address).json(&json!({ "advance": by }));
        asked
            .send()
            .await
            .is_ok_and(|answer| answer.status() == 200)
    }

    /// Ends everything kindly; `false` when the plan killed meanwhile.
    pub(crate) fn end(&mut self) -> bool {
        let mut kindly = true;
        for &part in self.parts().iter().rev() {
            let Some(mut program) = self.programs[part.index()].take() else {
                continue;
            };
            let status = program.end().expect("it had to be killed");
            if self.armed && part == self.who && killed(status) {
                self.armed = false;
                self.deaths += 1;
                kindly = false;
            } else {
                assert_eq!(status.code(), Some(0), "{part:?} ended with {status}");
            }
        }
        kindly
    }
}

fn killed(status: ExitStatus) -> bool {
    status.signal() == Some(Signal::KILL.as_raw())
}

fn client() -> reqwest::Client {
    httpkit::outbound::client(Some(Duration::from_secs(30))).unwrap()
}

fn url(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

fn folder() -> tempfile::TempDir {
    let mut named = tempfile::Builder::new();
    named.prefix("baton-walk-").tempdir().unwrap()
}
