//! `baton bench`: real load on a platform, and how it bore it.

mod consent;
mod figures;
mod histogram;
mod progress;
mod report;
mod scenario;
mod server;

use crate::args::{Bench, Scenario};
use crate::exit::{unreachable, usage};
use crate::output;
use load::{Length, Mode, Plan, RunError, Target, Watch};
use std::time::Duration;

/// What the flags come to.
struct Shape {
    scenario: Scenario,
    mode: Mode,
    length: Length,
    warm_up: Duration,
}

impl Shape {
    fn of(bench: &Bench) -> anyhow::Result<Self> {
        let large = bench.scenario == Scenario::Large;
        let mode = match bench.rate {
            Some(rate_per_second) => Mode::Open {
                rate_per_second,
                connections_max: bench.connections.unwrap_or(256),
            },
            None => Mode::Closed {
                connections: bench.connections.unwrap_or(if large { 2 } else { 16 }),
            },
        };
        let length = match (bench.count, bench.duration) {
            (Some(count), _) => Length::Count(count),
            (None, Some(Duration::ZERO)) => return Err(usage("--duration must not be zero")),
            (None, Some(time)) => Length::For(time),
            (None, None) if large => Length::Count(20),
            (None, None) => Length::For(Duration::from_secs(10)),
        };
        let usual = if large {
            Duration::ZERO
        } else {
            Duration::from_secs(1)
        };
        Ok(Self {
            scenario: bench.scenario,
            mode,
            length,
            warm_up: bench.warm_up.unwrap_or(usual),
        })
    }
}

/// Asks if it must, prepares, runs, reports.
pub(crate) async fn run(bench: Bench, json: bool) -> anyhow::Result<()> {
    let shape = Shape::of(&bench)?;
    let server = server::choose(&bench)?;
    let target = Target::find(&server.url)
        .await
        .map_err(|error| usage(format!("--url `{}`: {error}", server.url)))?;
    if !target.is_this_machine() && !bench.server.yes {
        consent::ask(&target, &server, shape.scenario)?;
    }
    load::reach(&target)
        .await
        .map_err(|error| nobody(error, &server, &bench))?;
    let prepared = scenario::prepare(&bench, &server, &target).await?;
    if cfg!(debug_assertions) {
        output::remark("This is a debug build: its figures say nothing about a release.");
    }
    let plan = Plan {
        target: target.clone(),
        mode: shape.mode,
        length: shape.length,
        warm_up: shape.warm_up,
        requests: prepared.requests,
        patience: bench.patience,
        keep_acknowledged: prepared.sends,
    };
    let watch = Watch::default();
    let interrupted = super::ends_on_signal()?;
    let stopping = (interrupted.begun(), watch.clone());
    tokio::spawn(async move {
        stopping.0.await;
        stopping.1.stop();
    });
    let showing = progress::show(&shape, &watch);
    let outcome = load::run_apart(plan, &watch).await;
    showing.end().await;
    let outcome = outcome.map_err(|error| nobody(error, &server, &bench))?;
    let report = report::Report {
        shape: &shape,
        address: target.address(),
        outcome: &outcome,
        stopped_early: interrupted.has_begun(),
        practice: prepared.sends.then_some(server.practice.as_str()),
    };
    if let Some(file) = &bench.save {
        report.save(file)?;
    }
    if json {
        output::json(&report.json())?;
    } else {
        report.print();
    }
    match outcome.accepted() {
        0 => Err(report.nothing_worked()),
        _ => Ok(()),
    }
}

/// Nobody is there, or nobody that can be trusted.
fn nobody(error: RunError, server: &server::Server, bench: &Bench) -> anyhow::Error {
    let RunError::Unreachable { address, source } = error else {
        return error.into();
    };
    let hint = if server.is_ours {
        format!(
            "; is `baton up` running on `{}`?",
            bench.data.data_dir.display()
        )
    } else {
        String::new()
    };
    unreachable(format!("nothing answers at {address} ({source}){hint}"))
}
