//! Follows the record system's current user: signs in, stays signed in, signs out.

mod register;
mod user;

pub(crate) use register::registered;
pub(crate) use user::{Observed, watch_user};

use crate::backoff::Backoff;
use crate::device::Device;
use crate::live::{self, End};
use crate::shared::{Session, Shared};
use crate::state::{OfflineReason, SignedOutReason, State};
use sdk::Error;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, timeout};
use wire::practice::CurrentUser;

/// Signing out must not hold up whoever signs in next.
const SIGN_OUT_TIMEOUT: Duration = Duration::from_secs(5);

/// Signs in and out for `device` until the toolbar stops.
pub(crate) async fn follow_user(
    shared: &Shared,
    device: &Device,
    mut users: watch::Receiver<Observed>,
) {
    let mut here = Here::new(shared);
    while !shared.stopping() {
        let observed = users.borrow_and_update().clone();
        match wanted(shared, device, &observed) {
            Ok(user) => {
                let mut watching = users.clone();
                tokio::select! {
                    () = here.be(device, &user) => {}
                    () = disturbed(shared, &mut watching, &user) => {}
                }
            }
            Err(state) => {
                let offline = matches!(state, State::Offline { .. });
                // An offline toolbar keeps its session, as one does whose cable was pulled.
                if !offline {
                    here.leave().await;
                }
                shared.show(state);
                wait_for_change(shared, &mut users, offline).await;
            }
        }
    }
    here.leave().await;
    shared.show(State::SignedOut {
        reason: SignedOutReason::Stopped,
    });
}

/// Who should be signed in; or else what to show.
fn wanted(shared: &Shared, device: &Device, observed: &Observed) -> Result<CurrentUser, State> {
    if *shared.offline.borrow() {
        return Err(State::Offline {
            reason: OfflineReason::Asked,
        });
    }
    let reason = match observed {
        Observed::User(user) => {
            let ours = device.registration().map(|known| &known.practice.ods_code);
            if ours == Some(&user.ods_code) {
                return Ok(user.clone());
            }
            SignedOutReason::OtherPractice
        }
        Observed::NotYet => SignedOutReason::Starting,
        Observed::Nobody => SignedOutReason::NobodyAtRecordSystem,
        Observed::Unreachable => SignedOutReason::RecordSystemUnreachable,
    };
    Err(State::SignedOut { reason })
}

/// Returns when `user` should not be signed in any more.
async fn disturbed(shared: &Shared, users: &mut watch::Receiver<Observed>, user: &CurrentUser) {
    let mut offline = shared.offline.subscribe();
    let mut stop = shared.stop.subscribe();
    let other = |observed: &Observed| !matches!(observed, Observed::User(now) if now == user);
    tokio::select! {
        _ = users.wait_for(other) => {}
        _ = offline.wait_for(|offline| *offline) => {}
        _ = stop.wait_for(|stop| *stop) => {}
    }
}

/// Returns when another user may be wanted; `was_offline` is what the present state was decided from.
async fn wait_for_change(
    shared: &Shared,
    users: &mut watch::Receiver<Observed>,
    was_offline: bool,
) {
    let mut offline = shared.offline.subscribe();
    let mut stop = shared.stop.subscribe();
    tokio::select! {
        _ = users.changed() => {}
        _ = offline.wait_for(|offline| *offline != was_offline) => {}
        _ = stop.wait_for(|stop| *stop) => {}
    }
}

/// Who is signed in at the platform from here, and where their stream stands.
struct Here<'a> {
    shared: &'a Shared,
    session: Option<Session>,
    last_event_id: Option<String>,
    sign_ins: u64,
    backoff: Backoff,
}

impl<'a> Here<'a> {
    fn new(shared: &'a Shared) -> Self {
        Self {
            shared,
            session: None,
            last_event_id: None,
            sign_ins: 0,
            backoff: Backoff::new(shared.pace.retry, shared.pace.retry_most),
        }
    }

