//! `baton sandbox`: the controls of a running `baton up`, over HTTP like everyone else's.

use crate::args::{PkbAnswer, Sandbox, SandboxCommand, ToolbarState};
use crate::exit::{refused, unreachable};
use crate::output;
use crate::up::sdk_dir::Connection;
use serde_json::{Value, json};
use std::time::Duration;
use wire::paths::sandbox as paths;

/// Asks, and prints what is in force afterwards.
pub(crate) async fn run(sandbox: Sandbox, json: bool) -> anyhow::Result<()> {
    let base = Connection::read(&sandbox.data_dir)?.platform_url;
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
        SandboxCommand::Pkb { answers, times } => {
            let answers = match answers {
                PkbAnswer::Slow => json!("slow"),
                PkbAnswer::Failing => json!("500"),
                PkbAnswer::Lost => json!("lost"),
                PkbAnswer::Usual => Value::Null,
            };
            (
                paths::FAULTS,
                Some(json!({ "pkbAnswers": answers, "times": times })),
            )
        }
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
    for line in lines(&shown) {
        output::line(&line);
    }
    Ok(())
}

/// What is in force, for a person.
fn lines(shown: &Value) -> [String; 5] {
    let text = |name: &str| match shown.get(name) {
        None | Some(Value::Null) => "none".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Bool(yes)) => if *yes { "yes" } else { "no" }.to_owned(),
        Some(other) => other.to_string(),
    };
    let now = text("now");
    // Nobody reads the parts of a second.
    let now = now.parse::<jiff::Timestamp>().map_or(now, |now| {
        jiff::Timestamp::from_second(now.as_second())
            .map_or(now, |now| now)
            .to_string()
    });
    [
        format!(
            "clock             {now} ({} s ahead)",
            text("clockAheadSeconds")
        ),
        format!("failing imports   {}", text("failingImports")),
        format!("toolbar offline   {}", text("toolbarOffline")),
        format!("platform answers  {}", text("platformAnswers")),
        format!("PKB answers       {}", text("pkbAnswers")),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_force_reads_as_words() {
        let shown = json!({
            "now": "2026-11-21T15:05:28.612751058Z", "clockAheadSeconds": 60,
            "failingImports": 0, "toolbarOffline": false, "platformAnswers": null, "pkbAnswers": "lost",
        });
        assert_eq!(
            lines(&shown),
            [
                "clock             2026-11-21T15:05:28Z (60 s ahead)",
                "failing imports   0",
                "toolbar offline   no",
                "platform answers  none",
                "PKB answers       lost",
            ]
        );
    }
}
