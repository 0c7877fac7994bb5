//! The figures of a run: for a person in 80 columns, for a script as JSON.

use super::Shape;
use super::figures::{bytes_a_second, millis, rate, round, thousands, time};
use super::histogram::{draw, rows};
use super::server::word;
use crate::args::Scenario;
use crate::exit::unreachable;
use crate::output;
use anyhow::Context as _;
use load::{Fault, Mode, Outcome};
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;

/// The shares that are told, and what they are called.
const SHARES: [(&str, f64); 5] = [
    ("p50", 0.5),
    ("p90", 0.9),
    ("p99", 0.99),
    ("p99.9", 0.999),
    ("max", 1.0),
];

/// A run and what came of it.
pub(super) struct Report<'a> {
    pub(super) shape: &'a Shape,
    pub(super) address: &'a str,
    pub(super) outcome: &'a Outcome,
    pub(super) stopped_early: bool,
    /// Where messages were left.
    pub(super) practice: Option<&'a str>,
}

impl Report<'_> {
    /// For a person.
    pub(super) fn print(&self) {
        let found = self.outcome;
        output::line(&output::bold(&format!(
            "{} at {}",
            subject(self.shape.scenario),
            self.address
        )));
        output::line(&self.manner());
        output::line("");
        output::line(&format!(
            "  accepted     {:>10}   {} a second{}",
            thousands(found.accepted()),
            rate(found.per_second()),
            if found.bytes_sent > 0 {
                format!(", {} of body", bytes_a_second(found.bytes_per_second()))
            } else {
                String::new()
            }
        ));
        let others = found
            .by_status
            .iter()
            .filter(|(s, _)| !(200..300).contains(*s));
        for (status, count) in others {
            let reason = StatusCode::from_u16(*status)
                .ok()
                .and_then(|status| status.canonical_reason());
            output::line(&format!(
                "  refused      {:>10}   with {status} {}",
                thousands(*count),
                reason.unwrap_or_default()
            ));
        }
        for (fault, count) in &found.faults {
            output::line(&format!(
                "  no answer    {:>10}   {}",
                thousands(*count),
                explain(*fault)
            ));
        }
        if found.missed > 0 {
            output::line(&format!(
                "  not started  {:>10}   since all connections were busy till the end",
                thousands(found.missed)
            ));
        }
        output::line("");
        self.print_times();
        let left = found.acknowledged.len();
        if let Some(practice) = self.practice
            && left > 0
        {
            output::line(&format!(
                "  {} test messages were left at {practice}, trial and warm-up included.",
                thousands(left as u64 + 1)
            ));
        }
    }

    fn print_times(&self) {
        let found = self.outcome;
        if found.accepted() == 0 {
            return;
        }
        let heads = SHARES.map(|(name, _)| format!("{name:>11}")).concat();
        output::line(&output::bold(&format!("               {heads}")));
        let times = |name: &str, at: &dyn Fn(f64) -> Duration| {
            let cells = SHARES.map(|(_, share)| format!("{:>11}", time(at(share))));
            output::line(&format!("  {name:<13}{}", cells.concat()));
        };
        times("answered in", &|share| found.latency_at(share));
        if !found.lateness.is_empty() {
            times("started late", &|share| found.lateness_at(share));
        }
        output::line("");
        for line in draw(&found.latency) {
            output::line(&line);
        }
        output::line("");
    }

    /// How it was asked.
    fn manner(&self) -> String {
        let connections = self.shape.mode.connections();
        let plural = if connections == 1 { "" } else { "s" };
        let way = match self.shape.mode {
            Mode::Closed { .. } => format!("Closed loop, {connections} connection{plural}"),
            Mode::Open {
                rate_per_second, ..
            } => format!(
                "Open loop at {} a second, up to {connections} connection{plural}",
                thousands(u64::from(rate_per_second))
            ),
        };
        let warm = match self.shape.warm_up {
            Duration::ZERO => String::new(),
            warm => format!(" (warm-up {})", round(warm)),
        };
        let early = if self.stopped_early {
            ".\nStopped early: these are the figures so far"
        } else {
            ""
        };
        format!("{way}, {}{warm}{early}.", time(self.outcome.elapsed))
    }

    /// For a script.
    pub(super) fn json(&self) -> Value {
        let found = self.outcome;
        let times = |at: &dyn Fn(f64) -> Duration| {
            let at = |share| millis(at(share));
            json!({ "p50": at(0.5), "p90": at(0.9), "p99": at(0.99), "p999": at(0.999), "max": at(1.0) })
        };
        let spans: Vec<_> = rows(&found.latency)
            .iter()
            .map(|row| json!({ "fromMillis": millis(row.from), "toMillis": millis(row.to), "count": row.count }))
            .collect();
        let statuses: serde_json::Map<_, _> = found
            .by_status
            .iter()
            .map(|(status, count)| (status.to_string(), json!(count)))
            .collect();
        let faults: serde_json::Map<_, _> = found
            .faults
            .iter()
            .map(|(fault, count)| (fault.name().to_owned(), json!(count)))
            .collect();
        let mut bench = json!({
            "scenario": word(self.shape.scenario),
            "url": self.address,
            "connections": self.shape.mode.connections(),
            "warmUpSeconds": self.shape.warm_up.as_secs_f64(),
            "elapsedSeconds": found.elapsed.as_secs_f64(),
            "stoppedEarly": self.stopped_early,
            "accepted": found.accepted(),
            "perSecond": found.per_second(),
            "bodyBytesPerSecond": found.bytes_per_second(),
            "statuses": statuses,
            "faults": faults,
            "latencyMillis": times(&|share| found.latency_at(share)),
            "histogram": spans,
        });
        if let (
            Some(bench),
            Mode::Open {
                rate_per_second, ..
            },
        ) = (bench.as_object_mut(), self.shape.mode)
        {
            bench.insert("loop".to_owned(), json!("open"));
            bench.insert("ratePerSecond".to_owned(), json!(rate_per_second));
            bench.insert("notStarted".to_owned(), json!(found.missed));
            let late = times(&|share| found.lateness_at(share));
            bench.insert("latenessMillis".to_owned(), late);
        } else if let Some(bench) = bench.as_object_mut() {
            bench.insert("loop".to_owned(), json!("closed"));
        }
        json!({ "bench": bench })
    }

    /// Writes that to a file.
    pub(super) fn save(&self, file: &Path) -> anyhow::Result<()> {
        let mut text = serde_json::to_string_pretty(&self.json())?;
        text.push('\n');
        std::fs::write(file, text).with_context(|| format!("cannot write `{}`", file.display()))
    }

    /// The error of a run in which nothing was accepted.
    pub(super) fn nothing_worked(&self) -> anyhow::Error {
        let found = self.outcome;
        if found.answered() == 0 && found.failed() > 0 {
            unreachable(format!("{} gave no answer", self.address))
        } else if found.answered() > 0 {
            anyhow::anyhow!("nothing was accepted")
        } else {
            anyhow::anyhow!("it ended before anything was answered")
        }
    }
}

/// What was asked for.
fn subject(scenario: Scenario) -> &'static str {
    match scenario {
        Scenario::Standard => "Standard messages with a file of 2 KiB",
        Scenario::Instant => "Instant messages with a file of 2 KiB",
        Scenario::Large => "Standard messages with ten files of 5 MiB",
        Scenario::Status => "Status of messages just sent",
        Scenario::Token => "Check of an access token",
    }
}

/// What a fault means.
fn explain(fault: Fault) -> &'static str {
    match fault {
        Fault::Connect => "no connection could be made",
        Fault::Broken => "the connection broke off",
        Fault::TimedOut => "nothing came in time",
    }
}
