//! `baton platform operator`: who may sign in to the operators' pages.

use super::acts::{admin, open, told};
use crate::args::{PlatformData, PlatformOperator as Operator};
use crate::{output, terminal};
use httpkit::entropy::OsEntropy;
use jiff::Timestamp;
use model::Secret;
use platform::admin::make_password;
use serde_json::json;

/// Runs one of the commands.
pub(super) async fn run(command: Operator, json: bool) -> anyhow::Result<()> {
    match command {
        Operator::Add {
            data,
            name,
            make_password: make,
        } => {
            let store = open(&data).await?;
            let (password, shown) = password(make, json)?;
            let admin = admin(&store, &data)?;
            let new = admin.put_operator(&name, &password).await.map_err(told)?;
            say(&name, new, shown.as_ref(), json)
        }
        Operator::Password {
            data,
            name,
            make_password: make,
        } => {
            let store = open(&data).await?;
            let (password, shown) = password(make, json)?;
            let admin = admin(&store, &data)?;
            let changed = admin.change_password(&name, &password).await;
            changed.map_err(told)?;
            say(&name, false, shown.as_ref(), json)
        }
        Operator::List(data) => list(&data, json).await,
        Operator::Remove { data, name } => {
            let store = open(&data).await?;
            let admin = admin(&store, &data)?;
            admin.remove_operator(&name).await.map_err(told)?;
            if json {
                return output::json(&json!({ "name": name, "removed": true }));
            }
            output::line("removed");
            Ok(())
        }
    }
}

/// A password that somebody typed, or one that is made, which is shown as well.
fn password(make: bool, json: bool) -> anyhow::Result<(Secret, Option<Secret>)> {
    if !make && !json && terminal::somebody_is_there() {
        return Ok((terminal::new_password()?, None));
    }
    let made = make_password(&OsEntropy);
    Ok((made.clone(), Some(made)))
}

fn say(name: &str, new: bool, shown: Option<&Secret>, json: bool) -> anyhow::Result<()> {
    if json {
        let shown = shown.map(Secret::reveal);
        return output::json(&json!({ "name": name, "new": new, "password": shown }));
    }
    output::remark(if new {
        "added"
    } else {
        "new password; sessions ended"
    });
    if let Some(password) = shown {
        output::line(password.reveal());
        output::remark("Keep it now: it is not shown again.");
    }
    Ok(())
}

async fn list(data: &PlatformData, json: bool) -> anyhow::Result<()> {
    let store = open(data).await?;
    let admin = admin(&store, data)?;
    let found = admin.operators().await.map_err(told)?;
    let locked = |until: Option<Timestamp>| {
        let until = until.filter(|until| *until > admin.now);
        until.map(|at| at.to_string())
    };
    if json {
        let list: Vec<_> = found
            .iter()
            .map(|one| {
                json!({ "name": one.name, "addedAt": one.made_at.to_string(), "lockedUntil": locked(one.locked_until) })
            })
            .collect();
        return output::json(&list);
    }
    let rows: Vec<_> = found
        .into_iter()
        .map(|one| {
            vec![
                one.name,
                one.made_at.to_string(),
                locked(one.locked_until).unwrap_or_default(),
            ]
        })
        .collect();
    output::table(&["NAME", "ADDED", "LOCKED UNTIL"], &rows);
    Ok(())
}
