//! Which server is meant, and what is known of it.

use crate::args::{Bench, Scenario};
use crate::exit::usage;
use crate::up::sdk_dir::Connection;

/// A server to load. No `Debug`: it holds a key.
pub(super) struct Server {
    pub(super) url: String,
    pub(super) api_key: String,
    pub(super) token: Option<String>,
    pub(super) practice: String,
    pub(super) patient: String,
    /// Whether it is the `up` of the data folder, whose toolbar can be asked for a code.
    pub(super) is_ours: bool,
}

/// That of the flags, or the `baton up` of the data folder.
pub(super) fn choose(bench: &Bench) -> anyhow::Result<Server> {
    let given = &bench.server;
    let Some(url) = &given.url else {
        let ours = Connection::read(&bench.data.data_dir)?;
        return Ok(Server {
            url: ours.platform_url,
            api_key: given.api_key.clone().unwrap_or(ours.api_key),
            token: given.token.clone(),
            practice: given.practice.clone().unwrap_or(ours.practice_ods_code),
            patient: given.patient.clone().unwrap_or(ours.nhs_number),
            is_ours: true,
        });
    };
    let needed = |value: &Option<String>, flag: &str, when: bool| match value {
        Some(value) => Ok(value.clone()),
        None if !when => Ok(String::new()),
        None => Err(usage(format!(
            "with --url, {flag} is needed for `--scenario {}`",
            word(bench.scenario)
        ))),
    };
    let sends = bench.scenario != Scenario::Token;
    let acts = matches!(bench.scenario, Scenario::Instant | Scenario::Token);
    needed(&given.token, "--token", acts)?;
    Ok(Server {
        url: url.clone(),
        api_key: needed(&given.api_key, "--api-key", true)?,
        token: given.token.clone(),
        practice: needed(&given.practice, "--practice", sends)?,
        patient: needed(&given.patient, "--patient", sends)?,
        is_ours: false,
    })
}

/// A scenario as it is written on the command line.
pub(super) fn word(scenario: Scenario) -> &'static str {
    match scenario {
        Scenario::Standard => "standard",
        Scenario::Instant => "instant",
        Scenario::Large => "large",
        Scenario::Status => "status",
        Scenario::Token => "token",
    }
}
