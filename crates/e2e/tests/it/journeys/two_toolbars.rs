//! Two PCs with the same practitioner race for the same messages: each message is imported once.

use crate::world::command::Baton;
use crate::world::executable::repository;
use crate::world::message::{attachment, id, instant};
use crate::world::partner::{Integrator, standing};
use crate::world::program::Program;
use crate::world::records::Records;
use crate::world::watch::Watch;
use crate::world::{PRACTICE, parts, wait};
use futures_util::StreamExt as _;
use rusqlite::Connection;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tempfile::TempDir;

const OKAFOR: &str = "555000000101";
/// Half of them arrive while both toolbars listen, half before either is signed in.
const MESSAGES: usize = 500;
/// A toolbar imports one message at a time for each patient.
const PATIENTS: usize = 20;

/// A practice with two PCs on one record system.
struct Race {
    folder: TempDir,
    platform: Program,
    pas: Program,
    toolbars: Vec<Program>,
    integrator: Integrator,
    records: Records,
    token: String,
    patients: Vec<String>,
}

impl Race {
    async fn prepare() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let place = |name: &str| folder.path().join(name);
        let watch = Watch::default();
        let http = httpkit::outbound::client(Some(Duration::from_secs(60))).unwrap();
        let (platform, url) = parts::serve(
            &["platform", "serve"],
            &place("platform"),
            &place("platform.log"),
            &watch,
        );
        let operator = Baton::on(&place("platform"));
        let name = "Riverside Test Practice";
        operator
            .json(&["platform", "practice", "add", PRACTICE, name])
            .await;
        let client = operator
            .json(&["platform", "client", "add", "Kestrel Lane Pharmacy"])
            .await;
        let client = client["id"].as_str().unwrap();
        let key = operator.json(&["platform", "key", "issue", client]).await;
        let key = key["apiKey"].as_str().unwrap();
        watch.secret(key);
        let integrator = Integrator::new(http.clone(), &url, key, watch.clone());

        let (pas, base) = parts::serve(&["pas", "serve"], &place("pas"), &place("pas.log"), &watch);
        let records = Records::new(http, &base);
        let session = records.log_in(OKAFOR).await;
        let file = std::fs::read(repository().join("sdk-kit/test-pas-patients.json")).unwrap();
        session.load_patients(&file).await;
        let file: Value = serde_json::from_slice(&file).unwrap();
        let patients = file["patients"].as_array().unwrap().iter().take(PATIENTS);
        let number = |patient: &Value| patient["nhsNumber"].as_str().unwrap().to_owned();
        let patients = patients.map(number).collect();

        let mut toolbars = Vec::new();
        for pc in ["pc-1", "pc-2"] {
            let key = parts::registration_key(&place("platform")).await;
            let log = place(&format!("{pc}.log"));
            let addresses = (url.as_str(), base.as_str());
            toolbars.push(parts::agent(&place(pc), &key, addresses, &log, &watch).await);
        }
        let code = Baton::on(&place("pc-1")).json(&["toolbar", "code"]).await;
        let code = code["accessCode"].as_str().unwrap();
        watch.secret(code);
        let token = integrator.exchange(code).await;
        Self {
            folder,
            platform,
            pas,
            toolbars,
            integrator,
            records,
            token,
            patients,
        }
    }

    fn place(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Sends messages, several at the same time; their ids and texts.
    async fn send(&self, count: usize) -> Vec<(String, String)> {
        let sending = (0..count).map(|place| {
            let text = format!("Note {place} for the race.");
            let mut message = instant(vec![attachment("text/plain", "Note.txt", text.as_bytes())]);
            let patient = &self.patients[place % self.patients.len()];
            message["subject"]["id"]["value"] = json!(patient);
            async move {
                self.integrator.sent(&self.token, &message).await;
                (id(&message), text)
            }
        });
        futures_util::stream::iter(sending)
            .buffer_unordered(8)
            .collect()
            .await
    }

    /// Waits until so many messages were completed, for as long as it goes on.
    async fn completed(&self, count: usize) {
        let platform = self.place("platform");
        for goal in (10..count).step_by(10).chain([count]) {
            wait::until("ten more are completed", async || {
                audited(&platform, "complete message")
                    .values()
                    .sum::<usize>()
                    >= goal
            })
            .await;
        }
    }

    async fn both(&self, state: &str) {
        for pc in ["pc-1", "pc-2"] {
            let baton = Baton::on(&self.place(pc));
            wait::until("both toolbars follow their user", async || {
                let said = baton.run(&["toolbar", "state", "--json"]).await;
                said.json_if_any().is_some_and(|now| now["state"] == state)
            })
            .await;
        }
    }
}

