//! Before anything is sent to somebody else's machine, a person says yes.

use super::server::Server;
use crate::args::Scenario;
use crate::exit::{refused, usage};
use crate::output;
use load::Target;
use std::io::IsTerminal as _;

/// Asks on a terminal; without one, `--yes` is the only way.
pub(super) fn ask(target: &Target, server: &Server, scenario: Scenario) -> anyhow::Result<()> {
    let address = target.address();
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Err(usage(format!(
            "{address} is not on this machine; give --yes if its owner agreed to this load"
        )));
    }
    output::remark(&format!("{address} is not on this machine."));
    output::remark(&what(server, scenario));
    output::remark("Go on only if its owner agreed, and never against a live service.");
    output::ask("Go on? [y/N] ");
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    if matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes") {
        Ok(())
    } else {
        Err(refused("nothing was sent"))
    }
}

/// What will arrive there.
fn what(server: &Server, scenario: Scenario) -> String {
    let practice = &server.practice;
    match scenario {
        Scenario::Standard | Scenario::Instant | Scenario::Large => {
            format!("It would get messages for practice {practice}, as fast as asked.")
        }
        Scenario::Status => {
            format!("It would get a few messages for practice {practice}, and be asked about them.")
        }
        Scenario::Token => "It would be asked about an access token, as fast as asked.".to_owned(),
    }
}
