//! The other end: gives orders to the toolbar that runs on a data directory.

use super::{Launch, Offline, Reject, file, paths};
use crate::{Imported, State};
use model::Secret;
use reqwest::{Method, RequestBuilder};
use sdk::Error;
use sdk::call::{send_for, send_only};
use std::path::Path;
use std::time::Duration;
use wire::practice::{
    Detail, Inbox, NewCode, Outcome, Summary, TokenInfo, Tokens, WidgetInfo, WidgetLaunched,
    Widgets,
};

/// The toolbar asks the platform, which has 30 s.
const ORDER_TIMEOUT: Duration = Duration::from_secs(45);
/// An import of 50 MB into a slow record system, with its tries.
const IMPORT_TIMEOUT: Duration = Duration::from_mins(15);

/// Gives orders to a running toolbar.
pub struct ControlClient {
    http: reqwest::Client,
    url: String,
    secret: Secret,
}

/// Why no orders can be given.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    /// No `control.json`.
    #[error("no toolbar runs on this data directory")]
    NotRunning,
    /// The file can't be read.
    #[error("control.json in the data directory can't be read: {0}")]
    Unreadable(std::io::ErrorKind),
}

impl ControlClient {
    /// Reads `control.json` from `data_dir`. Whether the toolbar still runs shows at the first order: an
    /// [`Error::Unreachable`] says that it doesn't.
    ///
    /// # Errors
    /// [`ControlError`].
    pub fn open(http: reqwest::Client, data_dir: &Path) -> Result<Self, ControlError> {
        let control = file::read(data_dir)
            .map_err(|error| ControlError::Unreadable(error.kind()))?
            .ok_or(ControlError::NotRunning)?;
        Ok(Self {
            http,
            url: control.url,
            secret: control.secret,
        })
    }

    /// Where the toolbar stands.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn state(&self) -> Result<State, Error> {
        send_for(self.to(Method::GET, paths::STATE)).await
    }

    /// Makes an access code.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn new_code(&self) -> Result<NewCode, Error> {
        send_for(self.to(Method::POST, paths::CODES)).await
    }

    /// What waits, oldest first.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn inbox(&self) -> Result<Vec<Summary>, Error> {
        let inbox: Inbox = send_for(self.to(Method::GET, paths::MESSAGES)).await?;
        Ok(inbox.messages)
    }

    /// One message with its content.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn message(&self, message_ref: &str) -> Result<Detail, Error> {
        send_for(self.about(Method::GET, paths::MESSAGE, message_ref)?).await
    }

    /// Imports a message.
    ///
    /// # Errors
    /// [`Error`]; 422 with words when the record system would not take it.
    pub async fn import(&self, message_ref: &str) -> Result<Imported, Error> {
        let request = self.about(Method::POST, paths::IMPORT, message_ref)?;
        send_for(request.timeout(IMPORT_TIMEOUT)).await
    }

    /// Refuses a message; `reason` has 1 to 500 characters.
    ///
    /// # Errors
    /// [`Error`]; 409 with words when it was in the record already and was marked as imported instead.
    pub async fn reject(&self, message_ref: &str, reason: &str) -> Result<Outcome, Error> {
        let body = Reject {
            reason: reason.to_owned(),
        };
        send_for(
            self.about(Method::POST, paths::REJECT, message_ref)?
                .json(&body),
        )
        .await
    }

    /// What the practice's bars show; hidden ones too.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn widgets(&self) -> Result<Vec<WidgetInfo>, Error> {
        let widgets: Widgets = send_for(self.to(Method::GET, paths::WIDGETS)).await?;
        Ok(widgets.widgets)
    }

    /// Opens a widget for the practitioner, and for a patient if it wants one; the address for a browser, which works
    /// once.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn launch(&self, widget: &str, patient: Option<&str>) -> Result<String, Error> {
        let body = Launch {
            patient: patient.map(str::to_owned),
        };
        let request = self.about(Method::POST, paths::LAUNCHES, widget)?;
        let launched: WidgetLaunched = send_for(request.json(&body)).await?;
        Ok(launched.launch_url)
    }

    /// The permissions that the practitioner gave.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn tokens(&self) -> Result<Vec<TokenInfo>, Error> {
        let tokens: Tokens = send_for(self.to(Method::GET, paths::TOKENS)).await?;
        Ok(tokens.tokens)
    }

    /// Withdraws one of them.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn withdraw(&self, token_id: &str) -> Result<(), Error> {
        send_only(self.about(Method::DELETE, paths::TOKEN, token_id)?).await
    }

    /// Takes the toolbar off the network, or back on it.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn set_offline(&self, offline: bool) -> Result<(), Error> {
        let request = self.to(Method::POST, paths::OFFLINE);
        send_only(request.json(&Offline { offline })).await
    }

    fn to(&self, method: Method, path: &str) -> RequestBuilder {
        self.http
            .request(method, format!("{}{path}", self.url))
            .bearer_auth(self.secret.reveal())
            .timeout(ORDER_TIMEOUT)
    }

    /// `path` with `id` in place of its parameter; ids are words of letters, digits and hyphens.
    fn about(&self, method: Method, path: &str, id: &str) -> Result<RequestBuilder, Error> {
        let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if id.is_empty() || !id.bytes().all(word) {
            return Err(Error::Unintelligible("no such id".to_owned()));
        }
        let path = path
            .replace("{messageRef}", id)
            .replace("{tokenId}", id)
            .replace("{widgetId}", id);
        Ok(self.to(method, &path))
    }
}

impl std::fmt::Debug for ControlClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ControlClient")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}
