//! `baton gateway user`.

use super::call::{Client, text};
use crate::args::User as Command;
use crate::output;
use serde_json::{Value, json};
use wire::gateway::users::AUTHORISED;

/// Runs one of the commands.
pub(crate) async fn run(command: Command, as_json: bool) -> anyhow::Result<()> {
    match command {
        Command::Put { at, id, name } => {
            let gateway = Client::of(&at)?;
            let put = gateway.sdk.put_user(&id, name.as_deref());
            show(&gateway.value(put).await?, as_json)
        }
        Command::List { at, limit } => list(&Client::of(&at)?, limit, as_json).await,
        Command::Show { at, id } => {
            let gateway = Client::of(&at)?;
            let user = gateway.told(gateway.sdk.user(&id)).await?;
            if user.authorisation.state == AUTHORISED {
                // It may have been withdrawn at the practice; the platform knows, when it answers.
                if let Err(error) = gateway.told(gateway.sdk.verify(&id)).await {
                    output::remark(&format!("warning: {error:#}"));
                }
            }
            show(&gateway.value(gateway.sdk.user(&id)).await?, as_json)
        }
        Command::Authorise { at, id, code } => {
            let gateway = Client::of(&at)?;
            let user = gateway.value(gateway.sdk.authorise(&id, &code)).await?;
            done(&user, &format!("{id}: authorised"), as_json)
        }
        Command::Link { at, id } => {
            let gateway = Client::of(&at)?;
            let link = gateway.told(gateway.sdk.authorisation_link(&id)).await?;
            if as_json {
                return output::json(&link);
            }
            output::line(&link.url);
            output::remark(&format!(
                "Good for this user alone, until {}.",
                link.expires_at
            ));
            Ok(())
        }
        Command::Forget { at, id } => {
            let gateway = Client::of(&at)?;
            gateway.told(gateway.sdk.forget(&id)).await?;
            let answer = json!({ "userId": id, "forgotten": true });
            done(&answer, "forgotten", as_json)
        }
        Command::Delete { at, id } => {
            let gateway = Client::of(&at)?;
            gateway.told(gateway.sdk.delete_user(&id)).await?;
            let answer = json!({ "userId": id, "deleted": true });
            done(&answer, "deleted", as_json)
        }
    }
}

async fn list(gateway: &Client, limit: u32, as_json: bool) -> anyhow::Result<()> {
    let limit = usize::try_from(limit)?;
    let mut found = Vec::new();
    let mut after: Option<String> = None;
    while found.len() < limit {
        let page = gateway.told(gateway.sdk.users(after.as_deref())).await?;
        found.extend(page.users);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    found.truncate(limit);
    if as_json {
        return output::json(&json!({ "users": found }));
    }
    let rows: Vec<_> = found
        .into_iter()
        .map(|user| {
            vec![
                user.user_id,
                user.authorisation.state,
                user.authorisation.authorised_at.unwrap_or_default(),
                user.name.unwrap_or_default(),
            ]
        })
        .collect();
    output::table(&["ID", "AUTHORISATION", "SINCE", "NAME"], &rows);
    Ok(())
}

fn show(user: &Value, as_json: bool) -> anyhow::Result<()> {
    if as_json {
        return output::json(user);
    }
    for (name, pointer) in [
        ("User", "/userId"),
        ("Name", "/name"),
        ("Authorisation", "/authorisation/state"),
        ("Since", "/authorisation/authorisedAt"),
        ("Last checked", "/authorisation/verifiedAt"),
    ] {
        let found = text(user, pointer);
        if !found.is_empty() {
            output::line(&format!("{name:<15}{}", output::plain(&found)));
        }
    }
    if text(user, "/authorisation/state") != AUTHORISED {
        output::remark(
            "Next: an access code from the practitioner's toolbar, with `baton gateway user authorise` or on \
             the page of `baton gateway user link`.",
        );
    }
    Ok(())
}

/// Says that something was done.
pub(super) fn done(answer: &Value, word: &str, as_json: bool) -> anyhow::Result<()> {
    if as_json {
        return output::json(answer);
    }
    output::line(word);
    Ok(())
}
