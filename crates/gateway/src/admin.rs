//! What an operator does from a terminal: keys of the product, and who may look at the console.

use jiff::Timestamp;
use model::api_key::{self, PRODUCT};
use model::{Entropy, Secret};
use signin::password;
pub use signin::password::make as make_password;
use store::gateway::{GatewayStore, Operator, ProductKey};

/// The longest name of a key or an operator, in characters.
const LONGEST_NAME: usize = 100;

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

/// A new key of the product. Its text is shown now and never again.
#[derive(Debug)]
pub struct IssuedKey {
    /// The public part, to end it by.
    pub id: String,
    /// The whole key.
    pub key: Secret,
}

/// An operator at work.
pub struct Admin<'a> {
    /// What they change.
    pub store: &'a GatewayStore,
    /// When.
    pub now: Timestamp,
    /// For keys and salts.
    pub entropy: &'a dyn Entropy,
}

impl Admin<'_> {
    /// Issues a key of the product API; `name` is for people.
    ///
    /// # Errors
    /// [`AdminError::Invalid`] for a name that is empty or too long, or an end that has passed.
    pub async fn issue_key(
        &self,
        name: &str,
        ends_at: Option<Timestamp>,
    ) -> Result<IssuedKey, AdminError> {
        let name =
            name_of(name).ok_or(AdminError::Invalid("a key's name has 1 to 100 characters"))?;
        if ends_at.is_some_and(|end| end <= self.now) {
            return Err(AdminError::Invalid("a key cannot end before it begins"));
        }
        loop {
            let (id, key) = api_key::generate(PRODUCT, self.entropy);
            let new = ProductKey {
                id: id.clone(),
                name: name.to_owned(),
                hash: key.hash(),
                made_at: self.now,
                ends_at,
            };
            if self.store.access.add_key(&new).await? {
                return Ok(IssuedKey { id, key });
            }
        }
    }

    /// All keys, oldest first, ended ones too.
    ///
    /// # Errors
    /// [`AdminError::Store`].
    pub async fn keys(&self) -> Result<Vec<ProductKey>, AdminError> {
        Ok(self.store.access.keys().await?)
    }

    /// Lets a key end, at once or later. An earlier end stands.
    ///
    /// # Errors
    /// [`AdminError::Unknown`] when there is no such key.
    pub async fn end_key(&self, id: &str, ends_at: Timestamp) -> Result<(), AdminError> {
        if self.store.access.end_key(id, ends_at).await? {
            Ok(())
        } else {
            Err(AdminError::Unknown("key with that id"))
        }
    }

    /// Adds somebody who may sign in to the console, or gives them another password, which ends their sessions.
    /// `true` when new.
    ///
    /// # Errors
    /// [`AdminError::Invalid`] for a name or a password that breaks the rules.
    pub async fn put_operator(&self, name: &str, password: &Secret) -> Result<bool, AdminError> {
        let name = name_of(name).ok_or(AdminError::Invalid(
            "an operator's name has 1 to 100 characters",
        ))?;
        let text = password.reveal();
        if text.chars().count() < password::SHORTEST || text.len() > password::LONGEST {
            return Err(AdminError::Invalid(
                "a password has at least 12 characters and at most 512 bytes",
            ));
        }
        let hash = password::hash(password, self.entropy)
            .map_err(|_| AdminError::Invalid("this password cannot be hashed"))?;
        Ok(self
            .store
            .access
            .put_operator(name, &hash, self.now)
            .await?)
    }

    /// Who may sign in, by name.
    ///
    /// # Errors
    /// [`AdminError::Store`].
    pub async fn operators(&self) -> Result<Vec<Operator>, AdminError> {
        Ok(self.store.access.operators().await?)
    }

    /// Takes somebody's access to the console away, and ends their sessions.
    ///
    /// # Errors
    /// [`AdminError::Unknown`] when there is no such operator.
    pub async fn remove_operator(&self, name: &str) -> Result<(), AdminError> {
        if self.store.access.remove_operator(name.trim()).await? {
            Ok(())
        } else {
            Err(AdminError::Unknown("operator of that name"))
        }
    }
}

fn name_of(text: &str) -> Option<&str> {
    let name = text.trim();
    let fits =
        (1..=LONGEST_NAME).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    fits.then_some(name)
}
