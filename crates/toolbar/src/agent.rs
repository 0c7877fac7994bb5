//! The toolbar as one thing that is started, watched, asked and stopped.

mod config;
mod operations;

pub use config::{AgentConfig, Pace, RegistrationRequest};
pub use operations::{Imported, OperationError};

use crate::device::{Device, DeviceError, DeviceStore};
use crate::importer::{self, Importer};
use crate::journal::Journal;
use crate::record_system::{FhirR4, RecordSystem};
use crate::shared::Shared;
use crate::sign_in;
use crate::state::{AgentEvent, SignedOutReason, State};
use sdk::{BadAddress, ToolbarClient};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use tokio::sync::{Notify, broadcast, watch};
use tokio::task::JoinHandle;

/// So many events wait for a slow listener; older ones are dropped.
const EVENTS_KEPT: usize = 256;

/// Why a toolbar does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The platform's address can't be used.
    #[error("the platform's address {0}")]
    Platform(BadAddress),
    /// The record system's address can't be used.
    #[error("the record system's address {0}")]
    RecordSystem(BadAddress),
    /// The device can't be read.
    #[error(transparent)]
    Device(#[from] DeviceError),
}

/// The toolbar without a window.
#[derive(Debug)]
pub struct Agent;

/// A running toolbar. Clones are the same toolbar; it stops when the last one is dropped.
#[derive(Clone)]
pub struct AgentHandle(Arc<Running>);

struct Running {
    shared: Arc<Shared>,
    store: DeviceStore,
    device: Arc<OnceLock<Device>>,
    tasks: Mutex<Vec<JoinHandle<()>>>,
}

impl Agent {
    /// Starts a toolbar whose record system speaks FHIR R4. It returns at once; sign-in goes on in the
    /// background and shows in [`AgentHandle::state`].
    ///
    /// # Errors
    /// [`StartError`]. A platform or record system that doesn't answer is no reason.
    pub async fn start(config: AgentConfig) -> Result<AgentHandle, StartError> {
        let records = FhirR4::new(
            config.http.clone(),
            &config.record_system_url,
            Arc::clone(&config.entropy),
        )
        .map_err(StartError::RecordSystem)?;
        Self::start_with(config, Arc::new(records)).await
    }

    /// Starts a toolbar with another record system; `record_system_url` is not used then.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub async fn start_with(
        config: AgentConfig,
        records: Arc<dyn RecordSystem>,
    ) -> Result<AgentHandle, StartError> {
        let platform =
            ToolbarClient::new(config.http, &config.platform_url).map_err(StartError::Platform)?;
        let journal = Journal::new(&config.data_dir);
        let (store, kept) = open(config.data_dir).await?;
        let (importer, orders) = Importer::new();
        let shared = Arc::new(Shared {
            platform,
            records,
            clock: config.clock,
            entropy: config.entropy,
            pace: config.pace,
            state: watch::Sender::new(State::SignedOut {
                reason: SignedOutReason::Starting,
            }),
            session: watch::Sender::new(None),
            offline: watch::Sender::new(false),
            stop: watch::Sender::new(false),
            events: broadcast::Sender::new(EVENTS_KEPT),
            sweep: Notify::new(),
            importer,
            journal,
        });
        let device = Arc::new(OnceLock::new());
        let imports = tokio::spawn(importer::dispatch(Arc::clone(&shared), orders));
        let (seen, keep, known) = (Arc::clone(&shared), store.clone(), Arc::clone(&device));
        let signing_in = tokio::spawn(async move {
            let users = sign_in::watch_user(Arc::clone(&seen));
            let found = sign_in::registered(&seen, &keep, kept, config.registration).await;
            if let Some(found) = found {
                sign_in::follow_user(&seen, known.get_or_init(|| found), users).await;
            }
        });
        Ok(AgentHandle(Arc::new(Running {
            shared,
            store,
            device,
            tasks: Mutex::new(vec![signing_in, imports]),
        })))
    }
}

async fn open(dir: std::path::PathBuf) -> Result<(DeviceStore, Option<Device>), DeviceError> {
    let opened = tokio::task::spawn_blocking(move || {
        let store = DeviceStore::open(&dir)?;
        let kept = store.load()?;
        Ok((store, kept))
    });
    opened
        .await
        .unwrap_or(Err(DeviceError::Damaged(crate::device::DEVICE_FILE)))
}

impl AgentHandle {
    /// Where the toolbar stands, now and as it changes.
    pub fn state(&self) -> watch::Receiver<State> {
        self.0.shared.state.subscribe()
    }

    /// What the toolbar does from now on. A listener that is more than 256 events behind misses some.
    pub fn events(&self) -> broadcast::Receiver<AgentEvent> {
        self.0.shared.events.subscribe()
    }

    /// Takes the toolbar off the network (`true`) or back on it: the stream is closed, nothing is imported,
    /// no order is taken. For the sandbox.
    pub fn set_offline(&self, offline: bool) {
        self.0.shared.offline.send_replace(offline);
    }

    /// Whether it was taken off the network.
    pub fn is_offline(&self) -> bool {
        *self.0.shared.offline.borrow()
    }

    /// Finishes what is being written, signs out and stops. Other clones of the handle are of no more use.
    pub async fn shutdown(&self) {
        self.0.shared.stop.send_replace(true);
        let tasks =
            std::mem::take(&mut *self.0.tasks.lock().unwrap_or_else(PoisonError::into_inner));
        let most = self.0.shared.pace.drain * 2;
        for mut task in tasks {
            if tokio::time::timeout(most, &mut task).await.is_err() {
                task.abort();
            }
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.shared.stop.send_replace(true);
    }
}

impl std::fmt::Debug for AgentHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("AgentHandle")
            .field(&*self.0.shared.state.borrow())
            .finish()
    }
}
