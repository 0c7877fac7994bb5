//! What an operator does on the gateway's store. A running gateway sees it at once: they share the database.

use super::users::done;
use crate::args::{GatewayData, GatewayKey, Keys, Operator};
use crate::exit::{refused, usage};
use crate::output;
use crate::storage::gateway::GatewayPlace;
use crate::terminal;
use crate::up::GATEWAY_DIR;
use gateway::admin::{Admin, AdminError, make_password};
use httpkit::entropy::OsEntropy;
use httpkit::lifecycle::Shutdown;
use jiff::SignedDuration;
use model::Clock;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use store::gateway::GatewayStore;

async fn open(data: &GatewayData) -> anyhow::Result<GatewayStore> {
    GatewayPlace::of(data)?.open_to_manage().await
}

fn clock(data: &GatewayData) -> anyhow::Result<Arc<dyn Clock>> {
    crate::up::clock_of(&data.data_dir, GATEWAY_DIR)
}

fn admin<'a>(store: &'a GatewayStore, data: &GatewayData) -> anyhow::Result<Admin<'a>> {
    Ok(Admin {
        store,
        now: clock(data)?.now(),
        entropy: &OsEntropy,
    })
}

fn told(error: AdminError) -> anyhow::Error {
    match error {
        AdminError::Unknown(_) | AdminError::Invalid(_) => refused(error.to_string()),
        AdminError::Store(error) => error.into(),
    }
}

pub(crate) async fn key(command: GatewayKey, json: bool) -> anyhow::Result<()> {
    match command {
        GatewayKey::Issue { data, name, days } => {
            let store = open(&data).await?;
            let admin = admin(&store, &data)?;
            let ends_at = days
                .map(|days| {
                    admin
                        .now
                        .checked_add(SignedDuration::from_hours(24 * i64::from(days)))
                })
                .transpose()?;
            let issued = admin.issue_key(&name, ends_at).await.map_err(told)?;
            let key = issued.key.reveal();
            if json {
                return output::json(&json!({
                    "keyId": issued.id, "apiKey": key, "endsAt": ends_at.map(|at| at.to_string()),
                }));
            }
            output::line(key);
            output::remark("Keep it now: it is not shown again.");
            Ok(())
        }
        GatewayKey::List(data) => {
            let store = open(&data).await?;
            let found = admin(&store, &data)?.keys().await.map_err(told)?;
            let end = |at: Option<jiff::Timestamp>| at.map(|at| at.to_string());
            if json {
                let list: Vec<_> = found
                    .iter()
                    .map(|key| {
                        json!({ "keyId": key.id, "name": key.name, "issuedAt": key.made_at.to_string(), "endsAt": end(key.ends_at) })
                    })
                    .collect();
                return output::json(&list);
            }
            let rows: Vec<_> = found
                .into_iter()
                .map(|key| {
                    vec![
                        key.id,
                        key.made_at.to_string(),
                        end(key.ends_at).unwrap_or_default(),
                        key.name,
                    ]
                })
                .collect();
            output::table(&["KEY ID", "ISSUED", "ENDS", "NAME"], &rows);
            Ok(())
        }
        GatewayKey::Revoke { data, id, overlap } => {
            if overlap.is_negative() {
                return Err(usage("--overlap cannot be in the past"));
            }
            let store = open(&data).await?;
            let admin = admin(&store, &data)?;
            let ends_at = admin.now.checked_add(overlap)?;
            admin.end_key(&id, ends_at).await.map_err(told)?;
            let word = if overlap.is_zero() {
                "revoked".to_owned()
            } else {
                format!("good until {ends_at}")
            };
            done(
                &json!({ "keyId": id, "endsAt": ends_at.to_string() }),
                &word,
                json,
            )
        }
    }
}

