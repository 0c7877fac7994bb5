//! Exit codes that mean something; the same as `baton`'s.

use std::fmt;
use std::io::Write as _;
use std::process::ExitCode;

/// An error with an exit code of its own.
#[derive(Debug)]
struct Coded {
    code: u8,
    text: String,
}

impl fmt::Display for Coded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Coded {}

fn coded(code: u8, text: impl Into<String>) -> anyhow::Error {
    let text = text.into();
    Coded { code, text }.into()
}

/// It did not work.
pub(crate) fn failed(text: impl Into<String>) -> anyhow::Error {
    coded(1, text)
}

/// The command line or the settings are wrong.
pub(crate) fn usage(text: impl Into<String>) -> anyhow::Error {
    coded(2, text)
}

/// The platform does not answer.
pub(crate) fn unreachable(text: impl Into<String>) -> anyhow::Error {
    coded(3, text)
}

/// Refused, with the reason.
pub(crate) fn refused(text: impl Into<String>) -> anyhow::Error {
    coded(4, text)
}

/// Prints an error and gives its code.
pub(crate) fn tell(error: &anyhow::Error) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "baton-toolbar: {error}");
    let code = error.downcast_ref::<Coded>().map_or(1, |coded| coded.code);
    ExitCode::from(code)
}
