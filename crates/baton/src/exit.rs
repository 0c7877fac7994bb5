//! Exit codes that mean something, and how an error reads.

use std::fmt;
use std::process::ExitCode;

/// The codes, as `baton --help` lists them.
pub(crate) const HELP: &str = "\
Exit codes:
  0  done
  1  failed
  2  the command line or the settings are wrong
  3  nothing answers there: is it running?
  4  refused, with the reason";

/// An error with an exit code of its own.
#[derive(Debug)]
pub(crate) struct Coded {
    code: u8,
    text: String,
}

impl fmt::Display for Coded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Coded {}

/// The command line or the settings are wrong.
pub(crate) fn usage(text: impl Into<String>) -> anyhow::Error {
    Coded {
        code: 2,
        text: text.into(),
    }
    .into()
}

/// Nothing answers.
pub(crate) fn unreachable(text: impl Into<String>) -> anyhow::Error {
    Coded {
        code: 3,
        text: text.into(),
    }
    .into()
}

/// Refused, with the reason.
pub(crate) fn refused(text: impl Into<String>) -> anyhow::Error {
    Coded {
        code: 4,
        text: text.into(),
    }
    .into()
}

/// What a call to one of our servers failed with.
pub(crate) fn from_sdk(error: sdk::Error) -> anyhow::Error {
    match &error {
        sdk::Error::Refused(_) => refused(error.to_string()),
        sdk::Error::Unreachable(_) => unreachable(error.to_string()),
        sdk::Error::Unintelligible(_) => anyhow::Error::new(error),
    }
}

/// Prints an error for a person; its code.
pub(crate) fn report(error: &anyhow::Error) -> ExitCode {
    crate::output::error(&format!("{error:#}"));
    let code = error.downcast_ref::<Coded>().map_or(1, |coded| coded.code);
    ExitCode::from(code)
}
