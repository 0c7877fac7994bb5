//! A practice with one PC: what every story starts from.

use crate::platform::{Message, NOW, Platform, Stage};
use crate::records::Records;
use model::clock::ManualClock;
use model::entropy::SeededEntropy;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use toolbar::keeper::FileKeeper;
use toolbar::settings::RecordSystemSettings;
use toolbar::{Agent, AgentConfig, AgentEvent, AgentHandle, Pace, RegistrationRequest, State};

pub(crate) const OKAFOR: &str = "555000000101";
pub(crate) const LLEWELLYN: &str = "555000000102";
pub(crate) const PATIENT: &str = "9547852140";

pub(crate) struct World {
    pub(crate) platform: Arc<Platform>,
    pub(crate) records: Arc<Records>,
    pub(crate) dir: TempDir,
}

impl World {
    /// Dr Okafor is logged in to the record system, which knows one patient.
    pub(crate) async fn new() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let world = Self {
            platform: Platform::start().await,
            records: Records::start().await,
            dir: tempfile::tempdir().unwrap(),
        };
        world.records.log_in(OKAFOR, "GPPRAC001");
        world.records.admit(PATIENT, false);
        world
    }

    pub(crate) fn config(&self) -> AgentConfig {
        AgentConfig {
            data_dir: self.dir.path().join("toolbar"),
            platform_url: self.platform.url.clone(),
            record_system: RecordSystemSettings::FhirR4 {
                url: self.records.url.clone(),
                record_url_template: Some(format!("{}/patients/{{nhsNumber}}", self.records.url)),
            },
            registration: Some(key("part-two")),
            http: http(),
            clock: Arc::new(ManualClock::at(NOW.parse().unwrap())),
            entropy: Arc::new(SeededEntropy::new(11)),
            keeper: Arc::new(FileKeeper::new(&self.dir.path().join("toolbar"))),
            pace: Pace {
                user_poll: Duration::from_millis(20),
                record_system_grace: Duration::from_millis(100),
                heartbeat: Duration::from_secs(1),
                sweep: Duration::from_millis(100),
                retry: Duration::from_millis(10),
                retry_most: Duration::from_millis(50),
                drain: Duration::from_secs(2),
                report_for: Duration::from_secs(20),
                ..Pace::default()
            },
        }
    }

    pub(crate) async fn start(&self) -> AgentHandle {
        Agent::start(self.config()).await.unwrap()
    }

    /// A toolbar that is signed in and has its stream open.
    pub(crate) async fn online(&self) -> AgentHandle {
        let toolbar = self.start().await;
        until_online(&toolbar).await;
        toolbar
    }
}

/// A registration key; the pretended platform's second part is `part-two`.
pub(crate) fn key(part_2: &str) -> RegistrationRequest {
    RegistrationRequest {
        key_part1: model::Secret::new("part-one".to_owned()),
        key_part2: model::Secret::new(part_2.to_owned()),
        organisation_code: "GPPRAC001".to_owned(),
        device_name: "Room 3".to_owned(),
    }
}

pub(crate) fn http() -> reqwest::Client {
    reqwest::Client::builder().build().unwrap()
}

/// An instant message for Dr Okafor with a PDF, notes and a coded item.
pub(crate) fn letter() -> Message {
    letter_about(PATIENT)
}

pub(crate) fn letter_about(nhs_number: &str) -> Message {
    Message {
        owner: OKAFOR.to_owned(),
        nhs_number: nhs_number.to_owned(),
        files: vec![
            (
                "application/pdf",
                "letter.pdf".to_owned(),
                b"%PDF-1.7 letter".to_vec(),
            ),
            (
                "text/vnd.qxlva.conneqt.consultation",
                "notes.txt".to_owned(),
                "Größe 1,80 m 🩺".into(),
            ),
        ],
        coded: json!([{"code": "27113001", "value": "72.50", "unit": "kg"}]),
        stage: Stage::Instant,
        fence: 0,
        holder: None,
        false_hash: false,
        hides_a_file: false,
    }
}

/// Waits for `condition` to hold, for 20 s at most.
pub(crate) async fn until(what: &str, mut condition: impl FnMut() -> bool) {
    let waiting = async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let waited = tokio::time::timeout(Duration::from_secs(20), waiting).await;
    assert!(waited.is_ok(), "waited in vain: {what}");
}

pub(crate) async fn until_state(
    toolbar: &AgentHandle,
    what: &str,
    wanted: impl Fn(&State) -> bool,
) {
    let mut state = toolbar.state();
    let waited = tokio::time::timeout(Duration::from_secs(20), state.wait_for(wanted)).await;
    assert!(waited.is_ok(), "waited in vain: {what}; now {toolbar:?}");
}

pub(crate) async fn until_online(toolbar: &AgentHandle) {
    until_state(toolbar, "online", |state| {
        matches!(state, State::Online { .. })
    })
    .await;
}

/// The next event that `wanted` picks.
pub(crate) async fn event<T>(
    events: &mut tokio::sync::broadcast::Receiver<AgentEvent>,
    wanted: impl Fn(AgentEvent) -> Option<T>,
) -> T {
    let waiting = async {
        loop {
            if let Some(found) = wanted(events.recv().await.unwrap()) {
                return found;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), waiting)
        .await
        .expect("no such event")
}
