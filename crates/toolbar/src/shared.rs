//! What the parts of a running toolbar share.

use crate::agent::Pace;
use crate::importer::Importer;
use crate::inbox::Inbox;
use crate::journal::Journal;
use crate::record_system::RecordSystem;
use crate::review::{LeftOpen, Notices};
use crate::sign_in::Reception;
use crate::state::{AgentEvent, State};
use crate::widgets::Widgets;
use model::{Clock, Entropy};
use sdk::{ToolbarClient, ToolbarSession};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, broadcast, watch};
use wire::practice::{PracticeInfo, PractitionerInfo};

/// A signed-in practitioner and the calls that this allows.
#[derive(Clone)]
pub(crate) struct Session {
    /// Grows with every sign-in of this toolbar.
    pub(crate) number: u64,
    pub(crate) calls: ToolbarSession,
    pub(crate) practitioner: PractitionerInfo,
    pub(crate) practice: PracticeInfo,
}

impl Session {
    /// Whether both are of one practitioner at one practice; the name may have been corrected between them.
    pub(crate) fn is_of_same_user(&self, other: &Self) -> bool {
        self.practitioner.spine_user_id == other.practitioner.spine_user_id
            && self.practice.ods_code == other.practice.ods_code
    }
}

/// Shared by sign-in, stream, importer and the handle.
pub(crate) struct Shared {
    pub(crate) platform: ToolbarClient,
    pub(crate) records: Arc<dyn RecordSystem>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) pace: Pace,
    pub(crate) state: watch::Sender<State>,
    /// The present session; `None` closes the gate for everything that isn't written yet.
    pub(crate) session: watch::Sender<Option<Session>>,
    pub(crate) offline: watch::Sender<bool>,
    pub(crate) stop: watch::Sender<bool>,
    pub(crate) events: broadcast::Sender<AgentEvent>,
    /// Asks for the inbox to be read again.
    pub(crate) sweep: Notify,
    pub(crate) importer: Importer,
    pub(crate) inbox: Inbox,
    pub(crate) notices: Notices,
    pub(crate) widgets: Widgets,
    pub(crate) journal: Journal,
    pub(crate) left_open: LeftOpen,
    /// What was asked of sign-in, and what it shows.
    pub(crate) reception: Reception,
}

impl Shared {
    /// Tells whoever listens; nobody needs to.
    pub(crate) fn tell(&self, event: AgentEvent) {
        // An error only says that nobody listens.
        let _ = self.events.send(event);
    }

    /// Moves to `state` and says so once.
    pub(crate) fn show(&self, state: State) {
        self.state.send_if_modified(|now| {
            let changed = *now != state;
            if changed {
                self.reception.moved(now, &state, self.clock.now());
            }
            *now = state;
            changed
        });
    }

    /// Returns when the toolbar stops.
    pub(crate) async fn stopped(&self) {
        // It fails only when the toolbar is gone, which is a stop too.
        let _ = self.stop.subscribe().wait_for(|stop| *stop).await;
    }

    pub(crate) fn stopping(&self) -> bool {
        *self.stop.borrow()
    }

    /// Whether a message may be written to the record on behalf of `session` at this moment.
    pub(crate) fn may_write(&self, session: &Session) -> bool {
        let present = self
            .session
            .borrow()
            .as_ref()
            .is_some_and(|now| now.is_of_same_user(session));
        present && !*self.offline.borrow() && !self.stopping()
    }

    /// Waits for `time`, or until the toolbar stops; says whether it does.
    pub(crate) async fn pause(&self, time: Duration) -> bool {
        let mut stop = self.stop.subscribe();
        tokio::select! {
            () = tokio::time::sleep(time) => false,
            _ = stop.wait_for(|stop| *stop) => true,
        }
    }
}
