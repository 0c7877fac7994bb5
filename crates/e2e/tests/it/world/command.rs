//! The command line, run as a person or a script runs it.

use super::executable;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::process::Command;

const ANSWERS_WITHIN: Duration = Duration::from_secs(60);

/// `baton` on one data folder.
#[derive(Clone)]
pub(crate) struct Baton {
    data: PathBuf,
    /// Where data is that is not in the folder.
    environment: Vec<(String, String)>,
}

/// What a command said.
pub(crate) struct Said {
    /// Its exit code; -1 when a signal ended it.
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Said {
    /// Its standard output as JSON, if it is.
    pub(crate) fn json_if_any(&self) -> Option<Value> {
        serde_json::from_str(&self.out).ok()
    }
}

impl Baton {
    /// The commands on this folder.
    pub(crate) fn on(data: &Path) -> Self {
        Self {
            data: data.to_owned(),
            environment: Vec::new(),
        }
    }

    /// The same with these variables in their environment.
    pub(crate) fn with(self, environment: &[(String, String)]) -> Self {
        Self {
            environment: environment.to_vec(),
            ..self
        }
    }

    /// Runs `baton WORDS --data-dir DIR`.
    pub(crate) async fn run(&self, words: &[&str]) -> Said {
        let mut all: Vec<&str> = words.to_vec();
        all.extend(["--data-dir", self.data.to_str().unwrap()]);
        run_with(&all, &self.environment).await
    }

    /// Runs it with `--json`; it must go well.
    pub(crate) async fn json(&self, words: &[&str]) -> Value {
        let said = self.run(&[words, &["--json"]].concat()).await;
        assert_eq!(said.code, 0, "baton {words:?}: {}", said.err);
        said.json_if_any()
            .unwrap_or_else(|| panic!("baton {words:?} printed no JSON: {}", said.out))
    }
}

/// Runs `baton WORDS`.
pub(crate) async fn run(words: &[&str]) -> Said {
    run_with(words, &[]).await
}

async fn run_with(words: &[&str], environment: &[(String, String)]) -> Said {
    let mut command = Command::new(executable::baton());
    command
        .args(words)
        .envs(environment.iter().cloned())
        .env_remove("BATON_LOG")
        .stdin(Stdio::null())
        .kill_on_drop(true);
    let output = tokio::time::timeout(ANSWERS_WITHIN, command.output())
        .await
        .unwrap_or_else(|_| panic!("baton {words:?} took longer than {ANSWERS_WITHIN:?}"))
        .unwrap();
    Said {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}
