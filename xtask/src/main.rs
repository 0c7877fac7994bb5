//! `cargo xtask`: the chores of this repository that need no program from outside it.
//!
//! It knows the repository and nothing of the product: no crate of ours is named as a dependency here.

mod assets;
mod checksums;
mod generate;
mod migrations;
mod repository;
mod tidy;

use std::io::{Write, stderr, stdout};
use std::process::ExitCode;

use anyhow::{Result, bail};

use repository::Repository;

const HELP: &str = "\
Chores of this repository. Run one with `cargo xtask NAME`.

  tidy               check the house rules; one line per fault, with how to mend it
  generate           write the files that are made from the code
  generate --check   say which of them are out of date, and change nothing
  assets             fetch the third-party assets again, check them and write third_party/
  migrations         list new migrations in their CHECKSUMS, which fixes them for good
";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match run(&words, &mut stdout()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            // Nothing more can be done about a closed error stream.
            let _closed = writeln!(stderr(), "error: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// Does one chore. `false` means that it ran and found something to mend.
fn run(words: &[&str], out: &mut dyn Write) -> Result<bool> {
    let repository = Repository::here()?;
    match words {
        ["tidy"] => tidy::run(&repository, out),
        ["generate"] => generate::write(&repository, out),
        ["generate", "--check"] => generate::check(&repository, out),
        ["assets"] => assets::run(&repository, out),
        ["migrations"] => migrations::list_new(&repository, out),
        [] | ["help" | "--help" | "-h"] => {
            write!(out, "{HELP}")?;
            Ok(true)
        }
        _ => bail!("no such chore: {}\n\n{HELP}", words.join(" ")),
    }
}
