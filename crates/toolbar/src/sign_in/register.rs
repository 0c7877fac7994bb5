//! Makes this PC known to the platform.

use super::reception::{Order, Wanted, rest};
use super::{disk, words};
use crate::agent::{RegisterError, RegistrationRequest};
use crate::backoff::Backoff;
use crate::device::{Device, DeviceError, DeviceStore};
use crate::shared::Shared;
use crate::state::{OfflineReason, State};
use sdk::Error;
use std::sync::Arc;
use tokio::sync::mpsc;
use wire::practice::Register;

/// The registered device: `kept`, or a new one if somebody wants and has a key for it. `None` when the toolbar stops
/// first; without a good key that is what this waits for.
pub(super) async fn registered(
    shared: &Shared,
    store: &DeviceStore,
    mut kept: Option<Device>,
    mut wanted: Option<Wanted>,
    orders: &mut mpsc::UnboundedReceiver<Order>,
) -> Option<Device> {
    if let Some(device) = kept.take_if(|device| device.registration().is_some()) {
        return Some(device);
    }
    let mut reason = "This PC is not registered. Register it with a two-part key.".to_owned();
    let mut backoff = Backoff::new(shared.pace.retry, shared.pace.retry_most);
    loop {
        if let Some(asked) = wanted.take() {
            let fault = match attempt(shared, store, kept.take(), &asked.request).await {
                Ok(device) => {
                    answer(
                        asked,
                        device.registration().cloned().ok_or(RegisterError::Stopped),
                    );
                    return Some(device);
                }
                Err(fault) => fault,
            };
            // The key pair that was shown is shown again, should only the answer have been lost.
            kept = disk(store, DeviceStore::load).await.ok().flatten();
            match fault {
                Fault::Away(error) if asked.reply.is_none() => {
                    shared.show(State::Offline {
                        reason: OfflineReason::PlatformUnreachable,
                    });
                    let wait = backoff.next(shared.entropy.as_ref(), error.retry_after());
                    let problem = words::problem(&error);
                    tokio::select! {
                        stops = rest(shared, wait, Some(&problem)) => {
                            if stops {
                                return None;
                            }
                            wanted = Some(asked);
                        }
                        Some(order) = orders.recv() => wanted = take(shared, store, &mut kept, order).await,
                    }
                    continue;
                }
                fault => {
                    if let Fault::NotKept(error) = &fault {
                        tracing::warn!(%error, "this PC can't keep its registration");
                    }
                    let fault = fault.told();
                    reason = fault.to_string();
                    answer(asked, Err(fault));
                }
            }
        }
        shared.show(State::NotRegistered {
            reason: reason.clone(),
        });
        let order = tokio::select! {
            () = shared.stopped() => None,
            order = orders.recv() => order,
        };
        wanted = take(shared, store, &mut kept, order?).await;
    }
}

fn answer(asked: Wanted, result: Result<crate::device::Registration, RegisterError>) {
    if let Some(reply) = asked.reply {
        // Whoever asked may have gone.
        let _ = reply.send(result);
    }
}

/// What is wanted after an order that came while this PC is not registered.
async fn take(
    shared: &Shared,
    store: &DeviceStore,
    kept: &mut Option<Device>,
    order: Order,
) -> Option<Wanted> {
    match order {
        Order::Register(wanted) => Some(wanted),
        Order::Unregister(reply) => {
            *kept = None;
            super::forget(shared, store).await;
            let _ = reply.send(Ok(()));
            None
        }
    }
}

/// Why one attempt failed.
enum Fault {
    /// The platform did not answer, or not now.
    Away(Error),
    Refused(Error),
    NotKept(DeviceError),
}

impl Fault {
    fn told(self) -> RegisterError {
        match self {
            Self::Away(error) => RegisterError::Unreachable {
                words: words::problem(&error),
            },
            Self::Refused(error) => RegisterError::Refused {
                words: words::problem(&error),
            },
            Self::NotKept(error) => RegisterError::NotKept(error),
        }
    }
}

async fn attempt(
    shared: &Shared,
    store: &DeviceStore,
    kept: Option<Device>,
    request: &RegistrationRequest,
) -> Result<Device, Fault> {
    let device = match kept {
        Some(device) => device,
        None => Device::generate(shared.entropy.as_ref()).map_err(Fault::NotKept)?,
    };
    // Kept before it is sent: if the answer is lost, the same key is shown again.
    let device = save(shared, store, device).await.map_err(Fault::NotKept)?;
    let body = Register {
        key_part1: request.key_part1.reveal().to_owned(),
        key_part2: request.key_part2.reveal().to_owned(),
        organisation_code: request.organisation_code.clone(),
        device_name: request.device_name.clone(),
        public_key: device.public_key(),
    };
    match shared.platform.register(&body).await {
        Ok(answer) => save(shared, store, device.registered(answer))
            .await
            .map_err(Fault::NotKept),
        Err(error) if error.is_temporary() => Err(Fault::Away(error)),
        Err(error) => Err(Fault::Refused(error)),
    }
}

async fn save(shared: &Shared, store: &DeviceStore, device: Device) -> Result<Device, DeviceError> {
    let entropy = Arc::clone(&shared.entropy);
    disk(store, move |store| {
        store.save(&device, entropy.as_ref()).map(|()| device)
    })
    .await
}
