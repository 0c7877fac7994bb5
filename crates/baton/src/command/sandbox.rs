//! `baton sandbox`: the controls of a running `baton up`, over HTTP like everyone else's.

use crate::args::{Sandbox, SandboxCommand, ToolbarState};
use crate::exit::{refused, unreachable};
use crate::output;
use crate::up::sdk_dir::Connection;
use serde_json::{Value, json};
use std::time::Duration;
use wire::paths::sandbox as paths;

/// Asks, and prints what is in force afterwards.
pub(crate) async fn run(sandbox: Sandbox, json: bool) -> anyhow::Result<()> {
    let base = Connection::read(&sandbox.data.data_dir)?.platform_url;
    let (path, body) = match sandbox.command {
        SandboxCommand::State => (paths::STATE, None),
        SandboxCommand::Advance { by } => (paths::CLOCK, Some(json!({ "advance": by }))),
        SandboxCommand::FailImport { times, reason } => {
            let fails = reason.map_or(Value::Bool(true), Value::String);
            (
                paths::FAULTS,
                Some(json!({ "nextImportFails": fails, "times": times })),
            )
        }
        SandboxCommand::Toolbar { state } => {
            let offline = matches!(state, ToolbarState::Offline);
            (paths::FAULTS, Some(json!({ "toolbarOffline": offline })))
        }
        SandboxCommand::Answer { status, times } => (
            paths::FAULTS,
            Some(json!({ "platformAnswers": status, "times": times })),
        ),
        SandboxCommand::Reset => (paths::RESET, Some(json!({}))),
    };
    let http = httpkit::outbound::client(Some(Duration::from_secs(10)))?;
    let request = match body {
        Some(body) => http.post(format!("{base}{path}")).json(&body),
        None => http.get(format!("{base}{path}")),
    };
    let nobody = |_| unreachable(format!("nothing answers at {base}; is `baton up` running?"));
    let answer = request.send().await.map_err(nobody)?;
    let good = answer.status().is_success();
    let shown: Value = answer.json().await.map_err(nobody)?;
    if !good {
        let why = shown
            .pointer("/invalidParameters/0/reason")
            .or_else(|| shown.get("detail"))
            .or_else(|| shown.get("title"));
        return Err(refused(
            why.and_then(Value::as_str)
                .unwrap_or("the sandbox refused")
                .to_owned(),
        ));
    }
    if json {
        return output::json(&shown);
    }
    let text = |name: &str| {
        shown
            .get(name)
            .map(|value| {
                value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned)
            })
            .unwrap_or_default()
    };
    output::line(&format!(
        "clock             {} ({} s ahead)",
        text("now"),
        text("clockAheadSeconds")
    ));
    output::line(&format!("failing imports   {}", text("failingImports")));
    output::line(&format!("toolbar offline   {}", text("toolbarOffline")));
    output::line(&format!("platform answers  {}", text("platformAnswers")));
    Ok(())
}
