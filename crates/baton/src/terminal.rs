//! Asking a person at the terminal for a password, without showing it.

use crate::exit::usage;
use crate::output;
use model::Secret;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use std::io::{IsTerminal as _, Stdin, stdin};

/// Whether a person sits there who can be asked.
pub(crate) fn somebody_is_there() -> bool {
    stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Asks for a new password, twice.
pub(crate) fn new_password() -> anyhow::Result<Secret> {
    let first = hidden("Password: ")?;
    let second = hidden("The same again: ")?;
    if first != second {
        return Err(usage("the two are not the same; nothing was changed"));
    }
    Ok(Secret::new(first))
}

fn hidden(question: &str) -> anyhow::Result<String> {
    let input = stdin();
    output::ask(question);
    let silence = Silence::begin(&input)?;
    let mut line = String::new();
    input.read_line(&mut line)?;
    drop(silence);
    output::remark("");
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// The terminal shows nothing of what is typed until this ends.
struct Silence<'s> {
    input: &'s Stdin,
    before: Termios,
}

impl<'s> Silence<'s> {
    fn begin(input: &'s Stdin) -> anyhow::Result<Self> {
        let before = tcgetattr(input)?;
        let mut silent = before.clone();
        silent.local_modes.remove(LocalModes::ECHO);
        tcsetattr(input, OptionalActions::Flush, &silent)?;
        Ok(Self { input, before })
    }
}

impl Drop for Silence<'_> {
    fn drop(&mut self) {
        // Nothing better can be done when it fails: the terminal is gone.
        let _ = tcsetattr(self.input, OptionalActions::Flush, &self.before);
    }
}
