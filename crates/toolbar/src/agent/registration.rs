//! This PC's registration and its user, as the person in front of it may change them.

use super::{AgentHandle, OperationError, RegistrationRequest};
use crate::device::{DeviceError, Registration};
use crate::sign_in::{Order, Wanted};
use crate::state::Connection;
use tokio::sync::{oneshot, watch};

/// Why this PC was not registered.
#[derive(Debug, thiserror::Error)]
pub enum RegisterError {
    /// It is registered; unregister it first.
    #[error("This PC is registered already.")]
    AlreadyRegistered,
    /// The platform refused.
    #[error("{words}")]
    Refused {
        /// Why, in words for people.
        words: String,
    },
    /// The platform did not answer, or not now.
    #[error("{words}")]
    Unreachable {
        /// Why, in words for people.
        words: String,
    },
    /// The registration could not be kept on this PC.
    #[error("This PC could not keep its registration: {0}.")]
    NotKept(#[from] DeviceError),
    /// The toolbar was stopped.
    #[error("The toolbar was stopped.")]
    Stopped,
}

impl AgentHandle {
    /// Makes this PC known to the platform, while it is [`State::NotRegistered`](crate::State::NotRegistered). Tries
    /// once, for a person who waits.
    ///
    /// # Errors
    /// [`RegisterError`].
    pub async fn register(
        &self,
        request: RegistrationRequest,
    ) -> Result<Registration, RegisterError> {
        let (reply, result) = oneshot::channel();
        self.0.shared.reception.order(Order::Register(Wanted {
            request,
            reply: Some(reply),
        }));
        result.await.unwrap_or(Err(RegisterError::Stopped))
    }

    /// Signs out, undoes the registration of this PC and forgets its keys. The toolbar runs on, not registered.
    ///
    /// # Errors
    /// [`OperationError`]; this PC is still registered then.
    pub async fn unregister(&self) -> Result<(), OperationError> {
        if self.is_offline() {
            return Err(OperationError::Offline);
        }
        let (reply, result) = oneshot::channel();
        let order = Order::Unregister(reply);
        self.0.shared.reception.order(order);
        match result.await {
            Ok(result) => Ok(result?),
            // The toolbar stopped.
            Err(_) => Err(OperationError::NotSignedIn),
        }
    }

    /// As what the platform knows this PC.
    pub fn registration(&self) -> Option<Registration> {
        self.0.shared.reception.device()?.registration().cloned()
    }

    /// Signs out whoever uses the record system now, until [`Self::sign_in`], or until they leave or somebody else
    /// comes.
    pub fn sign_out(&self) {
        self.0.shared.reception.send_away();
    }

    /// Undoes [`Self::sign_out`].
    pub fn sign_in(&self) {
        self.0.shared.reception.welcome();
    }

    /// How the line to the platform is, now and as it changes.
    pub fn connection(&self) -> watch::Receiver<Connection> {
        self.0.shared.reception.connection.subscribe()
    }

    /// Tries at once, if the toolbar waits for the next try.
    pub fn retry_now(&self) {
        self.0.shared.reception.retry_now();
    }
}
