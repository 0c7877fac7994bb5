//! `baton toolbar`: run the toolbar without a window, or ask the one that runs.

mod agent;

use crate::args::{DataDir, Toolbar as Command};
use crate::exit::{from_sdk, refused, unreachable};
use crate::output;
use crate::up::TOOLBAR_DIR;
use sdk::Error;
use serde_json::json;
use std::time::Duration;
use toolbar::State;
use toolbar::control::{ControlClient, ControlError};
use wire::practice::TokenInfo;

/// Runs one of the toolbar's commands.
pub(crate) async fn run(command: Command, json: bool) -> anyhow::Result<()> {
    match command {
        Command::Agent(args) => agent::run(*args, json).await,
        Command::State(data) => state(&data, json).await,
        Command::Code(data) => code(&data, json).await,
        Command::Inbox(data) => inbox(&data, json).await,
        Command::Import { data, id } => import(&data, &id, json).await,
        Command::Reject { data, id, reason } => reject(&data, &id, &reason, json).await,
        Command::Widgets(data) => widgets(&data, json).await,
        Command::Launch { data, id, patient } => launch(&data, &id, patient.as_deref(), json).await,
        Command::Tokens(data) => tokens(&data, json).await,
        Command::Withdraw { data, id } => withdraw(&data, &id, json).await,
    }
}

/// The toolbar that runs on a data folder: that of `baton up`, or an agent's own.
pub(crate) fn control(data: &DataDir) -> anyhow::Result<ControlClient> {
    let http = httpkit::outbound::client(Some(Duration::from_secs(60)))?;
    let opened = ControlClient::open(http.clone(), &data.data_dir.join(TOOLBAR_DIR))
        .or_else(|_| ControlClient::open(http, &data.data_dir));
    opened.map_err(|error| match error {
        ControlError::NotRunning => unreachable(format!(
            "no toolbar runs on `{}`; start `baton up`, or name its folder with --data-dir",
            data.data_dir.display()
        )),
        ControlError::Unreadable(_) => error.into(),
    })
}

/// What the toolbar said no with, in its own words: this is the practice's own screen.
fn told(error: Error) -> anyhow::Error {
    match error {
        Error::Refused(refusal) => {
            let detail = refusal
                .problem
                .as_ref()
                .and_then(|problem| problem.detail.clone());
            let words = detail.unwrap_or_else(|| match refusal.status {
                404 => "there is nothing with that id here; `baton toolbar inbox` and `… tokens` show what there is".to_owned(),
                _ => refusal.words.clone(),
            });
            refused(if words.is_empty() {
                refusal.to_string()
            } else {
                words
            })
        }
        Error::Unreachable(_) => unreachable("the toolbar does not answer; is `baton up` running?"),
        other @ Error::Unintelligible(_) => from_sdk(other),
    }
}

async fn state(data: &DataDir, json: bool) -> anyhow::Result<()> {
    let state = control(data)?.state().await.map_err(told)?;
    if json {
        return output::json(&state);
    }
    output::line(&describe(&state));
    Ok(())
}

/// A toolbar's state in a sentence.
pub(crate) fn describe(state: &State) -> String {
    match state {
        State::Online {
            practitioner,
            practice,
        } => {
            format!(
                "{} is signed in at {} ({})",
                practitioner.name, practice.name, practice.ods_code
            )
        }
        State::Connecting { practitioner } => format!("{} is being signed in", practitioner.name),
        State::SignedOut { reason } => format!("nobody is signed in ({})", words(reason)),
        State::Offline { reason } => format!("offline ({})", words(reason)),
        State::NotRegistered { reason } => format!("not registered: {reason}"),
        State::Blocked { reason } => format!("blocked: {reason}"),
    }
}

/// A reason's own name, hyphens as spaces.
fn words(reason: &impl serde::Serialize) -> String {
    let name = serde_json::to_value(reason).ok();
    name.as_ref()
        .and_then(|name| name.as_str())
        .unwrap_or_default()
        .replace('-', " ")
}

async fn code(data: &DataDir, json: bool) -> anyhow::Result<()> {
    let code = control(data)?.new_code().await.map_err(told)?;
    if json {
        return output::json(&code);
    }
    output::line(&code.access_code);
    output::remark(&format!("Good once, until {}.", code.expires_at));
    Ok(())
}

