//! The run: which groups, in what order, how often, and what the whole comes to.

use crate::args::Args;
use crate::baton::Baton;
use crate::bench::Bench;
use crate::goals::Verdict;
use crate::measured::Measured;
use crate::noise::{Noise, Probe};
use crate::progress::Progress;
use crate::rows::Group;
use crate::{output, table};
use anyhow::{Context as _, Result, bail};
use std::collections::HashMap;
use std::path::PathBuf;

/// A gate is missed when it fails so often …
const MISSES: usize = 2;
/// … in so many tries.
const TRIES: usize = 3;

/// Does what the command line asks; whether everything that had to hold held.
///
/// # Errors
/// When nothing could be measured.
pub(crate) fn run(args: Args) -> Result<bool> {
    let groups = chosen(&args.rows)?;
    if args.list {
        output::print(&table::list(&groups))?;
        return Ok(true);
    }
    let progress = Progress::new();
    progress.say("bringing baton up to date");
    let baton = Baton::find(args.baton)?;
    let out = args.out.map_or_else(beside, Ok)?;
    let file = baton.file().display().to_string();
    let bench = Bench::new(baton, args.quick, out, progress)?;
    bench.progress.say(&format!("measuring {file}"));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let mut all = Vec::new();
    let mut missed = Vec::new();
    for group in groups {
        let (rows, misses) = tries(&runtime, &bench, group, args.gate)?;
        missed.extend(misses);
        let wanted = |row: &Measured| {
            args.rows.is_empty() || args.rows.iter().any(|name| is_called(row.row.name, name))
        };
        let rows: Vec<_> = rows.into_iter().filter(wanted).collect();
        for row in &rows {
            bench.progress.say(&table::line(row));
        }
        all.extend(rows);
    }
    output::write(&bench, &all, args.json.as_deref())?;
    let broken = all.iter().any(|row| row.broken.is_some());
    missed.retain(|name| all.iter().any(|row| row.row.name == *name));
    if !missed.is_empty() {
        bench
            .progress
            .say(&format!("gates missed: {}", missed.join(", ")));
    }
    Ok(!broken && missed.is_empty())
}

/// `target/bench`, beside the folder that this program is in.
fn beside() -> Result<PathBuf> {
    let this = std::env::current_exe()?;
    let target = this.parent().and_then(|profile| profile.parent());
    Ok(target.context("this program has no folder")?.join("bench"))
}

/// `P8` names `P8-1`, `P8-4` and `P8-32` too.
fn is_called(row: &str, name: &str) -> bool {
    let rest = row
        .get(..name.len())
        .filter(|start| start.eq_ignore_ascii_case(name));
    rest.is_some() && matches!(row.as_bytes().get(name.len()), None | Some(b'-'))
}

fn chosen(names: &[String]) -> Result<Vec<Group>> {
    let has = |group: &Group, name: &str| group.rows().iter().any(|row| is_called(row.name, name));
    if let Some(unknown) = names
        .iter()
        .find(|name| !Group::ALL.iter().any(|group| has(group, name)))
    {
        bail!("there is no row `{unknown}`; see --list");
    }
    let wanted = |group: &Group| names.is_empty() || names.iter().any(|name| has(group, name));
    Ok(Group::ALL.into_iter().filter(wanted).collect())
}

/// Measures a group, with `gate` again while a gate is in doubt; the last figures, and the gates missed.
fn tries(
    runtime: &tokio::runtime::Runtime,
    bench: &Bench,
    group: Group,
    gate: bool,
) -> Result<(Vec<Measured>, Vec<&'static str>)> {
    let mut misses: HashMap<&'static str, usize> = HashMap::new();
    let mut tried = 0;
    loop {
        let rows = once(runtime, bench, group)?;
        tried += 1;
        for row in &rows {
            let below = row.verdict() == Verdict::Below && !row.is_noisy();
            *misses.entry(row.row.name).or_default() += usize::from(below);
        }
        // One that passed so often cannot be missed any more.
        let open = |count: &usize| (1..MISSES).contains(count) && tried < TRIES;
        if !gate || !misses.values().any(open) {
            misses.retain(|_, count| *count >= MISSES && gate);
            return Ok((rows, misses.into_keys().collect()));
        }
        bench
            .progress
            .say(&format!("{}: a gate was missed; once more", group.name()));
    }
}

/// Measures a group, with a look at the machine before and after. What cannot be measured is told in its rows.
fn once(runtime: &tokio::runtime::Runtime, bench: &Bench, group: Group) -> Result<Vec<Measured>> {
    bench.progress.say(group.name());
    let before = Probe::take(bench.work())?;
    let measured = runtime.block_on(group.measure(bench));
    let after = Probe::take(bench.work())?;
    let mut rows = measured.unwrap_or_else(|error| {
        let rows = group.rows().iter().map(Measured::of);
        let broken = |mut row: Measured| {
            row.broken = Some(format!("not measured: {error:#}"));
            row
        };
        rows.map(broken).collect()
    });
    for row in &mut rows {
        row.noise = Some(Noise { before, after });
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stands_for_its_parts_and_for_nothing_else() {
        assert!(is_called("P8-32", "p8"));
        assert!(is_called("P8-32", "P8-32"));
        assert!(!is_called("P18-accept", "P1"));
        assert!(!is_called("P1", "P18"));
        assert!(chosen(&["P99".to_owned()]).is_err());
    }

    #[test]
    fn no_two_rows_have_one_name() {
        let names = Group::ALL.iter().flat_map(|group| group.rows());
        let mut names: Vec<_> = names.map(|row| row.name).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
