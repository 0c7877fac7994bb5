//! What an operator does from the command line. A running server sees it at once: they share the
//! database.

use crate::args::{Audit, Client, Device, Key, PlatformData, Practice, Topic};
use crate::exit::{refused, usage};
use crate::output;
use crate::storage::Place;
use crate::up::PLATFORM_DIR;
use httpkit::entropy::OsEntropy;
use jiff::{SignedDuration, Timestamp};
use model::organisation::ClientSystem;
use model::{Actor, ClientSystemId, DeviceId, OdsCode};
use platform::admin::{Admin, AdminError, IssuedKey};
use serde_json::json;
use store::audit::{Broken, place};
use store::platform::PlatformStore;

pub(super) async fn open(data: &PlatformData) -> anyhow::Result<PlatformStore> {
    Place::of(&data.data_dir, &data.storage)?
        .open_to_manage()
        .await
}

pub(super) fn admin<'a>(
    store: &'a PlatformStore,
    data: &PlatformData,
) -> anyhow::Result<Admin<'a>> {
    Ok(Admin {
        store,
        by: operator(),
        now: now(data)?,
        entropy: &OsEntropy,
    })
}

/// The present moment: of the `up` that the folder belongs to, whose clock may have been moved, or of
/// this machine.
pub(crate) fn now(data: &PlatformData) -> anyhow::Result<Timestamp> {
    Ok(crate::up::clock_of(&data.data_dir, PLATFORM_DIR)?.now())
}

pub(crate) fn operator() -> Actor {
    Actor::Operator("cli".to_owned())
}

pub(super) fn told(error: AdminError) -> anyhow::Error {
    match error {
        AdminError::Unknown(_) | AdminError::Invalid(_) => refused(error.to_string()),
        AdminError::Store(error) => error.into(),
    }
}

pub(super) fn ods(text: &str) -> anyhow::Result<OdsCode> {
    OdsCode::parse(text).map_err(|why| usage(format!("`{text}` is no ODS code: it {why}")))
}

fn client_id(text: &str) -> anyhow::Result<ClientSystemId> {
    text.parse().map_err(|_| {
        usage(format!(
            "`{text}` is no client system's id; see `baton platform client list`"
        ))
    })
}

fn when(at: Option<Timestamp>) -> String {
    at.map(|at| at.to_string()).unwrap_or_default()
}

pub(crate) async fn practice(command: Practice, json: bool) -> anyhow::Result<()> {
    match command {
        Practice::Add {
            data,
            ods_code,
            name,
        } => {
            let practice = model::organisation::Practice {
                ods_code: ods(&ods_code)?,
                name,
            };
            let new = open(&data)
                .await?
                .directory
                .put_practice(&operator(), &practice, now(&data)?)
                .await?;
            if json {
                return output::json(&json!({ "odsCode": ods_code, "new": new }));
            }
            output::line(&format!(
                "{ods_code} {}",
                if new { "added" } else { "renamed" }
            ));
        }
        Practice::List(data) => {
            let found = open(&data).await?.directory.practices().await?;
            if json {
                let list: Vec<_> = found
                    .iter()
                    .map(|p| json!({ "odsCode": p.ods_code.as_str(), "name": p.name }))
                    .collect();
                return output::json(&list);
            }
            let rows: Vec<_> = found
                .into_iter()
                .map(|p| vec![p.ods_code.to_string(), p.name])
                .collect();
            output::table(&["ODS CODE", "NAME"], &rows);
        }
    }
    Ok(())
}