/// How often an act was done to each message, by the platform's audit log.
fn audited(platform: &Path, action: &str) -> BTreeMap<String, usize> {
    let connection = Connection::open(platform.join("platform.sqlite")).unwrap();
    let mut found = connection
        .prepare("SELECT subject, count(*) FROM audit WHERE action = ?1 GROUP BY subject")
        .unwrap();
    let rows = found.query_map([action], |row| {
        Ok((row.get(0)?, usize::try_from(row.get::<_, i64>(1)?).unwrap()))
    });
    rows.unwrap().map(Result::unwrap).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_toolbars_that_race_for_500_messages_one_imports_each() {
    let mut race = Race::prepare().await;
    let platform = race.place("platform");

    let began = Instant::now();
    let mut sent = race.send(MESSAGES / 2).await;
    race.completed(sent.len()).await;
    let live = began.elapsed();

    // Nobody is at the record system while the other half arrives; then both PCs come at the same time.
    race.records.log_in(OKAFOR).await.log_out().await;
    race.both("signed-out").await;
    sent.extend(race.send(MESSAGES - sent.len()).await);
    let waiting = audited(&platform, "complete message").len();
    assert_eq!(waiting, MESSAGES / 2, "imported with nobody signed in");
    let began = Instant::now();
    race.records.log_in(OKAFOR).await;
    race.completed(sent.len()).await;
    let backlog = began.elapsed();

    let completed = audited(&platform, "complete message");
    assert_eq!(completed.len(), MESSAGES);
    assert!(completed.values().all(|times| *times == 1));
    for (message, _) in &sent {
        let status = race.integrator.status(message).await;
        assert_eq!(standing(&status), "COMPLETED / Imported automatically");
    }
    let documents = race.records.walk("DocumentReference").await;
    assert_eq!(documents.len(), MESSAGES);
    let mut copies: BTreeMap<String, Vec<Vec<u8>>> = BTreeMap::new();
    for document in &documents {
        let identifiers = document["identifier"].as_array().unwrap();
        let message = identifiers
            .iter()
            .find(|identifier| identifier["system"] == "urn:x-baton:message-id")
            .unwrap();
        let message = message["value"].as_str().unwrap().to_owned();
        let bytes = race.records.bytes(document).await.unwrap();
        copies.entry(message).or_default().push(bytes);
    }
    for (message, text) in &sent {
        assert_eq!(copies[message], [text.as_bytes()], "{message}");
    }
    for pc in ["pc-1", "pc-2"] {
        let inbox = Baton::on(&race.place(pc)).json(&["toolbar", "inbox"]).await;
        assert_eq!(inbox["messages"], json!([]));
    }
    let operator = Baton::on(&platform);
    let audit = operator.json(&["platform", "audit", "verify"]).await;
    assert!(audit["brokenAt"].is_null(), "{audit}");

    let mut imported = Vec::new();
    let mut settled = Vec::new();
    for toolbar in &mut race.toolbars {
        assert_eq!(toolbar.end().expect("it had to be killed").code(), Some(0));
        let said = toolbar.said();
        let count = |word: &str| said.iter().filter(|line| line["event"] == word).count();
        assert_eq!(count("import-failed") + count("unreported"), 0);
        imported.push(count("imported"));
        settled.push(count("settled"));
    }
    assert_eq!(imported.iter().sum::<usize>(), MESSAGES);
    let claims: usize = audited(&platform, "claim message").values().sum();
    let given_back: usize = ["release message", "end lease of message"]
        .iter()
        .map(|action| audited(&platform, action).values().sum::<usize>())
        .sum();
    println!(
        "{MESSAGES} messages, two toolbars: imported {} and {}, told of the other's {} and {}; {claims} claims, \
         {given_back} given back; {:.1} s as they came, {:.1} s from a standing start",
        imported[0],
        imported[1],
        settled[0],
        settled[1],
        live.as_secs_f64(),
        backlog.as_secs_f64(),
    );
    for mut program in [race.platform, race.pas] {
        assert_eq!(program.end().expect("it had to be killed").code(), Some(0));
    }
}
