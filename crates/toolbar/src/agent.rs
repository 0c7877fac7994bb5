//! The toolbar as one thing that is started, watched, asked and stopped.

mod config;
mod operations;
mod patient;
mod registration;
mod widgets;

pub use config::{AgentConfig, Pace, RegistrationRequest};
pub use operations::{Imported, OperationError};
pub use registration::RegisterError;

use crate::device::{Device, DeviceError, DeviceStore};
use crate::importer::{self, Importer};
use crate::inbox::{self, Inbox};
use crate::journal::Journal;
use crate::keeper::KeyKeeper;
use crate::pc::Lock;
use crate::record_system::{self, RecordSystem};
use crate::review::{LeftOpen, Notices};
use crate::settings::{Bar, Settings, SettingsError};
use crate::shared::Shared;
use crate::sign_in::{self, Reception, Wanted};
use crate::state::{AgentEvent, SignedOutReason, State};
use crate::widgets::{self as bar, Widgets};
use sdk::{BadAddress, ToolbarClient};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{Notify, broadcast, watch};
use tokio::task::JoinHandle;

/// So many events wait for a slow listener; older ones are dropped.
const EVENTS_KEPT: usize = 256;
/// Whose holder uses the data directory.
const LOCK_FILE: &str = "toolbar.lock";

/// Why a toolbar does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// What was set can't be used.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The platform's address can't be used.
    #[error("the platform's address {0}")]
    Platform(BadAddress),
    /// The record system's address can't be used.
    #[error("the record system's address {0}")]
    RecordSystem(BadAddress),
    /// Another toolbar runs on this data directory: two of them would take each other's session.
    #[error("another toolbar is running with the same data folder")]
    InUse,
    /// The data directory can't be used.
    #[error("the data folder can't be used: {0}")]
    Folder(std::io::ErrorKind),
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
    tasks: Mutex<Vec<JoinHandle<()>>>,
    /// The data directory, until the toolbar has stopped.
    lock: Mutex<Option<Lock>>,
}

impl Agent {
    /// Starts a toolbar. It returns at once; sign-in goes on in the background and shows in
    /// [`AgentHandle::state`].
    ///
    /// # Errors
    /// [`StartError`]. A platform or record system that doesn't answer is no reason.
    pub async fn start(config: AgentConfig) -> Result<AgentHandle, StartError> {
        let settings = Settings {
            platform_url: config.platform_url.clone(),
            record_system: config.record_system.clone(),
            bar: Bar::default(),
        };
        let faults = settings.faults();
        if !faults.is_empty() {
            return Err(SettingsError::Faults(faults).into());
        }
        let records = record_system::open(&config).map_err(StartError::RecordSystem)?;
        Self::start_with(config, records).await
    }

    /// Starts a toolbar with another record system; `record_system` is not used then.
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
        let left_open = LeftOpen::new(&config.data_dir);
        let (lock, store, kept) = open(config.data_dir, config.keeper).await?;
        let (reception, asked) = Reception::new(config.clock.now());
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
            inbox: Inbox::default(),
            notices: Notices::default(),
            widgets: Widgets::default(),
            journal,
            left_open,
            reception,
        });
        let imports = tokio::spawn(importer::dispatch(Arc::clone(&shared), orders));
        let emptying = tokio::spawn(inbox::keep(Arc::clone(&shared)));
        let widgets = tokio::spawn(bar::keep(Arc::clone(&shared)));
        let watching = tokio::spawn(sign_in::watch_user(Arc::clone(&shared)));
        let wanted = config.registration.map(|request| Wanted {
            request,
            reply: None,
        });
        let signing_in = tokio::spawn(sign_in::run(
            Arc::clone(&shared),
            store,
            kept,
            wanted,
            asked,
        ));
        Ok(AgentHandle(Arc::new(Running {
            shared,
            tasks: Mutex::new(vec![signing_in, imports, emptying, widgets, watching]),
            lock: Mutex::new(Some(lock)),
        })))
    }
}

async fn open(
    dir: std::path::PathBuf,
    keeper: Arc<dyn KeyKeeper>,
) -> Result<(Lock, DeviceStore, Option<Device>), StartError> {
    let opened = tokio::task::spawn_blocking(move || {
        let lock = Lock::take(&dir, LOCK_FILE).map_err(|error| StartError::Folder(error.kind()))?;
        let lock = lock.ok_or(StartError::InUse)?;
        let store = DeviceStore::open(&dir, keeper)?;
        let kept = store.load()?;
        Ok((lock, store, kept))
    });
    opened
        .await
        .unwrap_or(Err(DeviceError::Damaged(crate::device::DEVICE_FILE).into()))
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
        // The next toolbar may begin.
        *self.0.lock.lock().unwrap_or_else(PoisonError::into_inner) = None;
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