pub(crate) async fn client(command: Client, json: bool) -> anyhow::Result<()> {
    match command {
        Client::Add { data, name } => {
            let store = open(&data).await?;
            let client = admin(&store, &data)?
                .add_client(&name)
                .await
                .map_err(told)?;
            if json {
                return output::json(&json!({ "id": client.id.to_string(), "name": client.name }));
            }
            output::line(&format!("{}  {}", client.id, client.name));
            output::line("Next: baton platform key issue ID");
        }
        Client::List(data) => {
            let found = open(&data).await?.directory.clients().await?;
            if json {
                let list: Vec<_> = found
                    .iter()
                    .map(|c| json!({ "id": c.id.to_string(), "name": c.name, "disabled": c.disabled, "instant": c.instant }))
                    .collect();
                return output::json(&list);
            }
            let state = |c: &ClientSystem| match (c.disabled, c.instant) {
                (true, _) => "disabled",
                (false, true) => "instant and standard",
                (false, false) => "standard only",
            };
            let row = |c: ClientSystem| vec![c.id.to_string(), state(&c).to_owned(), c.name];
            let rows: Vec<_> = found.into_iter().map(row).collect();
            output::table(&["ID", "MAY SEND", "NAME"], &rows);
        }
        Client::Disable { data, id } => return set_disabled(&data, &id, true, json).await,
        Client::Enable { data, id } => return set_disabled(&data, &id, false, json).await,
        Client::Instant { data, id, allowed } => {
            let directory = open(&data).await?.directory;
            let client = client_id(&id)?;
            if !directory
                .set_client_instant(&operator(), client, allowed, now(&data)?)
                .await?
            {
                return Err(refused("there is no client system with that id"));
            }
            if json {
                return output::json(&json!({ "id": id, "instant": allowed }));
            }
            output::line(if allowed {
                "may send instant messages"
            } else {
                "may send standard messages only"
            });
        }
    }
    Ok(())
}

async fn set_disabled(
    data: &PlatformData,
    id: &str,
    disabled: bool,
    json: bool,
) -> anyhow::Result<()> {
    let known = open(data)
        .await?
        .directory
        .set_client_disabled(&operator(), client_id(id)?, disabled, now(data)?)
        .await?;
    if !known {
        return Err(refused("there is no client system with that id"));
    }
    if json {
        return output::json(&json!({ "id": id, "disabled": disabled }));
    }
    output::line(if disabled { "disabled" } else { "enabled" });
    Ok(())
}

fn show_key(issued: &IssuedKey, json: bool) -> anyhow::Result<()> {
    let key = issued.key.reveal();
    if json {
        return output::json(&json!({ "keyId": issued.key_id, "apiKey": key }));
    }
    output::line(key);
    output::remark("Keep it now: it is not shown again.");
    Ok(())
}

pub(crate) async fn key(command: Key, json: bool) -> anyhow::Result<()> {
    match command {
        Key::Issue { data, client } => {
            let store = open(&data).await?;
            let issued = admin(&store, &data)?
                .issue_key(client_id(&client)?)
                .await
                .map_err(told)?;
            show_key(&issued, json)
        }
        Key::Rotate { data, key, overlap } => {
            let store = open(&data).await?;
            let issued = admin(&store, &data)?
                .rotate_key(&key, overlap)
                .await
                .map_err(told)?;
            show_key(&issued, json)
        }
        Key::Revoke { data, key } => {
            let store = open(&data).await?;
            admin(&store, &data)?.revoke_key(&key).await.map_err(told)?;
            if json {
                return output::json(&json!({ "keyId": key, "revoked": true }));
            }
            output::line("revoked");
            Ok(())
        }
        Key::List { data, client } => {
            let found = open(&data)
                .await?
                .directory
                .api_keys_of(client_id(&client)?)
                .await?;
            if json {
                let list: Vec<_> = found
                    .iter()
                    .map(|k| json!({ "keyId": k.key_id, "issuedAt": k.issued_at.to_string(), "endsAt": k.ends_at.map(|at| at.to_string()) }))
                    .collect();
                return output::json(&list);
            }
            let rows: Vec<_> = found
                .into_iter()
                .map(|k| vec![k.key_id, k.issued_at.to_string(), when(k.ends_at)])
                .collect();
            output::table(&["KEY ID", "ISSUED", "ENDS"], &rows);
            Ok(())
        }
    }
}

