//! Who is signed in at the platform from here: one round of it, and leaving.

use super::reception::rest;
use super::{disk, words};
use crate::backoff::Backoff;
use crate::device::{Device, DeviceStore, KeptSession};
use crate::live::{self, End};
use crate::shared::{Session, Shared};
use crate::state::{OfflineReason, State};
use jiff::Timestamp;
use sdk::{Error, ToolbarSession};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, timeout};
use wire::practice::{CurrentUser, PractitionerInfo, SignedIn};

/// Signing out must not hold up whoever signs in next.
const SIGN_OUT_TIMEOUT: Duration = Duration::from_secs(5);
/// Nor must what is left of an earlier run.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(3);

/// Who is signed in at the platform from here, and where their stream stands.
pub(super) struct Here<'a> {
    shared: &'a Shared,
    store: &'a DeviceStore,
    device: &'a Device,
    session: Option<Session>,
    /// A session that an earlier run of the toolbar could not end.
    left_over: Option<SignedIn>,
    /// Messages that were open in that run, and their claims.
    left_open: Vec<(String, u64)>,
    last_event_id: Option<String>,
    sign_ins: u64,
    backoff: Backoff,
}

impl<'a> Here<'a> {
    /// Nobody is signed in, but somebody may have been before the toolbar was killed.
    pub(super) async fn new(
        shared: &'a Shared,
        store: &'a DeviceStore,
        device: &'a Device,
    ) -> Self {
        let kept = disk(store, DeviceStore::load_session).await;
        let kept = kept.unwrap_or_else(|error| {
            tracing::info!(%error, "the kept session can't be read; signing in anew");
            None
        });
        let ours = |kept: &KeptSession| {
            device
                .registration()
                .is_some_and(|known| known.device_id == kept.device_id)
        };
        Self {
            shared,
            store,
            device,
            session: None,
            left_over: kept.filter(ours).map(|kept| kept.signed_in),
            left_open: shared.left_open.take().await,
            last_event_id: None,
            sign_ins: 0,
            backoff: Backoff::new(shared.pace.retry, shared.pace.retry_most),
        }
    }

    /// One round of being signed in as `user`: returns when the stream or the sign-in ended. May be
    /// dropped at any point.
    pub(super) async fn be(&mut self, user: &CurrentUser) {
        let same = |session: &Session| session.practitioner.spine_user_id == user.spine_user_id;
        if !self.session.as_ref().is_some_and(same) {
            self.close_left_open(user).await;
            let theirs = self
                .left_over
                .take_if(|kept| is_good(kept, user, self.shared.clock.now()));
            self.leave().await;
            self.shared.show(State::Connecting {
                practitioner: PractitionerInfo {
                    spine_user_id: user.spine_user_id.clone(),
                    name: user.name.clone(),
                },
            });
            let signed_in = match theirs {
                Some(kept) => self.begin(kept),
                None => self.sign_in(user).await,
            };
            if let Err(error) = signed_in {
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
                self.forget().await;
                // Somebody ends every session at once, or the clock ran on: no rush.
                let wait = self.backoff.next(self.shared.entropy.as_ref(), None);
                rest(self.shared, wait, None).await;
            }
            End::Cut(error) => {
                tracing::info!(%error, "stream cut");
                self.rest_after(&error).await;
            }
        }
    }

    /// Gives back what `user` had open when the toolbar was killed: nobody is looking at it now. What may have been
    /// written is the importer's to look into. Where that fails, the claims end by themselves.
    async fn close_left_open(&mut self, user: &CurrentUser) {
        let (shared, left) = (self.shared, std::mem::take(&mut self.left_open));
        let now = shared.clock.now();
        let theirs = self.left_over.as_ref();
        let theirs = theirs.filter(|kept| !left.is_empty() && is_good(kept, user, now));
        let Some(Ok(calls)) = theirs.map(|kept| shared.platform.session(kept)) else {
            return;
        };
        let closing = async {
            for (message_ref, fence) in left {
                if !matches!(shared.journal.noted(&message_ref).await, Ok(None)) {
                    continue;
                }
                if let Err(error) = calls.release(&message_ref, fence).await {
                    tracing::info!(message_ref, %error, "message left open is not given back");
                }
            }
        };
        let _ = timeout(CLOSE_TIMEOUT, closing).await;
    }

