//! A platform with all that a message needs: a practice, a client system with its key, a signed-in toolbar,
//! and the practitioner's token.

use crate::baton::Baton;
use crate::client::Connection;
use crate::process::{Server, Settings};
use crate::toolbar::{self, RegistrationKey};
use anyhow::{Context as _, Result};
use load::Credentials;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::path::Path;
use wire::headers::API_KEY;
use wire::partner::{AccessToken, ExchangeCode};
use wire::paths::partner as paths;

/// The practice that receives.
pub(crate) const PRACTICE: &str = "GPPRAC001";
/// A practice where nobody is signed in.
pub(crate) const OTHER_PRACTICE: &str = "GPPRAC002";
/// The patient of the documented sample.
pub(crate) const PATIENT: &str = "9547852140";

/// Who may call; kept with a folder that is used again. No `Debug`: these are secrets of a made-up practice.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Access {
    pub(crate) api_key: String,
    pub(crate) token: String,
    /// The toolbar's `Authorization` header.
    pub(crate) session: String,
}

impl Access {
    /// What the load generator needs.
    pub(crate) fn credentials(&self) -> Credentials {
        Credentials {
            api_key: self.api_key.clone(),
            access_token: Some(self.token.clone()),
        }
    }
}

/// A running platform and who may call it.
pub(crate) struct World {
    pub(crate) platform: Server,
    pub(crate) access: Access,
}

impl World {
    /// A new one in an empty folder.
    ///
    /// # Errors
    /// When anything refuses.
    pub(crate) async fn make(baton: &Baton, folder: &Path, settings: &Settings) -> Result<Self> {
        let platform = Server::start(baton, folder, settings)?;
        let access = furnish(baton, &platform).await?;
        Ok(Self { platform, access })
    }

    /// Another node beside this one, on the same database.
    ///
    /// # Errors
    /// When it does not get ready.
    pub(crate) fn beside(&self, baton: &Baton, folder: &Path, settings: &Settings) -> Result<Self> {
        let platform = Server::start(baton, folder, settings)?;
        let access = self.access.clone();
        Ok(Self { platform, access })
    }

    /// The same world again, after its platform ended in whatever way.
    pub(crate) fn again(baton: &Baton, folder: &Path, access: Access) -> Result<Self> {
        let platform = Server::start(baton, folder, &Settings::default())?;
        Ok(Self { platform, access })
    }

    /// Signs in anew: a session of an earlier run has ended.
    ///
    /// # Errors
    /// When the platform refuses.
    pub(crate) async fn sign_in_again(&mut self, baton: &Baton) -> Result<()> {
        self.access.session = sign_in(baton, &self.platform).await?;
        Ok(())
    }

    /// Waits for a first 200 to a call that looks up the key.
    ///
    /// # Errors
    /// When it is answered otherwise.
    pub(crate) async fn first_answer(&self) -> Result<()> {
        let mut connection = Connection::open(self.platform.address()).await?;
        let headers = [(API_KEY, self.access.api_key.as_str())];
        connection.get(paths::TEST, &headers).await?.expect(200)
    }
}

async fn furnish(baton: &Baton, platform: &Server) -> Result<Access> {
    let operate = |words: &[&str]| baton.operate(platform.storage(), words);
    operate(&["practice", "add", PRACTICE, "Riverside Test Practice"])?;
    operate(&["practice", "add", OTHER_PRACTICE, "Hillside Test Practice"])?;
    let client = operate(&["client", "add", "Kestrel Lane Pharmacy"])?;
    let key = operate(&["key", "issue", &text(&client, "id")?])?;
    let api_key = text(&key, "apiKey")?;
    let session = sign_in(baton, platform).await?;
    let mut connection = Connection::open(platform.address()).await?;
    let access_code = toolbar::code(&mut connection, &session).await?;
    let exchange = ExchangeCode { access_code };
    let headers = [(API_KEY, api_key.as_str())];
    let answer = connection
        .post(paths::ACCESS_TOKEN, &headers, &exchange)
        .await?;
    let AccessToken { token } = answer.json(200)?;
    Ok(Access {
        api_key,
        token,
        session,
    })
}

/// Registers a new toolbar, signed in.
async fn sign_in(baton: &Baton, platform: &Server) -> Result<String> {
    let words = ["device", "issue-key", PRACTICE];
    let key = baton.operate(platform.storage(), &words)?;
    let key = RegistrationKey {
        part_1: text(&key, "keyPart1")?,
        part_2: text(&key, "keyPart2")?,
        practice: PRACTICE.to_owned(),
    };
    toolbar::sign_in(platform.address(), platform.url(), key).await
}

fn text(said: &Value, name: &str) -> Result<String> {
    let text = said.get(name).and_then(Value::as_str);
    Ok(text
        .with_context(|| format!("the answer has no {name}"))?
        .to_owned())
}