pub(crate) async fn device(command: Device, json: bool) -> anyhow::Result<()> {
    match command {
        Device::IssueKey {
            data,
            ods_code,
            many,
            days,
        } => {
            let store = open(&data).await?;
            let lives = SignedDuration::from_hours(24 * i64::from(days));
            let issued = admin(&store, &data)?
                .issue_registration_key(&ods(&ods_code)?, many, lives)
                .await
                .map_err(told)?;
            let part_2 = issued.part_2.reveal();
            if json {
                return output::json(
                    &json!({ "keyPart1": issued.part_1, "keyPart2": part_2, "endsAt": issued.ends_at.to_string() }),
                );
            }
            output::line(&format!(
                "Key part 1  {}\nKey part 2  {part_2}\nPractice    {ods_code}\nEnds        {}",
                issued.part_1, issued.ends_at
            ));
            output::remark("Keep part 2 now: it is not shown again.");
        }
        Device::List { data, ods_code } => {
            let practice = ods_code.as_deref().map(ods).transpose()?;
            let found = open(&data)
                .await?
                .devices
                .devices(practice.as_ref())
                .await?;
            if json {
                let list: Vec<_> = found
                    .iter()
                    .map(|d| {
                        json!({ "id": d.id.to_string(), "odsCode": d.practice.as_str(), "name": d.name,
                            "registeredAt": d.registered_at.to_string(), "blockedAt": d.blocked_at.map(|at| at.to_string()) })
                    })
                    .collect();
                return output::json(&list);
            }
            let rows: Vec<_> = found
                .into_iter()
                .map(|d| {
                    vec![
                        d.id.to_string(),
                        d.practice.to_string(),
                        d.name,
                        d.registered_at.to_string(),
                        when(d.blocked_at),
                    ]
                })
                .collect();
            output::table(&["ID", "PRACTICE", "NAME", "REGISTERED", "BLOCKED"], &rows);
        }
        Device::Block { data, id } => {
            let device: DeviceId = id.parse().map_err(|_| {
                usage(format!(
                    "`{id}` is no toolbar's id; see `baton platform device list`"
                ))
            })?;
            if !open(&data)
                .await?
                .devices
                .block_device(&operator(), device, now(&data)?)
                .await?
            {
                return Err(refused("there is no toolbar with that id"));
            }
            if json {
                return output::json(&json!({ "id": id, "blocked": true }));
            }
            output::line("blocked");
        }
    }
    Ok(())
}

pub(crate) async fn topic(command: Topic, json: bool) -> anyhow::Result<()> {
    match command {
        Topic::Add { data, name } => {
            let store = open(&data).await?;
            let new = admin(&store, &data)?.add_topic(&name).await.map_err(told)?;
            if json {
                return output::json(&json!({ "topicName": name, "new": new }));
            }
            output::line(if new { "added" } else { "was there already" });
        }
        Topic::List(data) => {
            let found = open(&data).await?.directory.topics().await?;
            if json {
                let list: Vec<_> = found
                    .iter()
                    .map(|name| json!({ "topicName": name }))
                    .collect();
                return output::json(&list);
            }
            output::table(
                &["TOPIC"],
                &found.into_iter().map(|name| vec![name]).collect::<Vec<_>>(),
            );
        }
    }
    Ok(())
}

pub(crate) async fn audit(command: Audit, json: bool) -> anyhow::Result<()> {
    match command {
        Audit::Verify(data) => {
            let found = open(&data).await?.audit.verify().await?;
            if json {
                output::json(&json!({
                    "entries": found.entries,
                    "brokenAt": found.broken_at.map(|broken| broken.seq),
                    "brokenChain": found.broken_at.map(|broken| broken.chain).filter(|chain| *chain != 1),
                    "head": found.head.to_hex(),
                }))?;
            } else if found.broken_at.is_none() {
                output::line(&format!(
                    "{} entries, every link holds; head {}",
                    found.entries,
                    found.head.to_hex()
                ));
            }
            match found.broken_at {
                Some(Broken { chain, seq }) => Err(refused(format!(
                    "the audit log was changed at entry {}",
                    place(chain, seq)
                ))),
                None => Ok(()),
            }
        }
        Audit::Recent { data, limit } => {
            let found = open(&data).await?.audit.recent(limit).await?;
            if json {
                let list: Vec<_> = found
                    .iter()
                    .map(|e| json!({ "chain": e.chain, "seq": e.seq, "at": e.at.to_string(), "actor": e.actor, "action": e.action, "subject": e.subject }))
                    .collect();
                return output::json(&list);
            }
            let rows: Vec<_> = found
                .into_iter()
                .map(|e| {
                    vec![
                        place(e.chain, e.seq),
                        e.at.to_string(),
                        e.actor,
                        e.action,
                        e.subject,
                    ]
                })
                .collect();
            output::table(&["SEQ", "AT", "ACTOR", "ACTION", "SUBJECT"], &rows);
            Ok(())
        }
    }
}
