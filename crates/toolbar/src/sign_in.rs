//! Follows the record system's current user: signs in, stays signed in, signs out; and makes this PC known before.

mod here;
mod reception;
mod register;
mod user;
mod words;

pub(crate) use reception::{Order, Reception, Wanted};
pub(crate) use user::{Observed, watch_user};

use crate::agent::RegisterError;
use crate::device::{Device, DeviceError, DeviceStore};
use crate::shared::Shared;
use crate::state::{OfflineReason, SignedOutReason, State};
use here::Here;
use std::sync::Arc;
use tokio::sync::{mpsc, watch};
use wire::practice::CurrentUser;

/// Registers this PC where that is needed, and signs in and out, until the toolbar stops. `wanted` is not used for a
/// PC that is registered.
pub(crate) async fn run(
    shared: Arc<Shared>,
    store: DeviceStore,
    mut kept: Option<Device>,
    mut wanted: Option<Wanted>,
    mut orders: mpsc::UnboundedReceiver<Order>,
) {
    loop {
        let found =
            register::registered(&shared, &store, kept.take(), wanted.take(), &mut orders).await;
        let Some(device) = found.map(Arc::new) else {
            return;
        };
        shared
            .reception
            .device
            .send_replace(Some(Arc::clone(&device)));
        let left = follow_user(&shared, &store, &device, &mut orders).await;
        match left {
            Left::Stopped => return,
            Left::Unregistered => {}
            Left::Anew(anew) => wanted = Some(anew),
        }
        shared.reception.device.send_replace(None);
    }
}

/// Why nobody is followed any more.
enum Left {
    /// The toolbar stops.
    Stopped,
    /// This PC was unregistered.
    Unregistered,
    /// The platform does not know this PC, and somebody has a key for it.
    Anew(Wanted),
}

/// Signs in and out for `device`.
async fn follow_user(
    shared: &Shared,
    store: &DeviceStore,
    device: &Device,
    orders: &mut mpsc::UnboundedReceiver<Order>,
) -> Left {
    let mut here = Here::new(shared, store, device).await;
    let mut users = shared.reception.observed.subscribe();
    while !shared.stopping() {
        let observed = users.borrow_and_update().clone();
        let order = match wanted(shared, device, &observed) {
            Ok(user) => {
                let mut watching = users.clone();
                tokio::select! {
                    () = here.be(&user) => None,
                    () = disturbed(shared, &mut watching, &user) => None,
                    order = orders.recv() => order,
                }
            }
            Err(state) => {
                let offline = matches!(state, State::Offline { .. });
                // An offline toolbar keeps its session, as one does whose cable was pulled; and before the record
                // system has been asked, nobody knows whether somebody left.
                if !offline && observed != Observed::NotYet {
                    here.leave().await;
                }
                shared.show(state);
                tokio::select! {
                    () = wait_for_change(shared, &mut users, offline) => None,
                    order = orders.recv() => order,
                }
            }
        };
        match order {
            None => {}
            Some(Order::Register(anew)) => {
                let state = shared.state.borrow().clone();
                let unknown = matches!(state, State::NotRegistered { .. });
                if unknown {
                    here.leave().await;
                    return Left::Anew(anew);
                }
                if let Some(reply) = anew.reply {
                    // Whoever asked may have gone.
                    let _ = reply.send(Err(RegisterError::AlreadyRegistered));
                }
            }
            Some(Order::Unregister(reply)) => {
                here.leave().await;
                let done = unregister(shared, device).await;
                let gone = done.is_ok();
                if gone {
                    forget(shared, store).await;
                }
                let _ = reply.send(done);
                if gone {
                    return Left::Unregistered;
                }
            }
        }
    }
    here.leave().await;
    shared.show(State::SignedOut {
        reason: SignedOutReason::Stopped,
    });
    Left::Stopped
}

/// Tells the platform that this PC goes. A platform that does not know it needs not be told.
async fn unregister(shared: &Shared, device: &Device) -> Result<(), sdk::Error> {
    let now = shared.clock.now();
    let assertion = device.assert_itself(shared.platform.audience(), now, shared.entropy.as_ref());
    let Some(assertion) = assertion else {
        return Ok(());
    };
    match shared.platform.unregister(&assertion).await {
        // With a wrong clock, nothing is believed of what this PC says.
        Err(error) if error.status() == Some(401) && words::clock(&error, now).is_none() => Ok(()),
        done => done,
    }
}

/// Forgets this PC's keys and session.
async fn forget(shared: &Shared, store: &DeviceStore) {
    shared.reception.device.send_replace(None);
    if let Err(error) = disk(store, DeviceStore::remove).await {
        // If the file stays, the platform refuses it all the same.
        tracing::warn!(%error, "not everything of this PC's registration could be removed");
    }
}

/// Does something with the data directory without blocking other work.
async fn disk<T: Send + 'static>(
    store: &DeviceStore,
    work: impl FnOnce(&DeviceStore) -> Result<T, DeviceError> + Send + 'static,
) -> Result<T, DeviceError> {
    let store = store.clone();
    tokio::task::spawn_blocking(move || work(&store))
        .await
        .unwrap_or(Err(DeviceError::Damaged(crate::device::DEVICE_FILE)))
}

/// Who should be signed in; or else what to show.
fn wanted(shared: &Shared, device: &Device, observed: &Observed) -> Result<CurrentUser, State> {
    // Whoever was signed out by hand has left, or somebody else has come.
    match observed {
        Observed::Nobody => shared.reception.welcome(),
        Observed::User(user) if !shared.reception.is_sent_away(user) => shared.reception.welcome(),
        _ => {}
    }
    if *shared.offline.borrow() {
        return Err(State::Offline {
            reason: OfflineReason::Asked,
        });
    }
    let reason = match observed {
        Observed::User(user) => {
            let ours = device.registration().map(|known| &known.practice.ods_code);
            if ours != Some(&user.ods_code) {
                SignedOutReason::OtherPractice
            } else if shared.reception.is_sent_away(user) {
                SignedOutReason::Asked
            } else {
                return Ok(user.clone());
            }
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
    let mut away = shared.reception.sent_away.subscribe();
    let mut stop = shared.stop.subscribe();
    let other = |observed: &Observed| !matches!(observed, Observed::User(now) if now == user);
    tokio::select! {
        _ = users.wait_for(other) => {}
        _ = offline.wait_for(|offline| *offline) => {}
        _ = away.wait_for(|away| away.as_ref() == Some(&user.spine_user_id)) => {}
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
    let mut away = shared.reception.sent_away.subscribe();
    let mut stop = shared.stop.subscribe();
    let is_away = away.borrow_and_update().is_some();
    tokio::select! {
        _ = users.changed() => {}
        _ = offline.wait_for(|offline| *offline != was_offline) => {}
        _ = away.wait_for(|away| away.is_some() != is_away) => {}
        _ = stop.wait_for(|stop| *stop) => {}
    }
}
