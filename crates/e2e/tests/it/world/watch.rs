//! What a log may not hold: errors that the test did not announce, secrets, and anything about a patient.

use std::path::Path;
use std::sync::{Arc, Mutex};

/// Shared by everyone who learns a secret.
#[derive(Clone, Default)]
pub(crate) struct Watch(Arc<Mutex<Rules>>);

#[derive(Default)]
struct Rules {
    secrets: Vec<String>,
    announced: Vec<String>,
}

impl Watch {
    /// This text must never be logged.
    pub(crate) fn secret(&self, text: &str) {
        assert!(text.len() >= 7, "too short to be looked for: {text}");
        self.0.lock().unwrap().secrets.push(text.to_owned());
    }

    /// An ERROR line with this text is what the test is about.
    pub(crate) fn announce_error(&self, text: &str) {
        self.0.lock().unwrap().announced.push(text.to_owned());
    }

    /// What is wrong with a log, each fault in a line.
    pub(crate) fn faults(&self, log: &Path) -> Vec<String> {
        let rules = self.0.lock().unwrap();
        let text = String::from_utf8_lossy(&std::fs::read(log).unwrap_or_default()).into_owned();
        let error = |line: &&str| {
            let words = line.split_whitespace().take(2).any(|word| word == "ERROR");
            words && !rules.announced.iter().any(|known| line.contains(known))
        };
        let errors = text
            .lines()
            .filter(error)
            .map(|line| format!("an error was logged: {line}"));
        let told = rules.secrets.iter().filter_map(|secret| {
            let line = text.lines().find(|line| line.contains(secret.as_str()))?;
            Some(format!("the log holds {secret}: {line}"))
        });
        errors.chain(told).collect()
    }
}

#[test]
fn a_log_with_an_error_or_a_secret_is_found_faulty() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let watch = Watch::default();
    watch.secret("bak_secret");
    watch.announce_error("disk full");
    let lines = "2026-11-21T05:05:55Z  INFO a: good\n\
                 2026-11-21T05:05:55Z ERROR b: disk full\n";
    std::fs::write(&log, lines).unwrap();
    assert_eq!(watch.faults(&log), Vec::<String>::new());
    let lines = format!("{lines}2026-11-21T05:05:55Z ERROR c: lost\n key=bak_secret\n");
    std::fs::write(&log, lines).unwrap();
    assert_eq!(watch.faults(&log).len(), 2);
}
