//! The two parts of a registration key, from wherever they were put.

use crate::args::Args;
use crate::exit::usage;
use model::Secret;
use std::io::Read as _;
use std::path::Path;
use zeroize::Zeroizing;

/// No key file is longer than this, in bytes.
const LONGEST: u64 = 4_096;

/// Part 1 and part 2, if any were given.
///
/// # Errors
/// Only one of them was, or the file can't be read.
pub(crate) fn given(args: &Args) -> anyhow::Result<Option<(Secret, Secret)>> {
    if let Some(file) = &args.keys_file {
        let text = read(file)?;
        let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        return match (lines.next(), lines.next(), lines.next()) {
            (Some(one), Some(two), None) => Ok(Some((secret(one), secret(two)))),
            _ => Err(usage(
                "the keys file must hold two lines: part 1, then part 2",
            )),
        };
    }
    match (&args.key_part1, &args.key_part2) {
        (Some(one), Some(two)) => Ok(Some((secret(one), secret(two)))),
        (None, None) => Ok(None),
        _ => Err(usage(
            "both parts of the key are needed: --key-part-1 and --key-part-2",
        )),
    }
}

fn secret(text: &str) -> Secret {
    Secret::new(text.trim().to_owned())
}

fn read(file: &Path) -> anyhow::Result<Zeroizing<String>> {
    let mut text = Zeroizing::new(String::new());
    let read = if file.as_os_str() == "-" {
        std::io::stdin().take(LONGEST).read_to_string(&mut text)
    } else {
        std::fs::File::open(file).and_then(|open| open.take(LONGEST).read_to_string(&mut text))
    };
    match read {
        Ok(_) => Ok(text),
        Err(error) => Err(usage(format!("can't read {}: {error}", file.display()))),
    }
}