async fn inbox(data: &DataDir, json: bool) -> anyhow::Result<()> {
    let messages = control(data)?.inbox().await.map_err(told)?;
    if json {
        return output::json(&json!({ "messages": messages }));
    }
    let rows: Vec<_> = messages
        .into_iter()
        .map(|m| {
            vec![
                m.message_ref,
                m.nhs_number,
                m.sender,
                m.topic,
                m.sub_status.unwrap_or(m.status),
                m.received_at,
            ]
        })
        .collect();
    output::table(
        &[
            "REFERENCE",
            "NHS NUMBER",
            "SENDER",
            "TOPIC",
            "WAITS AS",
            "RECEIVED",
        ],
        &rows,
    );
    Ok(())
}

async fn import(data: &DataDir, id: &str, json: bool) -> anyhow::Result<()> {
    let imported = control(data)?.import(id).await.map_err(told)?;
    if json {
        return output::json(&imported);
    }
    output::line(if imported.already {
        "It was in the record already."
    } else {
        "Imported."
    });
    Ok(())
}

async fn reject(data: &DataDir, id: &str, reason: &str, json: bool) -> anyhow::Result<()> {
    let outcome = control(data)?.reject(id, reason).await.map_err(told)?;
    if json {
        return output::json(&outcome);
    }
    output::line("Rejected. The sender sees the reason.");
    Ok(())
}

async fn widgets(data: &DataDir, json: bool) -> anyhow::Result<()> {
    let widgets = control(data)?.widgets().await.map_err(told)?;
    if json {
        return output::json(&json!({ "widgets": widgets }));
    }
    let rows: Vec<_> = widgets
        .into_iter()
        .map(|widget| {
            let wants = match (widget.requires_user_data, widget.requires_patient_data) {
                (_, true) => "who you are, and a patient",
                (true, false) => "who you are",
                (false, false) => "nothing",
            };
            vec![
                widget.widget_id,
                widget.name,
                widget.client_name,
                wants.to_owned(),
            ]
        })
        .collect();
    output::table(&["ID", "WIDGET", "FROM", "WANTS TO KNOW"], &rows);
    Ok(())
}

async fn launch(data: &DataDir, id: &str, patient: Option<&str>, json: bool) -> anyhow::Result<()> {
    let url = control(data)?.launch(id, patient).await.map_err(told)?;
    if json {
        return output::json(&json!({ "launchUrl": url }));
    }
    output::line(&url);
    Ok(())
}

async fn tokens(data: &DataDir, json: bool) -> anyhow::Result<()> {
    let tokens = control(data)?.tokens().await.map_err(told)?;
    if json {
        return output::json(&json!({ "tokens": tokens }));
    }
    let twice = tokens.iter().any(|one| others_of(&tokens, one) > 0);
    let rows: Vec<_> = tokens
        .into_iter()
        .map(|t| {
            vec![
                t.token_id,
                t.client_name,
                t.created_at,
                t.last_used_at.unwrap_or_else(|| "never".to_owned()),
            ]
        })
        .collect();
    output::table(&["ID", "CLIENT SYSTEM", "MADE", "LAST USED"], &rows);
    if twice {
        output::remark(
            "Each code that a client system took has a line. To stop it, withdraw every line of it.",
        );
    }
    Ok(())
}

/// How many other permissions the same client system has.
fn others_of(tokens: &[TokenInfo], one: &TokenInfo) -> usize {
    let others = tokens.iter();
    let others = others.filter(|t| t.client_name == one.client_name && t.token_id != one.token_id);
    others.count()
}

async fn withdraw(data: &DataDir, id: &str, json: bool) -> anyhow::Result<()> {
    let toolbar = control(data)?;
    let tokens = toolbar.tokens().await.map_err(told)?;
    toolbar.withdraw(id).await.map_err(told)?;
    if json {
        return output::json(&json!({ "tokenId": id, "withdrawn": true }));
    }
    let withdrawn = tokens.iter().find(|t| t.token_id == id);
    match withdrawn.map_or(0, |one| others_of(&tokens, one)) {
        0 => output::line("Withdrawn. That client system can no longer send for you."),
        more => {
            output::line("Withdrawn.");
            output::remark(&format!(
                "That client system has {more} more: withdraw them too if it is not to send for you."
            ));
        }
    }
    Ok(())
}
