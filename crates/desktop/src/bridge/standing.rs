//! From the toolbar's state to what the window says of it.

use super::desk::Desk;
use crate::screens::standing::who;
use crate::snapshot::{Standing, Who};
use std::time::Duration;
use toolbar::{AgentHandle, Connection, OfflineReason, SignedOutReason, State};
use wire::practice::PractitionerInfo;

/// A decision is handed over to the importer within this time; the outcome is waited for by the toolbar, not by whoever
/// signs out.
const HANDED_OVER: Duration = Duration::from_secs(1);

/// It could not even start.
pub(super) fn broken(words: &str) -> Standing {
    Standing::Broken {
        reason: super::words::sentence(words),
    }
}

impl Desk {
    /// Looks where the toolbar stands.
    pub(super) fn stand(&mut self) {
        let Some(agent) = &self.agent else { return };
        let state = agent.state().borrow().clone();
        let connection = agent.connection().borrow().clone();
        let before = who(&self.shown.standing).map(|who| who.spine_user_id.clone());
        self.leaving &= !is_out(&state);
        let standing = if self.leaving {
            Standing::Leaving
        } else {
            tell(agent, &state, &connection, &self.shown.standing)
        };
        let after = who(&standing).map(|who| who.spine_user_id.clone());
        let offline = matches!(standing, Standing::Offline { .. });
        self.shown.standing = standing;
        if before != after && !(offline && after.is_none()) {
            self.leave();
        }
        if matches!(self.shown.standing, Standing::Online { .. }) && before != after {
            self.retake();
            // The list may be on screen, and was the last practitioner's.
            self.read_permissions();
        }
        self.refresh_settings();
    }

    /// Takes the views again that [`Desk::leave`] emptied.
    fn retake(&mut self) {
        let Some(agent) = self.agent.clone() else {
            return;
        };
        let inbox = agent.inbox_view().borrow().clone();
        let widgets = agent.widgets().borrow().clone();
        self.take_inbox(inbox);
        self.take_widgets(widgets);
    }

    /// What the practitioner chose. What was decided is carried out; nothing of theirs stays on screen meanwhile.
    pub(super) fn sign_out(&mut self) {
        let Some(agent) = self.agent.clone() else {
            return;
        };
        if self.leaving {
            return;
        }
        self.finish_pending();
        let pause = if self.review.is_busy() {
            HANDED_OVER
        } else {
            Duration::ZERO
        };
        self.leaving = true;
        self.stand();
        self.aside_always(tokio::time::sleep(pause), move |desk, ()| {
            if desk.leaving {
                agent.sign_out();
            }
        });
    }

    /// Signs in again, or does not sign out after all.
    pub(super) fn sign_in(&mut self) {
        self.leaving = false;
        if let Some(agent) = &self.agent {
            agent.sign_in();
        }
        self.stand();
    }
}

/// Whoever wanted to leave has left.
fn is_out(state: &State) -> bool {
    !matches!(
        state,
        State::Connecting { .. } | State::Online { .. } | State::Offline { .. }
    )
}

fn tell(
    agent: &AgentHandle,
    state: &State,
    connection: &Connection,
    before: &Standing,
) -> Standing {
    match state {
        State::NotRegistered { reason } => Standing::NotRegistered {
            reason: super::words::sentence(reason),
        },
        State::SignedOut {
            reason: SignedOutReason::Starting,
        } => Standing::Starting,
        State::SignedOut { reason } => Standing::SignedOut {
            reason: why_out(*reason).to_owned(),
            by_choice: *reason == SignedOutReason::Asked,
        },
        State::Connecting { practitioner } => {
            // Who was offline a moment ago is not told apart from who is coming in.
            Standing::Connecting {
                who: person(agent, practitioner),
            }
        }
        State::Online {
            practitioner,
            practice,
        } => Standing::Online {
            who: Who {
                name: practitioner.name.clone(),
                spine_user_id: practitioner.spine_user_id.clone(),
                practice: practice.name.clone(),
                ods_code: practice.ods_code.clone(),
            },
        },
        State::Offline { reason } => Standing::Offline {
            who: who(before).cloned(),
            reason: match reason {
                OfflineReason::Asked => "It was taken off the network for a test.".to_owned(),
                OfflineReason::PlatformUnreachable => connection
                    .last_problem
                    .as_deref()
                    .map(super::words::sentence)
                    .unwrap_or_default(),
            },
            since: connection.since,
            next_try: connection.next_try,
        },
        State::Blocked { reason } => Standing::Blocked {
            reason: super::words::sentence(reason),
        },
    }
}

fn person(agent: &AgentHandle, practitioner: &PractitionerInfo) -> Who {
    let practice = agent.registration().map(|known| known.practice);
    let (practice, ods_code) = practice
        .map(|known| (known.name, known.ods_code))
        .unwrap_or_default();
    Who {
        name: practitioner.name.clone(),
        spine_user_id: practitioner.spine_user_id.clone(),
        practice,
        ods_code,
    }
}

/// Why nobody is signed in, and what to do about it.
fn why_out(reason: SignedOutReason) -> &'static str {
    match reason {
        SignedOutReason::Starting => "",
        SignedOutReason::NobodyAtRecordSystem => {
            "Log in to the record system on this PC: the toolbar signs in by itself."
        }
        SignedOutReason::RecordSystemUnreachable => {
            "The record system doesn't answer, so it isn't known who is working here. It is asked again by itself."
        }
        SignedOutReason::OtherPractice => {
            "Whoever is logged in to the record system belongs to another practice than this PC."
        }
        SignedOutReason::Asked => "You signed out.",
        SignedOutReason::Stopped => "The toolbar was stopped.",
    }
}
