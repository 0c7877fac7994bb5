//! The PKB sandbox as a program of its own, and its log, by which proofs count.

use super::people::People;
use super::program::Program;
use super::watch::Watch;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

/// The client that the sandbox knows.
pub(crate) const CLIENT: &str = "baton-demo-app";

/// A running sandbox.
pub(crate) struct Pkb {
    pub(crate) url: String,
    pub(crate) program: Program,
    /// Who can sign in, and the controls.
    pub(crate) people: People,
    http: reqwest::Client,
}

/// What the sandbox saw so far.
#[derive(Clone, Debug)]
pub(crate) struct Log(Value);

impl Log {
    /// How often that happened.
    pub(crate) fn count(&self, what: &str) -> u64 {
        self.0["counts"][what].as_u64().unwrap_or_default()
    }

    /// How often a new pair was made for each person.
    pub(crate) fn refreshes(&self) -> BTreeMap<String, u64> {
        let mut all = BTreeMap::new();
        for event in self.events("refreshed") {
            let who = event["publicId"].as_str().unwrap().to_owned();
            *all.entry(who).or_default() += 1;
        }
        all
    }

    /// How often a new pair was made for this person.
    pub(crate) fn refreshes_of(&self, public_id: &str) -> u64 {
        self.refreshes().remove(public_id).unwrap_or_default()
    }

    /// Events of a kind, newest first.
    pub(crate) fn events<'l>(&'l self, what: &'l str) -> impl Iterator<Item = &'l Value> {
        let all = self.0["events"].as_array().unwrap().iter();
        all.filter(move |event| event["what"] == what)
    }
}

impl Pkb {
    /// Starts it on a folder, for a gateway that patients come back to at `callback`.
    pub(crate) fn start(folder: &Path, callback: &str, log: &Path, watch: &Watch) -> Self {
        let words = [
            "pkb-sandbox",
            "serve",
            "--json",
            "--listen",
            "127.0.0.1:0",
            "--redirect-uri",
            callback,
            "--data-dir",
            folder.to_str().unwrap(),
        ];
        let words = words.map(str::to_owned);
        let program = Program::start(&words, &[], log, watch.clone());
        let ready = program.ready();
        assert_eq!(ready["clientId"], CLIENT);
        let http = httpkit::outbound::client(Some(Duration::from_secs(60))).unwrap();
        Self {
            url: ready["url"].as_str().unwrap().to_owned(),
            program,
            people: People::of(http.clone(), &ready, watch.clone()),
            http,
        }
    }

    /// All that it saw.
    pub(crate) async fn log(&self) -> Log {
        let url = format!("{}/sandbox/v1/pkb/log?limit=10000", self.url);
        Log(self
            .http
            .get(url)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap())
    }
}
