//! `testdb with-postgres [--s3] [--careless] -- COMMAND…` and `testdb with-s3 -- COMMAND…`: runs a command
//! beside throw-away servers, and ends them with it. `testdb check` starts both for a moment.
//!
//! The command finds `BATON_TEST_POSTGRES`, a superuser's address of the database `postgres`, and
//! `BATON_TEST_S3`, the address of an empty bucket, with what else it takes to reach it in variables named
//! `AWS_…`. `--careless` lets PostgreSQL not wait for the disk. Exits as the command does; with 77 when a
//! server is not installed, and with 70 when it does not start.

use std::ffi::OsString;
use std::io::Write as _;
use std::process::{Command, ExitCode};
use testdb::{Postgres, S3, Settings};

/// What scripts/test reads as "skipped".
const SKIPPED: u8 = 77;
const USAGE: &str = "testdb with-postgres [--s3] [--careless] -- COMMAND…\n\
                     testdb with-s3 -- COMMAND…\n\
                     testdb check";

struct Asked {
    postgres: bool,
    s3: bool,
    careless: bool,
    command: Vec<OsString>,
}

fn main() -> ExitCode {
    let Some(asked) = asked(std::env::args_os().skip(1)) else {
        say(USAGE);
        return ExitCode::from(2);
    };
    match run(asked) {
        Ok(code) => ExitCode::from(code),
        Err(error) if error.is_missing() => {
            say(&format!("SKIPPED: {error}"));
            ExitCode::from(SKIPPED)
        }
        Err(error) => {
            say(&format!("testdb: {error}"));
            ExitCode::from(70)
        }
    }
}

fn asked(mut words: impl Iterator<Item = OsString>) -> Option<Asked> {
    let first = words.next()?;
    let mut asked = Asked {
        postgres: first == "with-postgres",
        s3: first == "with-s3",
        careless: false,
        command: Vec::new(),
    };
    if first == "check" {
        (asked.postgres, asked.s3) = (true, true);
        asked.command.push("true".into());
        return words.next().is_none().then_some(asked);
    }
    if !asked.postgres && !asked.s3 {
        return None;
    }
    loop {
        match words.next()?.to_str()? {
            "--s3" => asked.s3 = true,
            "--careless" => asked.careless = true,
            "--" => break,
            _ => return None,
        }
    }
    asked.command = words.collect();
    (!asked.command.is_empty()).then_some(asked)
}

fn run(asked: Asked) -> testdb::Result<u8> {
    let mut settings = Settings::default();
    if asked.careless {
        settings = settings.careless();
    }
    let postgres = if asked.postgres {
        Some(Postgres::start(&settings)?)
    } else {
        None
    };
    let s3 = if asked.s3 { Some(S3::start()?) } else { None };
    // A command that outlived us would talk to nobody.
    let mut command = Command::new("setpriv");
    command
        .args(["--pdeathsig", "TERM", "--"])
        .args(asked.command);
    if let Some(postgres) = &postgres {
        command.env("BATON_TEST_POSTGRES", postgres.url("postgres"));
    }
    if let Some(s3) = &s3 {
        command.env("BATON_TEST_S3", s3.url()).envs(s3.variables());
    }
    let status = command.status()?;
    // 255 for what a signal ended.
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.unwrap_or(255))
}

fn say(what: &str) {
    // Nobody to tell when this fails.
    let _ = writeln!(std::io::stderr(), "{what}");
}