    /// One round of being signed in as `user`: returns when the stream or the sign-in ended. May be
    /// dropped at any point.
    async fn be(&mut self, device: &Device, user: &CurrentUser) {
        let same = |session: &Session| session.practitioner.spine_user_id == user.spine_user_id;
        if !self.session.as_ref().is_some_and(same) {
            self.leave().await;
            self.shared.show(State::Connecting {
                practitioner: wire::practice::PractitionerInfo {
                    spine_user_id: user.spine_user_id.clone(),
                    name: user.name.clone(),
                },
            });
            if let Err(error) = self.sign_in(device, user).await {
                self.rest_after(&error).await;
                return;
            }
        }
        let Some(session) = self.session.clone() else {
            return;
        };
        let began = Instant::now();
        let end = live::follow(self.shared, &session, &mut self.last_event_id).await;
        // A platform that says hello and hangs up is not well yet.
        if began.elapsed() >= self.shared.pace.heartbeat {
            self.backoff.reset();
        }
        match end {
            End::SessionOver => {
                self.session = None;
                self.shared.session.send_replace(None);
                // Somebody ends every session at once, or the clock ran on: no rush.
                let wait = self.backoff.next(self.shared.entropy.as_ref(), None);
                self.shared.pause(wait).await;
            }
            End::Cut(error) => {
                tracing::info!(%error, "stream cut");
                self.rest_after(&error).await;
            }
        }
    }

    async fn sign_in(&mut self, device: &Device, user: &CurrentUser) -> Result<(), Error> {
        let shared = self.shared;
        let assertion = device
            .assert_practitioner(
                &user.spine_user_id,
                &user.name,
                shared.platform.audience(),
                shared.clock.now(),
                shared.entropy.as_ref(),
            )
            .ok_or_else(|| Error::Unintelligible("this PC is not registered".to_owned()))?;
        let signed_in = shared.platform.sign_in(assertion).await?;
        self.sign_ins += 1;
        let session = Session {
            number: self.sign_ins,
            calls: shared.platform.session(&signed_in)?,
            practitioner: signed_in.practitioner,
            practice: signed_in.practice,
        };
        shared.session.send_replace(Some(session.clone()));
        self.session = Some(session);
        Ok(())
    }

    /// Shows what `error` means for the practice, and waits before the next try.
    async fn rest_after(&mut self, error: &Error) {
        let words = error.refusal().map(|refusal| refusal.words.clone());
        let words = words.filter(|words| !words.is_empty());
        let state = match error.status() {
            Some(403) => State::Blocked {
                reason: words.unwrap_or_else(|| "The platform blocks this PC.".to_owned()),
            },
            Some(401) => State::NotRegistered {
                reason: words.unwrap_or_else(|| "The platform does not know this PC.".to_owned()),
            },
            _ => State::Offline {
                reason: OfflineReason::PlatformUnreachable,
            },
        };
        self.shared.show(state);
        let wait = self
            .backoff
            .next(self.shared.entropy.as_ref(), error.retry_after());
        self.shared.pause(wait).await;
    }

    /// Closes the gate, lets what was written be reported, and signs out.
    async fn leave(&mut self) {
        self.last_event_id = None;
        let Some(session) = self.session.take() else {
            return;
        };
        self.shared.session.send_replace(None);
        let shared = self.shared;
        let drained = timeout(shared.pace.drain, shared.importer.idle()).await;
        if drained.is_ok() || shared.stopping() {
            // What is still unreported then is in the journal.
            let _ = timeout(SIGN_OUT_TIMEOUT, session.calls.sign_out()).await;
            return;
        }
        // What is being written needs this session to be reported; the closed gate keeps the rest out.
        let (idle, most) = (shared.importer.idle(), shared.pace.report_for);
        tokio::spawn(async move {
            let _ = timeout(most, idle).await;
            let _ = timeout(SIGN_OUT_TIMEOUT, session.calls.sign_out()).await;
        });
    }
}
