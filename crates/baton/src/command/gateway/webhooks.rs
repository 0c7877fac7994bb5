//! `baton gateway webhook`.

use super::call::{Client, list, text};
use super::users::done;
use crate::args::Webhook as Command;
use crate::output;
use serde_json::{Value, json};
use wire::gateway::webhooks::NewWebhook;

/// Runs one of the commands.
pub(crate) async fn run(command: Command, as_json: bool) -> anyhow::Result<()> {
    match command {
        Command::Add {
            at,
            url,
            events,
            description,
        } => {
            let gateway = Client::of(&at)?;
            let wanted = NewWebhook {
                url,
                events,
                description,
            };
            let added = gateway.value(gateway.sdk.add_webhook(&wanted)).await?;
            if as_json {
                return output::json(&added);
            }
            output::line(&format!("Endpoint  {}", text(&added, "/webhookId")));
            secret(&added);
        }
        Command::List(at) => {
            let gateway = Client::of(&at)?;
            let all = gateway.value(gateway.sdk.webhooks()).await?;
            if as_json {
                return output::json(&all);
            }
            show_list(list(&all, "webhooks"));
        }
        Command::Show { at, id } => {
            let gateway = Client::of(&at)?;
            let webhook = gateway.value(gateway.sdk.webhook(&id)).await?;
            let deliveries = gateway.value(gateway.sdk.deliveries(&id)).await?;
            let deliveries = list(&deliveries, "deliveries");
            if as_json {
                return output::json(&json!({ "webhook": webhook, "deliveries": deliveries }));
            }
            show(&webhook, deliveries);
        }
        Command::Delete { at, id } => {
            let gateway = Client::of(&at)?;
            gateway.told(gateway.sdk.delete_webhook(&id)).await?;
            let answer = json!({ "webhookId": id, "deleted": true });
            return done(&answer, "deleted", as_json);
        }
        Command::Test { at, id } => {
            let gateway = Client::of(&at)?;
            gateway.told(gateway.sdk.test_webhook(&id)).await?;
            let word = "a test is on its way; `baton gateway webhook show` tells what came of it";
            return done(&json!({ "webhookId": id, "asked": true }), word, as_json);
        }
        Command::Rotate { at, id } => {
            let gateway = Client::of(&at)?;
            let rotated = gateway.sdk.rotate_webhook_secret(&id);
            let rotated = gateway.value(rotated).await?;
            if as_json {
                return output::json(&rotated);
            }
            secret(&rotated);
            output::remark(&format!(
                "The secret before signs as well until {}.",
                text(&rotated, "/formerSecretUntil")
            ));
        }
        Command::Enable { at, id } => {
            let gateway = Client::of(&at)?;
            let enabled = gateway.value(gateway.sdk.enable_webhook(&id)).await?;
            let word =
                "enabled; what happened while it was off is not posted, so list the messages";
            return done(&enabled, word, as_json);
        }
    }
    Ok(())
}

fn show_list(webhooks: &[Value]) {
    let rows: Vec<_> = webhooks
        .iter()
        .map(|webhook| {
            vec![
                text(webhook, "/webhookId"),
                text(webhook, "/state"),
                answer(webhook.get("lastAnswer")),
                text(webhook, "/url"),
            ]
        })
        .collect();
    output::table(&["ID", "STATE", "LAST ANSWER", "URL"], &rows);
}

fn secret(answer: &Value) {
    output::line(&format!("Secret    {}", text(answer, "/secret")));
    output::remark("Keep it now: it is not shown again.");
}

fn answer(answer: Option<&Value>) -> String {
    let Some(answer) = answer else {
        return "none yet".to_owned();
    };
    let came = ["/status", "/fault"].map(|pointer| text(answer, pointer));
    format!("{} at {}", came.concat(), text(answer, "/at"))
}

fn show(webhook: &Value, deliveries: &[Value]) {
    for (name, found) in [
        ("Endpoint", text(webhook, "/webhookId")),
        ("URL", text(webhook, "/url")),
        ("What for", text(webhook, "/description")),
        ("State", text(webhook, "/state")),
        ("Why", text(webhook, "/disabledReason")),
        ("Events", events(webhook)),
        ("Last answer", answer(webhook.get("lastAnswer"))),
    ] {
        if !found.is_empty() {
            output::line(&format!("{name:<13}{}", output::plain(&found)));
        }
    }
    output::line("");
    let rows: Vec<_> = deliveries
        .iter()
        .map(|delivery| {
            vec![
                text(delivery, "/eventId"),
                text(delivery, "/event/type"),
                text(delivery, "/state"),
                text(delivery, "/tries"),
                answer(delivery.get("lastAnswer")),
            ]
        })
        .collect();
    output::table(&["EVENT", "TYPE", "STATE", "POSTS", "LAST ANSWER"], &rows);
}

fn events(webhook: &Value) -> String {
    let wanted = list(webhook, "events").iter().filter_map(Value::as_str);
    let wanted: Vec<_> = wanted.collect();
    if wanted.is_empty() {
        "all".to_owned()
    } else {
        wanted.join(", ")
    }
}
