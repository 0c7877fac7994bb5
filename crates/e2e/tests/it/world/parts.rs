//! Parts started one by one, as in production: `platform serve`, `pas serve`, `toolbar agent`.

use super::command::{self, Baton};
use super::program::Program;
use super::watch::Watch;
use super::{PRACTICE, World, wait};
use serde_json::Value;
use std::path::Path;

/// Starts a server that says where it is.
pub(crate) fn serve(words: &[&str], folder: &Path, log: &Path, watch: &Watch) -> (Program, String) {
    let mut all: Vec<_> = words.iter().map(|&word| word.to_owned()).collect();
    all.extend(["--listen", "127.0.0.1:0", "--json", "--data-dir"].map(str::to_owned));
    all.push(folder.to_str().unwrap().to_owned());
    let program = Program::start(&all, &[], log, watch.clone());
    let url = program.ready()["url"].as_str().unwrap().to_owned();
    (program, url)
}

/// A key with which one toolbar may register.
pub(crate) async fn registration_key(platform_folder: &Path) -> Value {
    registration_key_by(&Baton::on(platform_folder)).await
}

/// The same of a platform that this operator looks after.
pub(crate) async fn registration_key_by(operator: &Baton) -> Value {
    operator
        .json(&["platform", "device", "issue-key", PRACTICE])
        .await
}

/// Starts `baton toolbar agent` and waits until it is signed in.
pub(crate) async fn agent(
    folder: &Path,
    key: &Value,
    (platform, records): (&str, &str),
    log: &Path,
    watch: &Watch,
) -> Program {
    let part_1 = key["keyPart1"].as_str().unwrap();
    let part_2 = key["keyPart2"].as_str().unwrap();
    watch.secret(part_2);
    let words = [
        "toolbar",
        "agent",
        "--json",
        "--data-dir",
        folder.to_str().unwrap(),
        "--platform-url",
        platform,
        "--record-system-url",
        records,
        "--key-part-1",
        part_1,
        "--practice",
        PRACTICE,
        "--device-name",
        "PC in room 1",
    ];
    let environment = [("BATON_TOOLBAR_KEY_PART_2", part_2)];
    let program = Program::start(&words.map(str::to_owned), &environment, log, watch.clone());
    program.ready();
    wait::until("the agent is online", async || {
        let words = ["toolbar", "state", "--json", "--data-dir"];
        let said = command::run(&[&words[..], &[folder.to_str().unwrap()]].concat()).await;
        said.json_if_any()
            .is_some_and(|state| state["state"] == "online")
    })
    .await;
    program
}

impl World {
    /// A second toolbar beside the environment's own, working on the record system at `records`.
    pub(crate) async fn toolbar_agent(&self, records: &str) -> Program {
        let key = registration_key(&self.data().join("platform")).await;
        let folder = self.data().with_file_name("agent");
        let log = self.data().with_file_name("agent.log");
        let addresses = (self.integrator.base.as_str(), records);
        agent(&folder, &key, addresses, &log, &self.watch).await
    }
}
