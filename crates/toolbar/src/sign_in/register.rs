//! Makes this PC known to the platform, once.

use crate::agent::RegistrationRequest;
use crate::backoff::Backoff;
use crate::device::{Device, DeviceError, DeviceStore};
use crate::shared::Shared;
use crate::state::{OfflineReason, State};
use sdk::Error;
use wire::practice::Register;

/// The registered device: the one that was kept, or a new one if `request` gives a key for it. `None` when
/// the toolbar stops first; without a good key that is what this waits for.
pub(crate) async fn registered(
    shared: &Shared,
    store: &DeviceStore,
    kept: Option<Device>,
    request: Option<RegistrationRequest>,
) -> Option<Device> {
    if let Some(device) = kept.as_ref()
        && device.registration().is_some()
    {
        return kept;
    }
    let reason = match request {
        None => "This PC is not registered. Register it with a two-part key.".to_owned(),
        Some(request) => match register(shared, store, kept, &request).await {
            Ok(device) => return device,
            Err(reason) => reason,
        },
    };
    shared.show(State::NotRegistered { reason });
    // Waiting fails only when the toolbar is gone, which is a stop too.
    let _ = shared.stop.subscribe().wait_for(|stop| *stop).await;
    None
}

/// `Err` with words when the platform will not have it.
async fn register(
    shared: &Shared,
    store: &DeviceStore,
    kept: Option<Device>,
    request: &RegistrationRequest,
) -> Result<Option<Device>, String> {
    let device = match kept {
        Some(device) => device,
        None => Device::generate(shared.entropy.as_ref()).map_err(in_words)?,
    };
    // Kept before it is sent: if the answer is lost, the same key is shown again.
    let device = save(shared, store, device).await.map_err(in_words)?;
    let body = Register {
        key_part1: request.key_part1.reveal().to_owned(),
        key_part2: request.key_part2.reveal().to_owned(),
        organisation_code: request.organisation_code.clone(),
        device_name: request.device_name.clone(),
        public_key: device.public_key(),
    };
    let mut backoff = Backoff::new(shared.pace.retry, shared.pace.retry_most);
    loop {
        match shared.platform.register(&body).await {
            Ok(answer) => {
                let device = save(shared, store, device.registered(answer)).await;
                return device.map(Some).map_err(in_words);
            }
            Err(error) if error.is_temporary() => {
                shared.show(State::Offline {
                    reason: OfflineReason::PlatformUnreachable,
                });
                let wait = backoff.next(shared.entropy.as_ref(), error.retry_after());
                if shared.pause(wait).await {
                    return Ok(None);
                }
            }
            Err(error) => return Err(refusal(&error)),
        }
    }
}

fn in_words(error: DeviceError) -> String {
    error.to_string()
}

fn refusal(error: &Error) -> String {
    match error.refusal() {
        Some(refusal) if !refusal.words.is_empty() => refusal.words.clone(),
        _ => format!("The platform did not register this PC: {error}"),
    }
}

/// Keeps the device without blocking other work.
async fn save(shared: &Shared, store: &DeviceStore, device: Device) -> Result<Device, DeviceError> {
    let (store, entropy) = (store.clone(), std::sync::Arc::clone(&shared.entropy));
    let saved =
        tokio::task::spawn_blocking(move || store.save(&device, entropy.as_ref()).map(|()| device));
    saved
        .await
        .unwrap_or(Err(DeviceError::Damaged(crate::device::DEVICE_FILE)))
}
