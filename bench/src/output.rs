//! Where results go: standard output, and files for people, programs and papers.

use crate::bench::Bench;
use crate::goals::{Better, Of};
use crate::measured::Measured;
use crate::{plot, table};
use anyhow::{Context as _, Result};
use serde::Serialize;
use std::io::Write as _;
use std::path::Path;

/// A row as programs read it. Figures that do not exist are `null`.
#[derive(Serialize)]
struct Told<'a> {
    row: &'a str,
    what: &'a str,
    ours: Option<f64>,
    limit: Option<f64>,
    ratio: Option<f64>,
    /// The target; `of` says whether it is for `ratio` or for `ours`.
    goal: Option<f64>,
    unit: &'a str,
    of: Option<&'static str>,
    better: Option<&'static str>,
    gate: Option<f64>,
    min: Option<f64>,
    max: Option<f64>,
    verdict: &'static str,
    noisy: bool,
    /// Longest over shortest of the same arithmetic, 40 times.
    arithmetic: Option<f64>,
    /// How much a plain fdatasync differed before and after, as a factor.
    sync: Option<f64>,
    failed: Option<&'a str>,
    remark: Option<&'a str>,
}

fn told(measured: &Measured) -> Told<'_> {
    let row = measured.row;
    let figure = |value: f64| value.is_finite().then_some(value);
    let (min, max) = measured.span();
    Told {
        row: row.name,
        what: row.what,
        ours: figure(measured.ours()),
        limit: measured.limit().and_then(figure),
        ratio: measured.ratio().and_then(figure),
        goal: row.goal.map(|goal| goal.target),
        unit: row.unit,
        of: row.goal.map(|goal| match goal.of {
            Of::Ratio => "ratio",
            Of::Ours => "ours",
        }),
        better: row.goal.map(|goal| match goal.better {
            Better::More => "more",
            Better::Less => "less",
        }),
        gate: row.goal.map(|goal| goal.gate),
        min: figure(min),
        max: figure(max),
        verdict: if measured.broken.is_some() {
            "failed"
        } else {
            measured.verdict().word()
        },
        noisy: measured.is_noisy(),
        arithmetic: measured.noise.map(|noise| noise.arithmetic()),
        sync: measured.noise.map(|noise| noise.sync()),
        failed: measured.broken.as_deref(),
        remark: measured.remark.as_deref(),
    }
}

/// Prints the table, and writes it, the JSON and the plot.
///
/// # Errors
/// When a file cannot be written.
pub(crate) fn write(bench: &Bench, rows: &[Measured], json: Option<&Path>) -> Result<()> {
    let text = table::table(rows);
    print(&format!("\n{text}"))?;
    let rows_told: Vec<_> = rows.iter().map(told).collect();
    let mut told = serde_json::to_vec_pretty(&rows_told)?;
    told.push(b'\n');
    if let Some(json) = json {
        put(json, &told)?;
    }
    let out = bench.out();
    put(&out.join("bench.json"), &told)?;
    put(&out.join("bench.txt"), text.as_bytes())?;
    put(&out.join("bench.svg"), plot::svg(rows).as_bytes())?;
    let seconds = bench.progress.seconds();
    let place = out.display();
    bench.progress.say(&format!(
        "done in {seconds} s; table, JSON and plot are in {place}"
    ));
    Ok(())
}

fn put(path: &Path, bytes: &[u8]) -> Result<()> {
    std::fs::write(path, bytes).with_context(|| format!("cannot write `{}`", path.display()))
}

/// Prints to standard output.
pub(crate) fn print(text: &str) -> Result<()> {
    Ok(std::io::stdout().write_all(text.as_bytes())?)
}
