//! Whether a gateway can do its work: its key, its database, its platform, Patients Know Best,
//! its clock.

use super::{Check, clock, platform};
use crate::args::{GatewayDoctor, KeySources};
use crate::command::gateway::serve::platform_key;
use crate::storage::gateway::GatewayPlace;
use crate::storage::rows::gateway_schema;
use crate::up::sdk_dir::AtGateway;
use gateway::vault::kek::{KeyEncryption as _, LocalKey};
use httpkit::entropy::OsEntropy;
use httpkit::problem::chain;
use std::sync::Arc;
use std::time::Duration;

const KEY: &str = "gateway key";
const DATABASE: &str = "database";

/// Looks at all of it. Nothing is made or changed.
pub(super) async fn check(args: &GatewayDoctor, checks: &mut Vec<Check>) -> anyhow::Result<()> {
    let place = GatewayPlace::of(&args.data)?;
    let key = key(&place, &args.keys, checks).await;
    if tables(&place, checks).await {
        sealed(&place, &args.keys, key, checks).await;
    }
    let http = httpkit::outbound::client(Some(Duration::from_secs(5)))?;
    let url = args.platform.url.as_str().trim_end_matches('/');
    match platform_key(&args.platform) {
        Ok(secret) => checks.push(platform(&http, url, secret.reveal()).await?),
        Err(error) => checks.push(Check::bad(
            "platform",
            format!("{error:#}"),
            "give the key of your client system at the platform",
        )),
    }
    super::pkb::check(args, &http, checks).await?;
    checks.push(clock(&http, url).await);
    Ok(())
}

/// Whether the key-encryption key is there, good, and closed to others; its name.
async fn key(place: &GatewayPlace, keys: &KeySources, checks: &mut Vec<Check>) -> Option<String> {
    let found = match &keys.key {
        Some(text) => LocalKey::from_text(text, Arc::new(OsEntropy))
            .map(Some)
            .map_err(|error| format!("BATON_GATEWAY_KEY {error}")),
        None => LocalKey::from_file(&place.key_file(keys), Arc::new(OsEntropy))
            .map_err(|error| chain(&error)),
    };
    let shown = match &keys.key {
        Some(_) => "in the environment".to_owned(),
        None => place.key_file(keys).display().to_string(),
    };
    match found {
        Ok(Some(key)) => {
            checks.push(Check::good(KEY, format!("{shown}, closed to others")));
            key.id().await.ok()
        }
        Ok(None) => {
            checks.push(Check::warning(
                KEY,
                format!("there is no {shown}"),
                "the first start makes one while nothing is sealed; later, bring the old one back",
            ));
            None
        }
        Err(error) => {
            checks.push(Check::bad(
                KEY,
                error,
                "mend that first: the gateway does not start without its key",
            ));
            None
        }
    }
}

/// Whether the tables are this version's.
async fn tables(place: &GatewayPlace, checks: &mut Vec<Check>) -> bool {
    match gateway_schema(place).await {
        Ok(found) if found.pending.is_empty() => {
            checks.push(Check::good(
                DATABASE,
                format!("{}, tables of version {}", place.shown(), found.version),
            ));
            true
        }
        Ok(found) => {
            checks.push(Check::warning(
                DATABASE,
                format!(
                    "{}: these changes are pending: {}",
                    place.shown(),
                    found.pending.join(", ")
                ),
                "run `baton gateway db migrate` before you start this version",
            ));
            false
        }
        Err(error) => {
            checks.push(Check::bad(
                DATABASE,
                format!("{error:#}"),
                "mend that first: nothing is taken or sent without it",
            ));
            false
        }
    }
}

/// Whether the data keys open with the keys that were given.
async fn sealed(
    place: &GatewayPlace,
    keys: &KeySources,
    present: Option<String>,
    checks: &mut Vec<Check>,
) {
    const OF: &str = "vault";
    let found = match place.open_to_manage().await {
        Ok(store) => store.vault.keys().await.map_err(|error| chain(&error)),
        Err(error) => Err(format!("{error:#}")),
    };
    let found = match found {
        Ok(found) => found,
        Err(error) => {
            checks.push(Check::bad(OF, error, "see the lines above"));
            return;
        }
    };
    let mut known: Vec<_> = present.into_iter().collect();
    for file in &keys.former_key_files {
        if let Ok(Some(key)) = LocalKey::from_file(file, Arc::new(OsEntropy)) {
            known.extend(key.id().await);
        }
    }
    let strange = found
        .iter()
        .filter(|key| !known.contains(&key.wrapped_by))
        .count();
    checks.push(if strange == 0 {
        Check::good(OF, "every data key opens with the key that is given")
    } else {
        Check::bad(
            OF,
            format!(
                "data keys that were sealed under another key: {strange} of {}",
                found.len()
            ),
            "give that key with --key-file, or as --former-key-file; without it every practitioner must \
             authorise anew, and every webhook needs a new secret",
        )
    });
}

/// Whether the gateway of an environment answers.
pub(super) async fn answers(http: &reqwest::Client, running: &AtGateway) -> Check {
    const OF: &str = "gateway";
    let url = &running.url;
    let asked = http
        .get(format!("{url}{}", wire::paths::gateway::USERS))
        .bearer_auth(&running.api_key);
    match asked.send().await.map(|answer| answer.status().as_u16()) {
        Ok(200) => Check::good(OF, format!("{url} answers, and the product's key is good")),
        Ok(401) => Check::bad(
            OF,
            format!("{url} does not know the product's key"),
            "another environment listens there; end it, or choose another port",
        ),
        Ok(status) => Check::bad(
            OF,
            format!("{url} answers {status}"),
            "look at up.log in the data folder",
        ),
        Err(_) => Check::bad(OF, format!("nothing answers at {url}"), "start `baton up`"),
    }
}
