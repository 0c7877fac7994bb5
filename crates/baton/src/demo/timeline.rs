//! The demo's timeline: what happened, and when.

use crate::output;
use serde_json::{Value, json};
use std::time::Instant;

/// Lines with times, printed as they come or kept for JSON.
pub(super) struct Timeline {
    json: bool,
    started: Instant,
    steps: Vec<Value>,
}

impl Timeline {
    /// From now on.
    pub(super) fn start(json: bool) -> Self {
        Self {
            json,
            started: Instant::now(),
            steps: Vec::new(),
        }
    }

    /// One line.
    pub(super) fn step(&mut self, what: &str, detail: &str) {
        let at = self.started.elapsed();
        let millis = u64::try_from(at.as_millis()).unwrap_or(u64::MAX);
        self.steps
            .push(json!({ "atMillis": millis, "step": what, "detail": detail }));
        if !self.json {
            output::line(&format!(
                "  {:>7.3} s  {what:<38}{detail}",
                at.as_secs_f64()
            ));
        }
    }

    /// All of it.
    pub(super) fn steps(self) -> Vec<Value> {
        self.steps
    }
}
