//! Who may look at the operators' pages, and practices as an operator enters them.

use super::{Admin, AdminError};
use model::organisation::Practice;
use model::{OdsCode, Secret};
use signin::password;
pub use signin::password::make as make_password;
use store::platform::Operator;

/// The longest name of an operator or a practice, in characters.
const LONGEST_NAME: usize = 100;
/// The one fault of a new practice that is not its code's.
pub(super) const NOT_A_NAME: &str = "a practice's name has 1 to 100 characters";

impl Admin<'_> {
    /// Adds somebody who may sign in to the pages, or gives them another password, which ends their sessions.
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
        let operators = &self.store.operators;
        Ok(operators
            .put_operator(&self.by, name, &hash, self.now)
            .await?)
    }

    /// Gives an operator another password, which ends their sessions.
    ///
    /// # Errors
    /// [`AdminError::Unknown`] when there is no such operator, and as [`Self::put_operator`].
    pub async fn change_password(&self, name: &str, password: &Secret) -> Result<(), AdminError> {
        if self.store.operators.operator(name.trim()).await?.is_none() {
            return Err(AdminError::Unknown("operator of that name"));
        }
        self.put_operator(name, password).await.map(drop)
    }

    /// Who may sign in, by name.
    ///
    /// # Errors
    /// [`AdminError::Store`].
    pub async fn operators(&self) -> Result<Vec<Operator>, AdminError> {
        Ok(self.store.operators.operators().await?)
    }

    /// Takes somebody's access to the pages away, and ends their sessions.
    ///
    /// # Errors
    /// [`AdminError::Unknown`] when there is no such operator.
    pub async fn remove_operator(&self, name: &str) -> Result<(), AdminError> {
        let operators = &self.store.operators;
        let removed = operators.remove_operator(&self.by, name.trim(), self.now);
        if removed.await? {
            Ok(())
        } else {
            Err(AdminError::Unknown("operator of that name"))
        }
    }

    /// Adds a practice.
    ///
    /// # Errors
    /// [`AdminError::Invalid`] for a code or a name that is none, and for the code of a practice that is there:
    /// every toolbar shows its name, so that none is renamed by mistake.
    pub async fn add_practice(&self, code: &str, name: &str) -> Result<(), AdminError> {
        let ods_code = OdsCode::parse(&code.trim().to_ascii_uppercase())
            .map_err(|_| AdminError::Invalid("this is no ODS code"))?;
        if self.store.directory.practice(&ods_code).await?.is_some() {
            return Err(AdminError::Invalid(
                "there is a practice with this code already; its own page changes its name",
            ));
        }
        self.name_practice(ods_code, name).await
    }

    /// Gives a practice another name.
    ///
    /// # Errors
    /// [`AdminError::Unknown`] when there is no such practice; [`AdminError::Invalid`] for a name that is none.
    pub async fn rename_practice(&self, code: &OdsCode, name: &str) -> Result<(), AdminError> {
        if self.store.directory.practice(code).await?.is_none() {
            return Err(AdminError::Unknown("practice with that code"));
        }
        self.name_practice(code.clone(), name).await
    }

    async fn name_practice(&self, ods_code: OdsCode, name: &str) -> Result<(), AdminError> {
        let name = name_of(name)
            .ok_or(AdminError::Invalid(NOT_A_NAME))?
            .to_owned();
        let practice = Practice { ods_code, name };
        let directory = &self.store.directory;
        directory
            .put_practice(&self.by, &practice, self.now)
            .await?;
        Ok(())
    }
}

fn name_of(text: &str) -> Option<&str> {
    let name = text.trim();
    let fits =
        (1..=LONGEST_NAME).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    fits.then_some(name)
}
