//! The SDK that `up` writes: what a supplier's developer needs to begin.

use crate::folder::{make_own, write_private};
use crate::pkb::PkbAccess;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::path::Path;

/// The folder in the data folder.
pub(crate) const DIR: &str = "sdk";
/// The OpenAPI document.
pub(crate) const OPENAPI: &str = "openapi.json";
/// The OpenAPI document of the gateway.
pub(crate) const GATEWAY_OPENAPI: &str = "gateway-openapi.json";
/// The Postman collection.
pub(crate) const COLLECTION: &str = "IM1_Send_Message.postman_collection.json";
/// The Postman environment.
pub(crate) const ENVIRONMENT: &str = "local.postman_environment.json";
/// Its name in Postman's list.
pub(crate) const ENVIRONMENT_NAME: &str = "Baton (local)";
const CONNECTION: &str = "connection-details.json";
const PATIENTS: &str = "test-pas-patients.json";

/// Addresses, key, practice and practitioner of a running `baton up`.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Connection {
    pub(crate) platform_url: String,
    pub(crate) api_key: String,
    pub(crate) test_pas_url: String,
    pub(crate) practice_ods_code: String,
    pub(crate) spine_user_id: String,
    /// A patient of the Test PAS to begin with.
    pub(crate) nhs_number: String,
    /// The gateway; missing in a folder of a version that had none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) gateway: Option<AtGateway>,
    /// The PKB sandbox, likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) pkb: Option<PkbAccess>,
    /// The platform's operators' pages, likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) admin: Option<AtAdmin>,
}

/// The operators' pages of a running `baton up`'s platform.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct AtAdmin {
    pub(crate) url: String,
    pub(crate) user: String,
    pub(crate) password: String,
}

/// The gateway of a running `baton up`.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AtGateway {
    pub(crate) url: String,
    /// A key of its API.
    pub(crate) api_key: String,
    /// A user that is there already, not authorised.
    pub(crate) user_id: String,
    pub(crate) console_url: String,
    pub(crate) console_user: String,
    pub(crate) console_password: String,
    /// Where patients sign up; missing in a folder of a version that had no patients.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) patient_app_url: Option<String>,
}

impl Connection {
    /// Reads the details of the `up` that runs on a folder.
    pub(crate) fn read(folder: &Path) -> anyhow::Result<Self> {
        let file = folder.join(DIR).join(CONNECTION);
        let bytes = std::fs::read(&file).map_err(|_| {
            crate::exit::unreachable(format!(
                "`{}` holds no environment; start `baton up`, or name its folder with --data-dir",
                folder.display()
            ))
        })?;
        serde_json::from_slice(&bytes)
            .map_err(|_| anyhow::anyhow!("`{}` is damaged; start `baton up` again", file.display()))
    }
}

/// Writes the whole folder anew: addresses may have changed.
pub(crate) fn write(folder: &Path, connection: &Connection) -> anyhow::Result<()> {
    let sdk = folder.join(DIR);
    make_own(&sdk)?;
    let server = &connection.platform_url;
    write_json(
        &sdk,
        OPENAPI,
        &wire::openapi::document(server, env!("CARGO_PKG_VERSION")),
    )?;
    if let Some(gateway) = &connection.gateway {
        write_json(
            &sdk,
            GATEWAY_OPENAPI,
            &wire::openapi::GATEWAY.document(&gateway.url, env!("CARGO_PKG_VERSION")),
        )?;
    }
    write_json(&sdk, COLLECTION, &wire::postman::collection(server))?;
    let environment = wire::postman::environment(wire::postman::Environment {
        name: ENVIRONMENT_NAME,
        base_url: server,
        api_key: &connection.api_key,
        ods_code: &connection.practice_ods_code,
        nhs_number: &connection.nhs_number,
    });
    write_json(&sdk, ENVIRONMENT, &environment)?;
    write_json(&sdk, CONNECTION, &serde_json::to_value(connection)?)?;
    write_private(&sdk, PATIENTS, lab::people::patients_json().as_bytes())
}

/// Writes JSON for people to read, with a line end at its end.
pub(crate) fn write_json(folder: &Path, name: &str, value: &Value) -> anyhow::Result<()> {
    let mut text = serde_json::to_string_pretty(value)?;
    text.push('\n');
    write_private(folder, name, text.as_bytes())
}
