//! What the bridge needs to be told.

use super::settings::shown;
use crate::snapshot::{CodeOnScreen, Permissions, Registering, Snapshot, Standing};
use jiff::tz::TimeZone;
use model::Clock;
use std::path::PathBuf;
use std::sync::Arc;
use toolbar::RegistrationRequest;
use toolbar::keeper::KeyKeeper;
use toolbar::settings::Settings;

/// What the bridge needs to be told.
pub struct BridgeConfig {
    /// Where settings, device and journal are kept.
    pub data_dir: PathBuf,
    /// Settings in force; `None` before anybody set any.
    pub settings: Option<Settings>,
    /// How to register this PC, if it isn't registered.
    pub registration: Option<RegistrationRequest>,
    /// What this PC is called, unless somebody says otherwise.
    pub device_name: String,
    /// Keeps the key of this PC.
    pub keeper: Arc<dyn KeyKeeper>,
    /// The present moment.
    pub clock: Arc<dyn Clock>,
    /// In which times are told.
    pub zone: TimeZone,
}

impl BridgeConfig {
    /// What is shown before anything is known.
    pub(super) fn first_snapshot(&self) -> Snapshot {
        let standing = match self.settings {
            Some(_) => Standing::Starting,
            None => Standing::NotRegistered {
                reason: String::new(),
            },
        };
        Snapshot {
            now: self.clock.now(),
            summoned: 0,
            zone: self.zone.clone(),
            standing,
            inbox: Arc::default(),
            opened: None,
            pending: None,
            told: None,
            permissions: Permissions::default(),
            code: CodeOnScreen::None,
            notices: Arc::default(),
            widgets: Arc::default(),
            settings: shown(self),
            registering: Registering::No,
        }
    }
}
