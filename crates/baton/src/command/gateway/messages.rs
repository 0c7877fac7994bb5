//! `baton gateway message`.

use super::call::{Client, list, text};
use super::users::done;
use crate::args::GatewayMessage as Command;
use crate::output;
use clap::ValueEnum as _;
use sdk::gateway::MessageFilter;
use serde_json::{Value, json};
use wire::gateway::Release;

/// The most that a gateway gives at once.
const PAGE: u32 = 1000;

/// Runs one of the commands.
pub(crate) async fn run(command: Command, as_json: bool) -> anyhow::Result<()> {
    match command {
        Command::List {
            at,
            state,
            user,
            to,
            limit,
        } => {
            let gateway = Client::of(&at)?;
            let state = state.and_then(|state| state.to_possible_value());
            let filter = MessageFilter {
                state: state.map(|state| state.get_name().to_owned()),
                user_id: user,
                to,
                ..MessageFilter::default()
            };
            show_list(&pages(&gateway, filter, limit).await?, as_json)
        }
        Command::Show { at, id } => {
            let gateway = Client::of(&at)?;
            let message = gateway.value(gateway.sdk.message(&id)).await?;
            if as_json {
                return output::json(&message);
            }
            show(&message);
            Ok(())
        }
        Command::Release {
            at,
            id,
            topic,
            to,
            user,
            expiry,
        } => {
            let gateway = Client::of(&at)?;
            let mend = Release {
                topic,
                to,
                user_id: user,
                expiry_date_time: expiry.map(|at| at.to_string()),
            };
            let answer = gateway.value(gateway.sdk.release(&id, &mend)).await?;
            done(&answer, "queued again", as_json)
        }
        Command::Stop { at, id } => {
            let gateway = Client::of(&at)?;
            let answer = gateway.value(gateway.sdk.stop(&id)).await?;
            done(&answer, "stopped", as_json)
        }
        Command::Look { at, id } => {
            let gateway = Client::of(&at)?;
            let answer = gateway.value(gateway.sdk.look(&id)).await?;
            if as_json {
                return output::json(&answer);
            }
            show(&gateway.value(gateway.sdk.message(&id)).await?);
            Ok(())
        }
    }
}

async fn pages(
    gateway: &Client,
    mut filter: MessageFilter,
    limit: u32,
) -> anyhow::Result<Vec<Value>> {
    let limit = usize::try_from(limit)?;
    let mut found = Vec::new();
    while found.len() < limit {
        filter.limit = Some(u32::try_from(limit - found.len())?.min(PAGE));
        let page = gateway.told(gateway.sdk.messages(&filter)).await?;
        for message in page.messages {
            found.push(serde_json::to_value(message)?);
        }
        filter.after = page.next;
        if filter.after.is_none() {
            break;
        }
    }
    Ok(found)
}

fn show_list(found: &[Value], as_json: bool) -> anyhow::Result<()> {
    if as_json {
        return output::json(&json!({ "messages": found }));
    }
    let rows: Vec<_> = found
        .iter()
        .map(|message| {
            vec![
                text(message, "/messageId"),
                text(message, "/enteredAt"),
                text(message, "/to"),
                text(message, "/kind"),
                standing(message),
            ]
        })
        .collect();
    output::table(&["ID", "ENTERED", "TO", "KIND", "STANDS AS"], &rows);
    Ok(())
}

/// Where a message stands, in a few words.
pub(crate) fn standing(message: &Value) -> String {
    let state = text(message, "/state");
    let more = match state.as_str() {
        "queued" if message.get("waitsForEarlier") == Some(&Value::Bool(true)) => {
            "behind an earlier one about the same patient".to_owned()
        }
        "queued" => match text(message, "/tries").as_str() {
            "0" => String::new(),
            "1" => "tried once".to_owned(),
            tries => format!("tried {tries} times"),
        },
        "refused" => text(message, "/problem"),
        "accepted" => [text(message, "/status"), text(message, "/subStatus")]
            .into_iter()
            .filter(|words| !words.is_empty())
            .collect::<Vec<_>>()
            .join(", "),
        _ => String::new(),
    };
    match (state.as_str(), more.is_empty()) {
        (_, true) => state,
        ("accepted", false) => more,
        (_, false) => format!("{state} ({more})"),
    }
}

/// Everything about one message but what it carries.
pub(crate) fn show(message: &Value) {
    let row = |name: &str, found: &str| {
        if !found.is_empty() {
            output::line(&format!("{name:<15}{}", output::plain(found)));
        }
    };
    row("Message", &text(message, "/messageId"));
    row("Stands as", &standing(message));
    for (name, pointer) in [
        ("Since", "/statusDateTime"),
        ("Reason", "/platformStatus/reason"),
        ("Kind", "/kind"),
        ("User", "/userId"),
        ("To", "/to"),
        ("Topic", "/topic"),
        ("Entered", "/enteredAt"),
        ("Expires", "/expiryDateTime"),
        ("Next try", "/nextAttemptAt"),
        ("Last look", "/lookedAt"),
        ("Next look", "/nextLookAt"),
    ] {
        row(name, &text(message, pointer));
    }
    let tries: Vec<_> = list(message, "attempts").iter().map(attempt).collect();
    if !tries.is_empty() {
        output::line("");
        output::table(&["TRY", "BEGAN", "CAME TO"], &tries);
    }
    let happened: Vec<_> = list(message, "timeline")
        .iter()
        .map(|entry| {
            let brought = ["/status", "/subStatus", "/problem"].map(|at| text(entry, at));
            let brought: Vec<_> = brought
                .into_iter()
                .filter(|words| !words.is_empty())
                .collect();
            vec![
                text(entry, "/at"),
                text(entry, "/type"),
                text(entry, "/by"),
                brought.join(", "),
            ]
        })
        .collect();
    if !happened.is_empty() {
        output::line("");
        output::table(&["AT", "WHAT", "BY", ""], &happened);
    }
}

fn attempt(attempt: &Value) -> Vec<String> {
    let words = text(attempt, "/words");
    let came = if words.is_empty() {
        let parts = ["/outcome", "/httpStatus", "/reason"].map(|at| text(attempt, at));
        let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        parts.join(" ")
    } else {
        words
    };
    let faults = attempt.pointer("/problem/invalidParameters");
    let faults = faults.and_then(Value::as_array).map(Vec::as_slice);
    let faults = faults
        .unwrap_or_default()
        .iter()
        .map(|fault| format!("{}: {}", text(fault, "/name"), text(fault, "/reason")));
    let came = std::iter::once(came).chain(faults).collect::<Vec<_>>();
    vec![
        text(attempt, "/number"),
        text(attempt, "/beganAt"),
        came.join("; "),
    ]
}
