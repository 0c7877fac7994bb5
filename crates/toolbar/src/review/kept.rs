//! Who holds an open message: keeps the claim, carries out what was decided, and gives the message back when
//! nobody decides.

use crate::Imported;
use crate::agent::OperationError;
use crate::importer::{Claimed, Counted, Fault, Hold, Order, WhyLost, Work, give_back};
use crate::review::reject::reject;
use crate::shared::{Session, Shared};
use std::sync::Arc;
use tokio::sync::oneshot;
use wire::practice::{ClaimMode, Detail, Outcome};

/// What was decided about an open message.
pub(super) enum Deed {
    Import {
        message: Box<Detail>,
        reply: oneshot::Sender<Result<Imported, Fault>>,
    },
    Reject {
        message: Box<Detail>,
        reason: String,
        reply: oneshot::Sender<Result<Outcome, OperationError>>,
    },
    Release {
        reply: oneshot::Sender<Result<(), OperationError>>,
    },
}

/// An open message.
pub(super) struct Kept {
    pub(super) shared: Arc<Shared>,
    pub(super) session: Session,
    pub(super) hold: Hold,
    /// A user who leaves waits until the message was given back.
    pub(super) counted: Counted,
}

/// Keeps a message until one of its ends. Whoever asked for a deed may go away meanwhile: it is done.
pub(super) async fn keep(kept: Kept, decided: oneshot::Receiver<Deed>) {
    let (left_open, reference) = (&kept.shared.left_open, kept.hold.message_ref());
    left_open.note(reference, kept.hold.fence()).await;
    let end = tokio::select! {
        biased;
        () = kept.hold.lost() => End::Lost,
        // An error says that it was closed.
        deed = decided => deed.map_or(End::Closed, End::Decided),
        why = closed(&kept.shared, &kept.session) => {
            kept.hold.lose(why);
            End::Closed
        }
    };
    // First of all: what may be written from now on is the journal's, and must not be given back after a crash.
    left_open.forget(reference).await;
    match end {
        End::Lost => {}
        End::Closed => kept.give_back().await,
        End::Decided(deed) => kept.carry_out(deed).await,
    }
}

/// How a message that was open is no longer.
enum End {
    /// The claim is over.
    Lost,
    /// It is to be given back.
    Closed,
    Decided(Deed),
}

impl Kept {
    async fn carry_out(self, deed: Deed) {
        let Self {
            shared,
            session,
            hold,
            counted,
        } = self;
        match deed {
            Deed::Import { message, reply } => shared.importer.order(Order {
                message_ref: message.summary.message_ref.clone(),
                nhs_number: message.summary.nhs_number.clone(),
                mode: ClaimMode::Review,
                work: Work::Import,
                session,
                opened: Some(Claimed {
                    message: *message,
                    hold,
                    reply,
                }),
            }),
            Deed::Reject {
                message,
                reason,
                reply,
            } => {
                let done = reject(&shared, &session, &hold, &message, &reason).await;
                // Whoever asked may have gone.
                let _ = reply.send(done);
            }
            Deed::Release { reply } => {
                let released = give_back(&shared, &session, &hold).await;
                // As before.
                let _ = reply.send(released.map_err(OperationError::from));
            }
        }
        drop(counted);
    }

    /// Without it the claim ends by itself. A toolbar that plays offline does not call.
    async fn give_back(&self) {
        if !*self.shared.offline.borrow() {
            let _ = give_back(&self.shared, &self.session, &self.hold).await;
        }
    }
}

/// Returns when a message may not be open for `session` any more.
async fn closed(shared: &Shared, session: &Session) -> WhyLost {
    let mut sessions = shared.session.subscribe();
    let mut offline = shared.offline.subscribe();
    let gone =
        |now: &Option<Session>| !now.as_ref().is_some_and(|now| now.is_of_same_user(session));
    tokio::select! {
        _ = sessions.wait_for(gone) => WhyLost::SignedOut,
        _ = offline.wait_for(|offline| *offline) => WhyLost::Offline,
    }
}
