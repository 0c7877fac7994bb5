//! What a practice sets on this PC: which platform, which record system, where the bar is. No secret is in it.

mod address;
mod faults;
#[cfg(test)]
mod tests;

pub use address::{Fault as AddressFault, check as check_address};
pub use faults::{Field, SettingsFault};

use httpkit::private_file;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// The file of the settings, in the data directory.
pub const SETTINGS_FILE: &str = "settings.json";
/// Stands for the NHS number in the address of a record.
pub const NHS_NUMBER_MARK: &str = "{nhsNumber}";

/// What a practice sets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Settings {
    /// The messaging platform.
    pub platform_url: String,
    /// The record system.
    pub record_system: RecordSystemSettings,
    /// The bar.
    #[serde(default)]
    pub bar: Bar,
}

/// Which record system, and how it is reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    tag = "kind",
    rename_all = "kebab-case",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
pub enum RecordSystemSettings {
    /// One that speaks FHIR R4.
    FhirR4 {
        /// `{url}/fhir` is its API, `{url}/session/current` says who uses it.
        url: String,
        /// The page of a patient's record, with `{nhsNumber}` in it; without one, no record can be opened from here.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        record_url_template: Option<String>,
    },
    /// One that takes what is put into a folder.
    Folder {
        /// The folder: one sub-folder a message.
        path: PathBuf,
        /// Who uses the record system: `current-user.json` in the folder, unless it is elsewhere.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        current_user_file: Option<PathBuf>,
    },
}

/// The bar on the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Bar {
    /// Where it docks.
    #[serde(default)]
    pub edge: Edge,
}

/// An edge of the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Edge {
    /// Above.
    #[default]
    Top,
    /// Below.
    Bottom,
}

/// Why settings can't be read or kept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// The file system refuses.
    #[error("could not use the settings file: {0}")]
    Io(std::io::ErrorKind),
    /// The file is not what it should be.
    #[error("the settings file can't be understood (line {line}, column {column})")]
    NotUnderstood {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// A setting can't be used; nothing was kept.
    #[error("settings that can't be used: {}", words(.0))]
    Faults(Vec<SettingsFault>),
}

fn words(faults: &[SettingsFault]) -> String {
    let all: Vec<_> = faults.iter().map(|fault| fault.words.as_str()).collect();
    all.join(" ")
}

impl Settings {
    /// The settings in the data directory `dir`; `None` if none were made.
    ///
    /// # Errors
    /// [`SettingsError`].
    pub fn read(dir: &Path) -> Result<Option<Self>, SettingsError> {
        let file = private_file::read(dir, SETTINGS_FILE)
            .map_err(|error| SettingsError::Io(error.kind()))?;
        file.map(|file| from_json(&file)).transpose()
    }

    /// Keeps them in the data directory `dir`, which is made if it is missing.
    ///
    /// # Errors
    /// [`SettingsError`]; those with faults are not kept.
    pub fn write(&self, dir: &Path) -> Result<(), SettingsError> {
        let faults = self.faults();
        if !faults.is_empty() {
            return Err(SettingsError::Faults(faults));
        }
        let io = |error: std::io::Error| SettingsError::Io(error.kind());
        private_file::make_dir(dir).map_err(io)?;
        private_file::write(dir, SETTINGS_FILE, &to_json(self)?).map_err(io)
    }

    /// Everything in them that can't be used.
    pub fn faults(&self) -> Vec<SettingsFault> {
        let mut faults = faults::platform(&self.platform_url);
        faults.extend(faults::record_system(&self.record_system));
        faults
    }
}

/// Reads JSON without ever repeating what it holds.
pub(crate) fn from_json<T: for<'de> Deserialize<'de>>(file: &[u8]) -> Result<T, SettingsError> {
    // Windows' own editor puts a mark before the text.
    let file = file.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(file);
    serde_json::from_slice(file).map_err(|error| not_understood(&error))
}

/// Writes JSON for people to read.
pub(crate) fn to_json(value: &impl Serialize) -> Result<Vec<u8>, SettingsError> {
    let mut json = serde_json::to_vec_pretty(value).map_err(|error| not_understood(&error))?;
    json.push(b'\n');
    Ok(json)
}

fn not_understood(error: &serde_json::Error) -> SettingsError {
    SettingsError::NotUnderstood {
        line: error.line(),
        column: error.column(),
    }
}