    async fn sign_in(&mut self, user: &CurrentUser) -> Result<(), Error> {
        let shared = self.shared;
        let assertion = self
            .device
            .assert_practitioner(
                &user.spine_user_id,
                &user.name,
                shared.platform.audience(),
                shared.clock.now(),
                shared.entropy.as_ref(),
            )
            .ok_or_else(|| Error::Unintelligible("this PC is not registered".to_owned()))?;
        let signed_in = shared.platform.sign_in(assertion).await?;
        let kept = self.device.registration().map(|known| KeptSession {
            device_id: known.device_id.clone(),
            signed_in: signed_in.clone(),
        });
        self.begin(signed_in)?;
        if let Some(kept) = kept {
            let entropy = Arc::clone(&shared.entropy);
            let saved = disk(self.store, move |store| {
                store.save_session(&kept, entropy.as_ref())
            })
            .await;
            if let Err(error) = saved {
                tracing::warn!(%error, "the session is not kept; after a crash there will be a new one");
            }
        }
        Ok(())
    }

    /// Makes a session the present one.
    fn begin(&mut self, signed_in: SignedIn) -> Result<(), Error> {
        self.sign_ins += 1;
        let session = Session {
            number: self.sign_ins,
            calls: self.shared.platform.session(&signed_in)?,
            practitioner: signed_in.practitioner,
            practice: signed_in.practice,
        };
        self.shared.session.send_replace(Some(session.clone()));
        self.session = Some(session);
        Ok(())
    }

    /// Shows what `error` means for the practice, and waits before the next try.
    async fn rest_after(&mut self, error: &Error) {
        let told = error.refusal().map(|refusal| refusal.words.clone());
        let told = told.filter(|words| !words.is_empty());
        let clock = words::clock(error, self.shared.clock.now());
        let problem = clock.clone().unwrap_or_else(|| words::problem(error));
        let state = match (error.status(), clock) {
            (_, Some(reason)) => State::Blocked { reason },
            (Some(403), _) => State::Blocked {
                reason: told.unwrap_or_else(|| "The platform blocks this PC.".to_owned()),
            },
            (Some(401), _) => State::NotRegistered {
                reason: told.unwrap_or_else(|| "The platform does not know this PC.".to_owned()),
            },
            _ => State::Offline {
                reason: OfflineReason::PlatformUnreachable,
            },
        };
        self.shared.show(state);
        let wait = self
            .backoff
            .next(self.shared.entropy.as_ref(), error.retry_after());
        rest(self.shared, wait, Some(&problem)).await;
    }

    /// Closes the gate, lets what was written be reported, and signs out. Signing out goes on if this is dropped.
    pub(super) async fn leave(&mut self) {
        self.last_event_id = None;
        let shared = self.shared;
        let calls = match (self.session.take(), self.left_over.take()) {
            (Some(session), _) => session.calls,
            (None, Some(kept)) => match shared.platform.session(&kept) {
                Ok(calls) => calls,
                Err(_) => return self.forget().await,
            },
            (None, None) => return,
        };
        shared.session.send_replace(None);
        let stopping = shared.stopping();
        // What is being written needs this session to be reported; the closed gate keeps the rest out. What is
        // still unreported at the end is in the journal.
        let most = if stopping {
            shared.pace.drain
        } else {
            shared.pace.report_for
        };
        let farewell = tokio::spawn(say_farewell(calls, shared.importer.idle(), most));
        self.forget().await;
        let drained = timeout(shared.pace.drain, shared.importer.idle()).await;
        if drained.is_ok() || stopping {
            // Whoever comes next does not wait longer.
            let _ = timeout(SIGN_OUT_TIMEOUT, farewell).await;
        }
    }

    async fn forget(&self) {
        if let Err(error) = disk(self.store, DeviceStore::forget_session).await {
            tracing::warn!(%error, "the session's file stays");
        }
    }
}

async fn say_farewell(calls: ToolbarSession, idle: impl Future<Output = ()>, most: Duration) {
    // Both are as good as done when their time is over: the session ends by itself.
    let _ = timeout(most, idle).await;
    let _ = timeout(SIGN_OUT_TIMEOUT, calls.sign_out()).await;
}

/// Whether a session of an earlier run is `user`'s and lives on.
fn is_good(kept: &SignedIn, user: &CurrentUser, now: Timestamp) -> bool {
    kept.practitioner.spine_user_id == user.spine_user_id
        && kept.practice.ods_code == user.ods_code
        && kept
            .expires_at
            .parse::<Timestamp>()
            .is_ok_and(|end| now < end)
}
