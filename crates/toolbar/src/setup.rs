//! A setup file, by which many PCs are rolled out without typing: `toolbar-setup.json`. It may hold a registration
//! key; whoever has read it should remove it.

mod clock;
#[cfg(test)]
mod tests;

use crate::agent::RegistrationRequest;
use crate::settings::{self, Bar, RecordSystemSettings, Settings, SettingsError};
use httpkit::clock::SystemClock;
use httpkit::private_file;
use model::{Clock, Secret};
use serde::{Deserialize, Serialize};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What the file is called.
pub const SETUP_FILE: &str = "toolbar-setup.json";

/// A setup file. No `Debug`: it may hold a registration key.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Setup {
    /// The messaging platform.
    pub platform_url: String,
    /// The record system.
    pub record_system: RecordSystemSettings,
    /// How to register this PC, if it isn't registered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registration: Option<SetupRegistration>,
    /// What the practice calls this PC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_name: Option<String>,
    /// The file of a sandbox's moved clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock_file: Option<PathBuf>,
}

/// A two-part registration key and the practice that it is for.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SetupRegistration {
    /// Part 1: finds the key.
    pub key_part1: String,
    /// Part 2: the secret.
    pub key_part2: String,
    /// ODS code of the practice.
    pub organisation_code: String,
}

/// Reads the setup file at `path`.
///
/// # Errors
/// [`SettingsError`]; faults of its settings among them.
pub fn read(path: &Path) -> Result<Setup, SettingsError> {
    let file = std::fs::read(path).map_err(|error| SettingsError::Io(error.kind()))?;
    let setup: Setup = settings::from_json(&file)?;
    let faults = setup.settings().faults();
    if faults.is_empty() {
        Ok(setup)
    } else {
        Err(SettingsError::Faults(faults))
    }
}

/// Writes `setup` to `path`, for its owner only; the folder is made if it is missing.
///
/// # Errors
/// [`SettingsError`].
pub fn write(path: &Path, setup: &Setup) -> Result<(), SettingsError> {
    let io = |error: std::io::Error| SettingsError::Io(error.kind());
    let (Some(folder), Some(name)) = (path.parent(), path.file_name().and_then(OsStr::to_str))
    else {
        return Err(SettingsError::Io(std::io::ErrorKind::InvalidFilename));
    };
    private_file::make_dir(folder).map_err(io)?;
    private_file::write(folder, name, &settings::to_json(setup)?).map_err(io)
}

impl Setup {
    /// The settings that it makes.
    pub fn settings(&self) -> Settings {
        Settings {
            platform_url: self.platform_url.clone(),
            record_system: self.record_system.clone(),
            bar: Bar::default(),
        }
    }

    /// How it registers a PC, which is called `device_name` unless the file says otherwise.
    pub fn registration(&self, device_name: &str) -> Option<RegistrationRequest> {
        let key = self.registration.as_ref()?;
        let name = self.device_name.as_deref().unwrap_or(device_name);
        Some(RegistrationRequest {
            key_part1: Secret::new(key.key_part1.clone()),
            key_part2: Secret::new(key.key_part2.clone()),
            organisation_code: key.organisation_code.clone(),
            device_name: name.to_owned(),
        })
    }

    /// The clock to go by: the machine's, or a sandbox's that moves while we watch.
    ///
    /// # Errors
    /// The sandbox's clock can't be read.
    pub fn clock(&self) -> std::io::Result<Arc<dyn Clock>> {
        match &self.clock_file {
            None => Ok(Arc::new(SystemClock)),
            Some(file) => Ok(Arc::new(clock::FollowedClock::open(file)?)),
        }
    }
}