pub(crate) async fn operator(command: Operator, json: bool) -> anyhow::Result<()> {
    match command {
        Operator::Add {
            data,
            name,
            make_password: make,
        } => {
            let store = open(&data).await?;
            let asked = !make && !json && terminal::somebody_is_there();
            let password = if asked {
                terminal::new_password()?
            } else {
                make_password(&OsEntropy)
            };
            let new = admin(&store, &data)?
                .put_operator(&name, &password)
                .await
                .map_err(told)?;
            let shown = (!asked).then(|| password.reveal());
            if json {
                return output::json(&json!({ "name": name, "new": new, "password": shown }));
            }
            output::remark(if new {
                "added"
            } else {
                "new password; sessions ended"
            });
            if let Some(password) = shown {
                output::line(password);
                output::remark("Keep it now: it is not shown again.");
            }
            Ok(())
        }
        Operator::List(data) => {
            let store = open(&data).await?;
            let admin = admin(&store, &data)?;
            let found = admin.operators().await.map_err(told)?;
            let locked = |until: Option<jiff::Timestamp>| {
                until
                    .filter(|until| *until > admin.now)
                    .map(|at| at.to_string())
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
        Operator::Remove { data, name } => {
            let store = open(&data).await?;
            let admin = admin(&store, &data)?;
            admin.remove_operator(&name).await.map_err(told)?;
            done(&json!({ "name": name, "removed": true }), "removed", json)
        }
    }
}

/// How often a rotation that is waited for is looked at.
const LOOK: Duration = Duration::from_millis(200);

pub(crate) async fn keys(command: Keys, as_json: bool) -> anyhow::Result<()> {
    let (data, keys, rotate, wait) = match command {
        Keys::Rotate { data, keys, wait } => (data, keys, true, wait),
        Keys::Status { data, keys } => (data, keys, false, false),
    };
    let place = GatewayPlace::of(&data)?;
    let store = place.open_to_manage().await?;
    let vault = place.vault(&keys, &store, clock(&data)?).await?;
    if rotate {
        vault.rotate().await?;
    }
    if wait {
        // Beside a gateway's own work, or in its stead: two who re-seal do each other no harm.
        let shutdown = Shutdown::default();
        let work = tokio::spawn(vault.clone().work(shutdown.clone()));
        loop {
            let progress = vault.progress().await?;
            if progress.left <= progress.unreadable {
                break;
            }
            tokio::time::sleep(LOOK).await;
        }
        shutdown.begin();
        work.await?;
    }
    let progress = vault.progress().await?;
    if as_json {
        let list = progress.keys.iter().map(|key| {
            json!({
                "id": key.id.to_string(), "madeAt": key.made_at.to_string(), "wrappedBy": key.wrapped_by,
                "active": key.id == progress.active, "goesAt": key.goes_at.map(|at| at.to_string()),
            })
        });
        output::json(&json!({
            "keys": list.collect::<Vec<_>>(),
            "secrets": progress.secrets,
            "underOlderKeys": progress.left,
            "unreadable": progress.unreadable,
        }))?;
    } else {
        let rows = progress.keys.iter().map(|key| {
            let state = if key.id == progress.active {
                "seals".to_owned()
            } else {
                let goes = key.goes_at.map(|at| at.to_string());
                format!("older, goes at {}", goes.unwrap_or_default())
            };
            vec![
                key.id.to_string(),
                key.made_at.to_string(),
                key.wrapped_by.clone(),
                state,
            ]
        });
        output::table(
            &["DATA KEY", "MADE", "WRAPPED BY", "STATE"],
            &rows.collect::<Vec<_>>(),
        );
        output::line(&format!(
            "{} of {} secrets are sealed under the newest key",
            progress.secrets.saturating_sub(progress.left),
            progress.secrets
        ));
        if rotate && !wait {
            output::remark(
                "A running gateway does the rest; `baton gateway keys status` shows how far it is.",
            );
        }
    }
    if progress.unreadable > 0 {
        return Err(refused(format!(
            "{} secrets do not open: they were changed, or their key is gone; those users need new access \
             codes, those endpoints new secrets",
            progress.unreadable
        )));
    }
    Ok(())
}
