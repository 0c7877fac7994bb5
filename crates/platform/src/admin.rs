//! What an operator does: practices, client systems, keys, toolbars, topics. The command line calls
//! this, and so do the operators' pages.

mod operators;
pub(crate) mod pages;
mod widgets;

pub use operators::make_password;

use jiff::{SignedDuration, Timestamp};
use model::api_key::{self, CLIENT};
use model::device::RegistrationKey;
use model::organisation::{ApiKeyInfo, ClientSystem};
use model::{Actor, ClientSystemId, Entropy, OdsCode, Secret, entropy};
use store::platform::PlatformStore;

/// Why an operator's act was refused.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    /// There is nothing of that name.
    #[error("there is no {0}")]
    Unknown(&'static str),
    /// A value breaks a rule.
    #[error("{0}")]
    Invalid(&'static str),
    /// Storage failed.
    #[error(transparent)]
    Store(#[from] store::StoreError),
}

/// A new API key. Its text is shown now and never again.
#[derive(Debug)]
pub struct IssuedKey {
    /// The public part, to revoke it by.
    pub key_id: String,
    /// The whole key.
    pub key: Secret,
}

/// A new registration key. Part 2 is shown now and never again.
#[derive(Debug)]
pub struct IssuedRegistrationKey {
    /// Finds the key.
    pub part_1: String,
    /// The secret.
    pub part_2: Secret,
    /// When it ends.
    pub ends_at: Timestamp,
}

/// An operator at work.
pub struct Admin<'a> {
    /// What they change.
    pub store: &'a PlatformStore,
    /// Who they are.
    pub by: Actor,
    /// When.
    pub now: Timestamp,
    /// For keys.
    pub entropy: &'a dyn Entropy,
}

impl Admin<'_> {
    /// Adds a client system.
    ///
    /// # Errors
    /// [`AdminError::Invalid`] for a name that is empty, too long or taken.
    pub async fn add_client(&self, name: &str) -> Result<ClientSystem, AdminError> {
        let name = name.trim();
        if !(1..=100).contains(&name.chars().count()) {
            return Err(AdminError::Invalid(
                "a client system's name has 1 to 100 characters",
            ));
        }
        if self
            .store
            .directory
            .clients()
            .await?
            .iter()
            .any(|client| client.name == name)
        {
            return Err(AdminError::Invalid("there is a client system of that name"));
        }
        let id = ClientSystemId(entropy::uuid_v4(self.entropy));
        let client = ClientSystem {
            id,
            name: name.to_owned(),
            disabled: false,
            instant: true,
        };
        self.store
            .directory
            .add_client(&self.by, &client, self.now)
            .await?;
        Ok(client)
    }

    /// Issues a further key to a client system.
    ///
    /// # Errors
    /// [`AdminError::Unknown`] when there is no such system.
    pub async fn issue_key(&self, client: ClientSystemId) -> Result<IssuedKey, AdminError> {
        if self.store.directory.client(client).await?.is_none() {
            return Err(AdminError::Unknown("client system with that id"));
        }
        let (key_id, key) = api_key::generate(CLIENT, self.entropy);
        let info = ApiKeyInfo {
            key_id: key_id.clone(),
            client,
            issued_at: self.now,
            ends_at: None,
        };
        self.store
            .directory
            .add_api_key(&self.by, &info, key.hash())
            .await?;
        Ok(IssuedKey { key_id, key })
    }

    /// Issues a key and lets the one it replaces work for `overlap` more.
    ///
    /// # Errors
    /// [`AdminError::Unknown`] when there is no such key.
    pub async fn rotate_key(
        &self,
        key_id: &str,
        overlap: SignedDuration,
    ) -> Result<IssuedKey, AdminError> {
        let old = self
            .store
            .directory
            .api_key(key_id)
            .await?
            .ok_or(AdminError::Unknown("key with that id"))?;
        let issued = self.issue_key(old.info.client).await?;
        self.store
            .directory
            .end_api_key(&self.by, key_id, self.now + overlap, self.now)
            .await?;
        Ok(issued)
    }

    /// Ends a key at once.
    ///
    /// # Errors
    /// [`AdminError::Unknown`] when there is no such key.
    pub async fn revoke_key(&self, key_id: &str) -> Result<(), AdminError> {
        let ended = self
            .store
            .directory
            .end_api_key(&self.by, key_id, self.now, self.now)
            .await?;
        if ended {
            Ok(())
        } else {
            Err(AdminError::Unknown("key with that id"))
        }
    }

    /// Adds a topic. `false` when it was there.
    ///
    /// # Errors
    /// [`AdminError::Invalid`] for what cannot be a topic's name.
    pub async fn add_topic(&self, name: &str) -> Result<bool, AdminError> {
        if !model::topic::is_topic_name(name) {
            return Err(AdminError::Invalid(
                "a topic has 1 to 64 letters, digits, hyphens or underscores",
            ));
        }
        Ok(self
            .store
            .directory
            .add_topic(&self.by, name, self.now)
            .await?)
    }

    /// Issues a registration key for a practice's toolbars.
    ///
    /// # Errors
    /// [`AdminError::Unknown`] when there is no such practice.
    pub async fn issue_registration_key(
        &self,
        practice: &OdsCode,
        many: bool,
        lives: SignedDuration,
    ) -> Result<IssuedRegistrationKey, AdminError> {
        if self.store.directory.practice(practice).await?.is_none() {
            return Err(AdminError::Unknown("practice with that code"));
        }
        let group = || entropy::text(self.entropy, model::access_code::ALPHABET, 5);
        let part_1 = format!("{}-{}", group(), group());
        let part_2 = Secret::new(format!(
            "{}-{}-{}-{}-{}",
            group(),
            group(),
            group(),
            group(),
            group()
        ));
        let ends_at = self.now + lives;
        let key = RegistrationKey {
            part_1: part_1.clone(),
            practice: practice.clone(),
            many,
            ends_at,
        };
        self.store
            .devices
            .add_registration_key(&self.by, &key, part_2.hash(), self.now)
            .await?;
        Ok(IssuedRegistrationKey {
            part_1,
            part_2,
            ends_at,
        })
    }
}
