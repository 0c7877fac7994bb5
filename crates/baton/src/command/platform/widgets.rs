//! `baton platform widget`: what suppliers want to put on practices' bars, and an operator's word on it.

use super::acts::{admin, ods, open, told};
use crate::args::Widget as Command;
use crate::exit::usage;
use crate::output;
use model::WidgetId;
use model::widget::Needs;
use model::widget::life::{Practices, Reason, State};
use serde_json::{Value, json};
use store::platform::Widget;

/// Runs one of the commands.
pub(super) async fn run(command: Command, json: bool) -> anyhow::Result<()> {
    match command {
        Command::List(data) => {
            let found = open(&data).await?.widgets.widgets().await?;
            list(&found, json)
        }
        Command::Approve {
            data,
            id,
            revision,
            practices,
            all: _,
        } => {
            let id = widget_id(&id)?;
            let codes: Result<Vec<_>, _> = practices.iter().map(|code| ods(code)).collect();
            let store = open(&data).await?;
            let admin = admin(&store, &data)?;
            let approved = admin.approve_widget(id, revision, &codes?).await;
            say(&approved.map_err(told)?, json)
        }
        Command::Refuse {
            data,
            id,
            revision,
            reason,
        } => {
            let id = widget_id(&id)?;
            let store = open(&data).await?;
            let admin = admin(&store, &data)?;
            let refused = admin.refuse_widget(id, revision, &reason).await;
            say(&refused.map_err(told)?, json)
        }
    }
}

fn widget_id(text: &str) -> anyhow::Result<WidgetId> {
    text.parse().map_err(|_| {
        usage(format!(
            "`{text}` is no widget's id; see `baton platform widget list`"
        ))
    })
}

fn say(widget: &Widget, json: bool) -> anyhow::Result<()> {
    if json {
        return output::json(&told_of(widget));
    }
    output::line(&format!(
        "{}; seen by {}",
        widget.standing.state.as_str(),
        seen_by(&widget.standing.state)
    ));
    Ok(())
}

fn list(found: &[Widget], json: bool) -> anyhow::Result<()> {
    if json {
        let list: Vec<_> = found.iter().map(told_of).collect();
        return output::json(&list);
    }
    let rows: Vec<_> = found
        .iter()
        .map(|widget| {
            let content = &widget.content;
            vec![
                widget.id.to_string(),
                widget.standing.revision.to_string(),
                widget.standing.state.as_str().to_owned(),
                content.name.as_str().to_owned(),
                widget.client_name.clone(),
                wants(content.needs).to_owned(),
                seen_by(&widget.standing.state),
                content.launch_url.as_str().to_owned(),
            ]
        })
        .collect();
    output::table(
        &[
            "ID",
            "REVISION",
            "STATE",
            "NAME",
            "CLIENT SYSTEM",
            "IS TOLD",
            "SEEN BY",
            "OPENS",
        ],
        &rows,
    );
    Ok(())
}

fn wants(needs: Needs) -> &'static str {
    match needs {
        Needs::Nothing => "nothing",
        Needs::User => "user",
        Needs::UserAndPatient => "user and patient",
    }
}

fn seen_by(state: &State) -> String {
    match state {
        State::AwaitingApproval | State::Refused(_) => "nobody".to_owned(),
        State::Approved(Practices::All) => "all practices".to_owned(),
        State::Approved(Practices::These(codes)) => {
            let codes: Vec<_> = codes.iter().map(ToString::to_string).collect();
            codes.join(" ")
        }
    }
}

fn told_of(widget: &Widget) -> Value {
    let content = &widget.content;
    let state = &widget.standing.state;
    let practices = match state {
        State::Approved(Practices::These(codes)) => {
            Some(codes.iter().map(ToString::to_string).collect::<Vec<_>>())
        }
        _ => None,
    };
    let reason = match state {
        State::Refused(reason) => Some(Reason::as_str(reason)),
        _ => None,
    };
    json!({
        "id": widget.id.to_string(),
        "revision": widget.standing.revision,
        "state": state.as_str(),
        "reason": reason,
        "allPractices": matches!(state, State::Approved(Practices::All)),
        "practices": practices,
        "name": content.name.as_str(),
        "icon": content.icon.as_str(),
        "launchUrl": content.launch_url.as_str(),
        "encryptionMethod": content.method.as_str(),
        "requiresUserData": content.needs.user(),
        "requiresPatientData": content.needs.patient(),
        "clientId": widget.client.to_string(),
        "clientName": widget.client_name,
        "registeredAt": widget.registered_at.to_string(),
        "changedAt": widget.changed_at.to_string(),
        "decidedAt": widget.decided_at.map(|at| at.to_string()),
    })
}
