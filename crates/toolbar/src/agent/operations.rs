//! What a practitioner can ask of the toolbar: codes, permissions, and messages that wait.

use super::AgentHandle;
use crate::importer::{Fault, Order, Work};
use crate::inbox;
use crate::shared::Session;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;
use wire::practice::{ClaimMode, Detail, NewCode, Outcome, Summary, TokenInfo};

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
    /// The message is being imported at this moment.
    #[error("the message is being imported already")]
    Busy,
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
            Fault::Busy => Self::Busy,
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

    /// Imports a message that somebody looked at.
    ///
    /// # Errors
    /// [`OperationError`].
    pub async fn import(&self, message_ref: &str) -> Result<Imported, OperationError> {
        let session = self.session()?;
        let detail = session.calls.detail(message_ref).await?;
        let (reply, result) = oneshot::channel();
        self.0.shared.importer.order(Order {
            message_ref: detail.summary.message_ref,
            nhs_number: detail.summary.nhs_number,
            mode: ClaimMode::Review,
            work: Work::Import,
            session,
            reply: Some(reply),
        });
        match result.await {
            Ok(result) => Ok(result?),
            // The toolbar stopped with the order in its queue.
            Err(_) => Err(OperationError::NotSignedIn),
        }
    }

    /// Refuses a message; `reason` has 1 to 500 characters, and its sender will read it. One that is in the
    /// record is completed instead: its sender must not read that it isn't.
    ///
    /// # Errors
    /// [`OperationError`]; [`OperationError::InRecord`] when it was completed.
    pub async fn reject(&self, message_ref: &str, reason: &str) -> Result<Outcome, OperationError> {
        let session = self.session()?;
        let calls = &session.calls;
        let claimed = calls.claim(message_ref, ClaimMode::Review).await?;
        let message = &claimed.message;
        let filed = self
            .0
            .shared
            .records
            .already_filed(&message.client_system_id, &message.summary.message_id)
            .await;
        let done = match filed {
            Ok(true) => match calls.complete(message_ref, claimed.fence).await {
                Ok(_) => return Err(OperationError::InRecord),
                Err(error) => {
                    tracing::warn!(message_ref, %error, "import not reported");
                    // With the note it is told later; without it, at the next order.
                    let user = &session.practitioner.spine_user_id;
                    let _ = self.0.shared.journal.note(message_ref, user).await;
                    Err(OperationError::Unreported)
                }
            },
            Ok(false) => {
                let rejected = calls.reject(message_ref, claimed.fence, reason).await;
                rejected.map_err(OperationError::from)
            }
            Err(_) => Err(OperationError::RecordSystemSilent),
        };
        if done.is_err() {
            // Without it the claim ends by itself.
            let _ = calls.release(message_ref, claimed.fence).await;
        }
        done
    }

    /// Undoes the registration of this PC, forgets its device and stops.
    ///
    /// # Errors
    /// [`OperationError`]; the toolbar goes on then.
    pub async fn unregister(&self) -> Result<(), OperationError> {
        let shared = &self.0.shared;
        let assertion = self.0.device.get().and_then(|device| {
            device.assert_itself(
                shared.platform.audience(),
                shared.clock.now(),
                shared.entropy.as_ref(),
            )
        });
        if let Some(assertion) = assertion {
            shared.platform.unregister(&assertion).await?;
        }
        let store = self.0.store.clone();
        // If the file stays, the platform refuses it all the same.
        let _ = tokio::task::spawn_blocking(move || store.remove()).await;
        self.shutdown().await;
        Ok(())
    }

    fn session(&self) -> Result<Session, OperationError> {
        if *self.0.shared.offline.borrow() {
            return Err(OperationError::Offline);
        }
        let session = self.0.shared.session.borrow().clone();
        session.ok_or(OperationError::NotSignedIn)
    }
}
