//! A message that somebody looks at: opened under a claim that is kept alive, and imported, rejected or given
//! back under that same claim.

mod kept;
mod left_open;
mod notices;
mod reject;

pub use crate::importer::{Holding, WhyLost};
pub(crate) use left_open::LeftOpen;
pub use notices::NoticeDetail;
pub(crate) use notices::Notices;

use crate::agent::{Imported, OperationError};
use crate::importer::{Fault, claim};
use crate::shared::{Session, Shared};
use bytes::Bytes;
use kept::{Deed, Kept};
use std::sync::Arc;
use tokio::sync::{oneshot, watch};
use wire::practice::{ClaimMode, Detail, Outcome};
use wire::problem::ProblemType;

/// An open message: nobody else can take it. Dropping it gives it back, in the background.
///
/// It is lost when the practitioner signs out, when the toolbar goes offline, and when the claim could not be
/// renewed in time; [`Self::held`] says so, and nothing can be decided any more.
pub struct Opened {
    detail: Detail,
    shared: Arc<Shared>,
    session: Session,
    holding: watch::Receiver<Holding>,
    decide: oneshot::Sender<Deed>,
}

impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Opened")
            .field("message_ref", &self.detail.summary.message_ref)
            .field("holding", &*self.holding.borrow())
            .finish_non_exhaustive()
    }
}

/// Opens a message for `session`. If whoever asked goes away meanwhile, it is given back.
pub(crate) async fn open(
    shared: &Arc<Shared>,
    session: Session,
    message_ref: &str,
) -> Result<Opened, OperationError> {
    // From here on a user who leaves waits for us.
    let counted = shared.importer.begin();
    let (shared, message_ref) = (Arc::clone(shared), message_ref.to_owned());
    // The claim must not be forgotten between the platform's answer and ours.
    let opening = tokio::spawn(async move {
        let claimed = claim(&shared, &session, &message_ref, ClaimMode::Review).await;
        let (detail, hold) = claimed.map_err(|fault| not_opened(&shared, &message_ref, fault))?;
        let (decide, decided) = oneshot::channel();
        let opened = Opened {
            detail,
            shared: Arc::clone(&shared),
            session: session.clone(),
            holding: hold.holding(),
            decide,
        };
        let kept = Kept {
            shared,
            session,
            hold,
            counted,
        };
        tokio::spawn(kept::keep(kept, decided));
        Ok(opened)
    });
    // An error says that the toolbar's runtime ends.
    opening.await.unwrap_or(Err(OperationError::NotSignedIn))
}

/// Why a message could not be opened, as a person should read it.
fn not_opened(shared: &Shared, message_ref: &str, fault: Fault) -> OperationError {
    match &fault {
        Fault::NotTaken(error) if error.kind() == Some(ProblemType::MessageHeld) => {
            if shared.importer.works_on(message_ref) {
                return OperationError::Busy;
            }
            let problem = error.refusal().and_then(|refusal| refusal.problem.as_ref());
            OperationError::HeldBy {
                name: problem.and_then(|problem| problem.held_by.clone()),
            }
        }
        Fault::NotTaken(error) if error.kind() == Some(ProblemType::LeaseLost) => {
            OperationError::Ended
        }
        _ => fault.into(),
    }
}

impl Opened {
    /// The message as it was when it was opened.
    pub fn detail(&self) -> &Detail {
        &self.detail
    }

    /// Whether the message is still held, now and as it changes.
    pub fn held(&self) -> watch::Receiver<Holding> {
        self.holding.clone()
    }

    /// The bytes of one attachment, checked against their hash. May be asked for while others are.
    ///
    /// # Errors
    /// [`OperationError`]; [`OperationError::NoSuchAttachment`] if the message has none at `index`.
    pub async fn attachment(&self, index: u32) -> Result<Bytes, OperationError> {
        if *self.shared.offline.borrow() {
            return Err(OperationError::Offline);
        }
        let mut attachments = self.detail.attachments.iter();
        let info = attachments.find(|info| info.index == index);
        let info = info.ok_or(OperationError::NoSuchAttachment)?;
        let calls = &self.session.calls;
        let reference = &self.detail.summary.message_ref;
        Ok(calls.attachment(reference, info).await?.read_all().await?)
    }

    /// Puts the message into the record, in its turn: one message at a time for each patient. It goes on if
    /// this future is dropped; an [`crate::AgentEvent`] tells how it went.
    ///
    /// # Errors
    /// [`OperationError`]. Nothing was written unless it is [`OperationError::Uncertain`] or
    /// [`OperationError::Unreported`]. The message is given back, or waits again when its claim is over.
    pub async fn import(self) -> Result<Imported, OperationError> {
        let (reply, result) = oneshot::channel();
        let message = Box::new(self.detail);
        if self.decide.send(Deed::Import { message, reply }).is_err() {
            return Err(OperationError::Lost);
        }
        // Without an answer it was lost before its turn came, or the toolbar stopped.
        result
            .await
            .map_or(Err(OperationError::Lost), |result| Ok(result?))
    }

    /// Refuses the message; `reason` has 1 to 500 characters, and its sender will read it. One that is in the
    /// record is completed instead. It goes on if this future is dropped.
    ///
    /// # Errors
    /// [`OperationError`]; [`OperationError::InRecord`] when it was completed. The message is given back
    /// otherwise.
    pub async fn reject(self, reason: &str) -> Result<Outcome, OperationError> {
        let (reply, result) = oneshot::channel();
        let deed = Deed::Reject {
            message: Box::new(self.detail),
            reason: reason.to_owned(),
            reply,
        };
        if self.decide.send(deed).is_err() {
            return Err(OperationError::Lost);
        }
        result.await.unwrap_or(Err(OperationError::Lost))
    }

    /// Gives the message back, as dropping it does, and says whether that worked.
    ///
    /// # Errors
    /// [`OperationError`]; the claim ends by itself within a minute then.
    pub async fn release(self) -> Result<(), OperationError> {
        let (reply, result) = oneshot::channel();
        if self.decide.send(Deed::Release { reply }).is_err() {
            return Err(OperationError::Lost);
        }
        result.await.unwrap_or(Err(OperationError::Lost))
    }
}
