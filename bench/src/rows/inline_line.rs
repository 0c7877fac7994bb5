//! Where small attachments should live: the accept rate with each size in the row, and as a file.

use crate::bench::Bench;
use crate::drive;
use crate::measured::Measured;
use crate::message::Sized;
use crate::process::Settings;
use crate::world::{PRACTICE, World};
use anyhow::Result;
use load::Length;
use std::path::Path;

const SIZES_KIB: [usize; 8] = [2, 4, 8, 16, 32, 64, 128, 256];
const CONNECTIONS: usize = 64;
/// Everything that is measured here lives in the row.
const ALL_INLINE: usize = 1024 * 1024;
/// Three are enough to see where the lines cross.
const ROUNDS: usize = 3;

pub(super) async fn measure(bench: &Bench, rows: &mut [Measured]) -> Result<()> {
    let mut in_row = Vec::new();
    for (row, kib) in rows.iter_mut().zip(SIZES_KIB) {
        for round in 1..=if bench.quick { 1 } else { ROUNDS } {
            bench
                .progress
                .step(&format!("inline line: {kib} KiB, round {round}"));
            // Fresh ones each time: neither way is to pay for what the other sizes left.
            let (inline, _) = rate(bench, kib, ALL_INLINE).await?;
            let (file, files) = rate(bench, kib, 0).await?;
            row.add(inline, file);
            if !files {
                row.remark = Some("no file was written: the limit was not obeyed".to_owned());
            }
        }
        in_row.push((kib, row.ratio().unwrap_or(f64::NAN)));
    }
    let crossing = crossing(&in_row);
    if let Some(last) = rows.last_mut()
        && last.remark.is_none()
    {
        last.remark = Some(crossing);
    }
    Ok(())
}

/// In words, where a file becomes the faster way.
fn crossing(in_row: &[(usize, f64)]) -> String {
    let first_file = in_row.iter().position(|(_, ratio)| *ratio < 1.0);
    match first_file {
        None => "the row is faster at every size".to_owned(),
        Some(0) => "a file is faster at every size".to_owned(),
        Some(place) => {
            let size = |place: usize| in_row.get(place).map_or(0, |(kib, _)| *kib);
            format!(
                "they cross between {} and {} KiB",
                size(place - 1),
                size(place)
            )
        }
    }
}

/// Messages a second, and whether there are blobs then.
async fn rate(bench: &Bench, kib: usize, inline_max: usize) -> Result<(f64, bool)> {
    let folder = bench.folder("inline-")?;
    let settings = Settings {
        inline_max: Some(inline_max),
        ..Settings::default()
    };
    let world = World::make(&bench.baton, &folder.path().join("data"), &settings).await?;
    let practices = [PRACTICE.to_owned()];
    let credentials = world.access.credentials();
    let size = kib * 1024;
    let messages = || Sized::new(size, &practices, drive::fresh_ids(), &credentials);
    let run = async |seconds| {
        let length = Length::For(bench.time(seconds));
        drive::closed(&world, CONNECTIONS, length, messages()?).await
    };
    run(0.3).await?;
    let outcome = run(1.2).await?;
    let blobs = any_file(&world.platform.folder().join("blobs"))?;
    world.platform.end()?;
    Ok((outcome.per_second(), blobs))
}

fn any_file(folder: &Path) -> Result<bool> {
    if !folder.is_dir() {
        return Ok(false);
    }
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if !entry.file_type()?.is_dir() || any_file(&entry.path())? {
            return Ok(true);
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_crossing_is_where_a_file_becomes_faster() {
        assert_eq!(
            crossing(&[(2, 3.0), (4, 1.5)]),
            "the row is faster at every size"
        );
        assert_eq!(
            crossing(&[(2, 0.5), (4, 0.4)]),
            "a file is faster at every size"
        );
        assert_eq!(
            crossing(&[(2, 3.0), (4, 1.2), (8, 0.9)]),
            "they cross between 4 and 8 KiB"
        );
    }
}
