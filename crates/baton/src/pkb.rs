//! The PKB sandbox as `baton up` and `baton pkb-sandbox serve` run it: its clients, and who can sign in.

use crate::folder::write_private;
use anyhow::Context as _;
use lab::pkb::{DemoUser, SystemClient, UserClient, UserType};
use model::{Entropy, Secret};
use serde::{Deserialize, Serialize};
use std::io::ErrorKind;
use std::path::Path;

/// Client id of the app that patients let in.
pub(crate) const USER_CLIENT: &str = "baton-demo-app";
/// The organisation behind it.
pub(crate) const OWNER: &str = "Riverside Pharmacy Ltd";
/// The app.
pub(crate) const PRODUCT: &str = "Riverside Health app";
/// Client id of a computer system, without a person.
const SYSTEM_CLIENT: &str = "baton-demo-system";
/// Its secret, in the sandbox's folder. The sandbox itself keeps a hash alone.
const SYSTEM_SECRET: &str = "system-client.key";
/// 40 letters and digits: 238 bits.
const SECRET_LENGTH: usize = 40;

/// Where a running sandbox is, and with what it can be used.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PkbAccess {
    pub(crate) url: String,
    pub(crate) client_id: String,
    pub(crate) system_client_id: String,
    pub(crate) system_client_secret: String,
    pub(crate) patients: Vec<PkbPatient>,
}

/// Somebody who can sign in as a patient.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PkbPatient {
    #[serde(default)]
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) password: String,
    pub(crate) public_id: String,
    /// Ten digits; not everybody has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) nhs_number: Option<String>,
    /// What is special about them; empty for most.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) note: String,
}

impl From<DemoUser> for PkbPatient {
    fn from(user: DemoUser) -> Self {
        Self {
            name: user.name,
            email: user.email,
            password: user.password,
            public_id: user.public_id,
            nhs_number: user.nhs_number,
            note: user.note.to_owned(),
        }
    }
}

/// All patients; those who are something special come last.
fn patients() -> Vec<PkbPatient> {
    let patient = |user: &DemoUser| user.user_type == UserType::Patient.as_str();
    let mut all: Vec<PkbPatient> = lab::pkb::demo_users()
        .into_iter()
        .filter(patient)
        .map(PkbPatient::from)
        .collect();
    all.sort_by_key(|patient| !patient.note.is_empty());
    all
}

impl PkbAccess {
    /// The sandbox at `url`, for the app `client_id`.
    pub(crate) fn new(url: String, client_id: String, system_secret: &Secret) -> Self {
        Self {
            url,
            client_id,
            system_client_id: SYSTEM_CLIENT.to_owned(),
            system_client_secret: system_secret.reveal().to_owned(),
            patients: patients(),
        }
    }

    /// Somebody to try it with by hand: not the patient whom the demo takes.
    pub(crate) fn to_try(&self, demo_nhs_number: &str) -> Option<&PkbPatient> {
        let others = |patient: &&PkbPatient| patient.nhs_number.as_deref() != Some(demo_nhs_number);
        self.patients.iter().find(others)
    }
}

/// The app that patients let in.
pub(crate) fn user_client(
    client_id: String,
    owner: String,
    product: String,
    redirect_uris: Vec<String>,
) -> UserClient {
    UserClient {
        client_id,
        owner,
        product,
        redirect_uris,
        localhost: true,
        user_types: vec![UserType::Patient],
    }
}

/// A computer system with that secret.
pub(crate) fn system_client(secret: &Secret) -> SystemClient {
    SystemClient {
        client_id: SYSTEM_CLIENT.to_owned(),
        secret_hash: secret.hash(),
        organisations: Vec::new(),
    }
}

/// The system client's secret, as an earlier start made it, or a new one. The folder is the sandbox's.
pub(crate) fn system_secret(folder: &Path, entropy: &dyn Entropy) -> anyhow::Result<Secret> {
    let file = folder.join(SYSTEM_SECRET);
    match std::fs::read_to_string(&file) {
        Ok(text) => Ok(Secret::new(text.trim().to_owned())),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            const ALPHABET: &[u8] =
                b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
            let text = model::entropy::text(entropy, ALPHABET, SECRET_LENGTH);
            write_private(folder, SYSTEM_SECRET, text.as_bytes())?;
            Ok(Secret::new(text))
        }
        Err(error) => Err(error).with_context(|| format!("`{}` cannot be read", file.display())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use httpkit::entropy::OsEntropy;

    #[test]
    fn the_system_client_keeps_its_secret() {
        let folder = tempfile::tempdir().unwrap();
        let first = system_secret(folder.path(), &OsEntropy).unwrap();
        let again = system_secret(folder.path(), &OsEntropy).unwrap();
        assert_eq!(first.reveal().len(), SECRET_LENGTH);
        assert_eq!(first.reveal(), again.reveal());
        assert!(system_client(&first).secret_hash.same(&again.hash()));
    }

    /// Contract H.
    #[test]
    fn the_ready_line_names_its_members_as_agreed() {
        let secret = Secret::new("s".to_owned());
        let at = PkbAccess::new("http://127.0.0.1:8095".into(), USER_CLIENT.into(), &secret);
        let told = serde_json::to_value(&at).unwrap();
        let members: Vec<_> = told.as_object().unwrap().keys().cloned().collect();
        for name in [
            "url",
            "clientId",
            "systemClientId",
            "systemClientSecret",
            "patients",
        ] {
            assert!(members.iter().any(|member| member == name), "{name}");
        }
        let first = told.pointer("/patients/0").unwrap();
        for name in ["email", "password", "publicId", "nhsNumber"] {
            assert!(first.get(name).is_some(), "{name}");
        }
        assert!(at.patients.len() >= 10);
    }
}
