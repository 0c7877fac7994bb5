//! What a first start makes and every later one finds again: practices, a client system with a key, a
//! registration key for the toolbar.

use crate::command::platform::add_initial_topics;
use crate::exit::refused;
use crate::folder::write_private;
use jiff::{SignedDuration, Timestamp};
use lab::people;
use model::api_key;
use model::organisation::Practice;
use model::{Actor, Entropy, OdsCode, Secret, UserId};
use platform::admin::Admin;
use serde::{Deserialize, Serialize};
use std::path::Path;
use store::gateway::GatewayStore;
use store::platform::PlatformStore;
use toolbar::RegistrationRequest;

const FILE: &str = "state.json";
/// The client system of the sandbox, as practices see it.
const CLIENT: &str = "Demo client system";
/// The gateway, as practices see it.
const GATEWAY: &str = "Demo gateway";
/// A user of the gateway, not authorised yet.
pub(crate) const USER: &str = "demo-practitioner";
/// Who signs in to the platform's operators' pages and to the gateway's console.
pub(crate) const OPERATOR: &str = "operator";

/// What must be known again. It holds the sandbox's own secrets and is for its owner only.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Kept {
    pub(crate) api_key: String,
    key_part1: String,
    key_part2: String,
    /// Missing in the folder of a version that had no gateway.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) gateway: Option<KeptGateway>,
    /// The operator's password at the platform's pages; missing in the folder of a version that had none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) admin_password: Option<String>,
}

/// What must be known again of the gateway.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct KeptGateway {
    /// Its own key at the platform.
    pub(crate) platform_key: String,
    /// A product's key at the gateway.
    pub(crate) api_key: String,
    pub(crate) console_password: String,
}

impl Kept {
    /// How the toolbar registers, if it has not yet.
    pub(crate) fn registration(&self) -> RegistrationRequest {
        RegistrationRequest {
            key_part1: Secret::new(self.key_part1.clone()),
            key_part2: Secret::new(self.key_part2.clone()),
            organisation_code: people::riverside().ods_code,
            device_name: "Toolbar of baton up".to_owned(),
        }
    }
}

/// Finds what an earlier start made, or makes it.
pub(crate) async fn prepare(
    folder: &Path,
    store: &PlatformStore,
    now: Timestamp,
    entropy: &dyn Entropy,
) -> anyhow::Result<Kept> {
    let file = folder.join(FILE);
    if let Ok(bytes) = std::fs::read(&file) {
        let kept: Kept = serde_json::from_slice(&bytes).map_err(|_| {
            anyhow::anyhow!(
                "`{}` is damaged; remove the data folder to start anew",
                file.display()
            )
        })?;
        let key_id = api_key::id_of(api_key::CLIENT, &kept.api_key).unwrap_or_default();
        if store.directory.api_key(key_id).await?.is_none() {
            return Err(refused(format!(
                "`{}` belongs to another database; name another folder with --data-dir, or the \
                 database that it was started with",
                file.display()
            )));
        }
        return Ok(kept);
    }
    let by = Actor::Operator("up".to_owned());
    add_initial_topics(store, &by, now).await?;
    for practice in [people::riverside(), people::hillside()] {
        let ods_code = OdsCode::parse(&practice.ods_code)?;
        store
            .directory
            .put_practice(
                &by,
                &Practice {
                    ods_code,
                    name: practice.name,
                },
                now,
            )
            .await?;
    }
    let admin = Admin {
        store,
        by,
        now,
        entropy,
    };
    let key = key_of(CLIENT, &admin).await?;
    let practice = OdsCode::parse(&people::riverside().ods_code)?;
    let registration = admin
        .issue_registration_key(&practice, true, SignedDuration::from_hours(24 * 3650))
        .await?;
    let kept = Kept {
        api_key: key,
        key_part1: registration.part_1,
        key_part2: registration.part_2.reveal().to_owned(),
        gateway: None,
        admin_password: None,
    };
    write(folder, &kept)?;
    Ok(kept)
}

/// Makes the operator of the platform's pages, unless there is one whose password is known.
pub(crate) async fn prepare_admin(
    folder: &Path,
    store: &PlatformStore,
    kept: &mut Kept,
    now: Timestamp,
    entropy: &dyn Entropy,
) -> anyhow::Result<()> {
    let there = store.operators.operator(OPERATOR).await?.is_some();
    if there && kept.admin_password.is_some() {
        return Ok(());
    }
    let admin = Admin {
        store,
        by: Actor::Operator("up".to_owned()),
        now,
        entropy,
    };
    let password = platform::admin::make_password(entropy);
    admin.put_operator(OPERATOR, &password).await?;
    kept.admin_password = Some(password.reveal().to_owned());
    write(folder, kept)
}

/// The same for the gateway, which has a database of its own.
pub(crate) async fn prepare_gateway(
    folder: &Path,
    platform: &PlatformStore,
    store: &GatewayStore,
    kept: &mut Kept,
    now: Timestamp,
    entropy: &dyn Entropy,
) -> anyhow::Result<()> {
    if let Some(known) = &kept.gateway {
        let key_id = api_key::id_of(api_key::PRODUCT, &known.api_key).unwrap_or_default();
        if store.access.key(key_id).await?.is_some() {
            return Ok(());
        }
        // Its folder was removed, to begin anew with it alone.
    }
    let at_platform = Admin {
        store: platform,
        by: Actor::Operator("up".to_owned()),
        now,
        entropy,
    };
    let platform_key = key_of(GATEWAY, &at_platform).await?;
    let admin = gateway::admin::Admin {
        store,
        now,
        entropy,
    };
    let issued = admin.issue_key("baton up", None).await?;
    let password = gateway::admin::make_password(entropy);
    admin.put_operator(OPERATOR, &password).await?;
    let practitioners = people::riverside_practitioners();
    let name = practitioners.first().map(|first| first.name.as_str());
    store.users.put(&UserId::parse(USER)?, name, now).await?;
    kept.gateway = Some(KeptGateway {
        platform_key,
        api_key: issued.key.reveal().to_owned(),
        console_password: password.reveal().to_owned(),
    });
    write(folder, kept)
}

/// A new key of the client system of that name, which is made when missing.
async fn key_of(name: &str, admin: &Admin<'_>) -> anyhow::Result<String> {
    let known = admin.store.directory.clients().await?;
    let client = match known.into_iter().find(|client| client.name == name) {
        Some(client) => client,
        None => admin.add_client(name).await?,
    };
    let issued = admin.issue_key(client.id).await?;
    Ok(issued.key.reveal().to_owned())
}

fn write(folder: &Path, kept: &Kept) -> anyhow::Result<()> {
    write_private(folder, FILE, &serde_json::to_vec_pretty(kept)?)
}
