//! What a practitioner can ask of the toolbar: codes, permissions, and messages that wait.

use super::AgentHandle;
use crate::importer::Fault;
use crate::inbox::{self, InboxView};
use crate::review::{self, NoticeDetail, Opened};
use crate::shared::Session;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tokio::sync::watch;
use wire::practice::{Detail, NewCode, Outcome, Summary, TokenInfo};

/// Why the toolbar did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum OperationError {
    /// Nobody is signed in at this toolbar.
    #[error("nobody is signed in at this toolbar")]
    NotSignedIn,
    /// The toolbar was taken offline.
    #[error("this toolbar is offline")]
    Offline,
    /// The platform refused, or did not answer.
    #[error("the platform: {0}")]
    Platform(#[from] sdk::Error),
    /// This toolbar is importing the message at this moment.
    #[error("the message is being imported already")]
    Busy,
    /// The message is open or being imported at another toolbar, or in another window of this one.
    #[error("{} has this message open", name.as_deref().unwrap_or("somebody else"))]
    HeldBy {
        /// The practitioner who is signed in there, if that is known.
        name: Option<String>,
    },
    /// The message was imported or rejected, or has expired.
    #[error("the message has already reached its end")]
    Ended,
    /// The message has no such attachment.
    #[error("the message has no such attachment")]
    NoSuchAttachment,
    /// The practice has no such widget, or it was changed meanwhile.
    #[error("this widget is not here any more, or was changed; look at the bar again")]
    NoSuchWidget,
    /// The widget is opened for a patient, and none was named.
    #[error("this widget needs a patient's NHS number")]
    PatientNeeded,
    /// The claim was lost before anything was written.
    #[error("the message slipped away before it was imported; try again")]
    Lost,
    /// The record system would not take it.
    #[error("the message was not imported")]
    NotImported {
        /// Why, in words for the practice; may speak of the patient.
        reason: String,
    },
    /// It was to be rejected, but is in the record; the platform was told so.
    #[error("it was in the record already; it is now marked as imported")]
    InRecord,
    /// The record system can't be asked.
    #[error("the record system did not answer")]
    RecordSystemAway {
        /// Why, in words for the practice.
        words: String,
    },
    /// The record system could not say whether the message is in the record; nothing was done.
    #[error("the record system could not be asked about the message, so it was not rejected")]
    RecordSystemSilent,
    /// The record system fell silent, so that it isn't known whether the message is in the record.
    #[error(
        "the record system stopped answering, so it is not certain whether the message was imported; it will be looked at again"
    )]
    Uncertain,
    /// It is in the record, but the platform could not be told.
    #[error("the message is in the record, but the platform could not be told")]
    Unreported,
}

/// A message that is in the record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Imported {
    /// The platform's name for the message.
    pub message_ref: String,
    /// The sender's name for it.
    pub message_id: String,
    /// It was in the record already.
    pub already: bool,
}

impl From<Fault> for OperationError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::NotTaken(error) | Fault::Abandoned(error) => Self::Platform(error),
            Fault::Closed => Self::NotSignedIn,
            Fault::Lost => Self::Lost,
            Fault::Failed(reason) => Self::NotImported { reason },
            Fault::Uncertain => Self::Uncertain,
            Fault::Unreported => Self::Unreported,
        }
    }
}

impl AgentHandle {
    /// Makes an access code for the signed-in practitioner.
    ///
    /// # Errors
    /// [`OperationError`].
    pub async fn new_code(&self) -> Result<NewCode, OperationError> {
        Ok(self.session()?.calls.new_code().await?)
    }

    /// The permissions that the signed-in practitioner gave.
    ///
    /// # Errors
    /// [`OperationError`].
    pub async fn tokens(&self) -> Result<Vec<TokenInfo>, OperationError> {
        Ok(self.session()?.calls.tokens().await?.tokens)
    }

    /// Withdraws one of them.
    ///
    /// # Errors
    /// [`OperationError`].
    pub async fn withdraw(&self, token_id: &str) -> Result<(), OperationError> {
        Ok(self.session()?.calls.withdraw(token_id).await?)
    }

    /// What waits for the signed-in practitioner, oldest first.
    ///
    /// # Errors
    /// [`OperationError`].
    pub async fn inbox(&self) -> Result<Vec<Summary>, OperationError> {
        Ok(inbox::read_all(&self.session()?.calls).await?)
    }

    /// What waits, now and as it changes; costs nothing to look at.
    pub fn inbox_view(&self) -> watch::Receiver<Arc<InboxView>> {
        self.0.shared.inbox.subscribe()
    }

    /// What a notice says of a message of which an event told; the last 200 that this toolbar took and
    /// whatever waits, for as long as the practitioner is signed in.
    pub fn notice(&self, message_ref: &str) -> Option<NoticeDetail> {
        let shared = &self.0.shared;
        let waits = || shared.inbox.row(message_ref);
        let noted = shared.notices.get(message_ref);
        noted.or_else(|| waits().map(|row| NoticeDetail::of(&row)))
    }

    /// Opens a message for somebody to look at: nobody else can take it until it is decided, given back or
    /// dropped.
    ///
    /// # Errors
    /// [`OperationError`]; [`OperationError::HeldBy`] when somebody else has it.
    pub async fn open(&self, message_ref: &str) -> Result<Opened, OperationError> {
        review::open(&self.0.shared, self.session()?, message_ref).await
    }

    /// One message with its content, without taking it.
    ///
    /// # Errors
    /// [`OperationError`].
    pub async fn message(&self, message_ref: &str) -> Result<Detail, OperationError> {
        Ok(self.session()?.calls.detail(message_ref).await?)
    }

    /// The bytes of one attachment, checked; `None` if the message has none at `index`.
    ///
    /// # Errors
    /// [`OperationError`].
    pub async fn attachment(
        &self,
        message_ref: &str,
        index: u32,
    ) -> Result<Option<Bytes>, OperationError> {
        let calls = self.session()?.calls;
        let detail = calls.detail(message_ref).await?;
        let Some(info) = detail.attachments.iter().find(|info| info.index == index) else {
            return Ok(None);
        };
        let stream = calls.attachment(message_ref, info).await?;
        Ok(Some(stream.read_all().await?))
    }

    /// Opens a message and imports it.
    ///
    /// # Errors
    /// As [`Self::open`] and [`Opened::import`].
    pub async fn import(&self, message_ref: &str) -> Result<Imported, OperationError> {
        self.open(message_ref).await?.import().await
    }

    /// Opens a message and rejects it for `reason`, which its sender will read.
    ///
    /// # Errors
    /// As [`Self::open`] and [`Opened::reject`].
    pub async fn reject(&self, message_ref: &str, reason: &str) -> Result<Outcome, OperationError> {
        self.open(message_ref).await?.reject(reason).await
    }

    pub(super) fn session(&self) -> Result<Session, OperationError> {
        if *self.0.shared.offline.borrow() {
            return Err(OperationError::Offline);
        }
        let session = self.0.shared.session.borrow().clone();
        session.ok_or(OperationError::NotSignedIn)
    }
}
