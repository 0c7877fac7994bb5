//! Where the toolbar finds its settings and keeps its data.
//!
//! First what the command line names; else the settings of this PC; else a `baton up` on this machine that keeps its
//! data in `./baton-data`; else nothing, and the window asks.

use crate::args::Args;
use crate::exit::{failed, usage};
use desktop::bridge::BridgeConfig;
use directories::ProjectDirs;
use jiff::tz::TimeZone;
use model::Clock;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use toolbar::RegistrationRequest;
use toolbar::settings::{Bar, RecordSystemSettings, SETTINGS_FILE, Settings};
use toolbar::setup::{self, SETUP_FILE, Setup};

/// What `baton up` writes for us, in its data folder.
const UP_WINDOW: &str = "baton-data/window";

/// What was found.
pub(crate) struct Start {
    /// Where everything is kept.
    pub(crate) data_dir: PathBuf,
    /// Settings, if there are any.
    pub(crate) settings: Option<Settings>,
    setup: Option<Setup>,
    /// What this PC is called.
    pub(crate) device_name: String,
}

/// Finds it.
///
/// # Errors
/// Something that is there can't be read or understood.
pub(crate) fn find(args: &Args) -> anyhow::Result<Start> {
    let (data_dir, setup_file) = places(args)?;
    let setup = setup_file
        .as_deref()
        .map(setup::read)
        .transpose()
        .map_err(|error| usage(format!("the setup file: {error}")))?;
    let kept = Settings::read(&data_dir).map_err(|error| usage(error.to_string()))?;
    let settings = kept
        .or_else(|| setup.as_ref().map(Setup::settings))
        .or_else(|| of(args));
    Ok(Start {
        data_dir,
        settings,
        device_name: args.device_name.clone().unwrap_or_else(host_name),
        setup,
    })
}

/// The data folder, and the setup file if there is one.
fn places(args: &Args) -> anyhow::Result<(PathBuf, Option<PathBuf>)> {
    if let Some(named) = &args.data_dir {
        // The folder of a whole `baton up` will do as well.
        let inner = named.join("window");
        let dir = if inner.join(SETUP_FILE).is_file() {
            inner
        } else {
            named.clone()
        };
        let setup = args.setup.clone().or_else(|| there(dir.join(SETUP_FILE)));
        return Ok((dir, setup));
    }
    let installed = installed()?;
    if args.setup.is_some() {
        return Ok((installed, args.setup.clone()));
    }
    let setup = there(installed.join(SETUP_FILE));
    let up = Path::new(UP_WINDOW);
    let nothing = setup.is_none() && !installed.join(SETTINGS_FILE).is_file();
    if nothing
        && args.platform.is_none()
        && let Some(setup) = there(up.join(SETUP_FILE))
    {
        return Ok((up.to_owned(), Some(setup)));
    }
    Ok((installed, setup))
}

fn there(file: PathBuf) -> Option<PathBuf> {
    file.is_file().then_some(file)
}

/// Where this platform keeps such data for a user.
fn installed() -> anyhow::Result<PathBuf> {
    ProjectDirs::from("", "", "baton-toolbar")
        .map(|dirs| dirs.data_local_dir().to_owned())
        .ok_or_else(|| failed("this user has no home folder; name one with --data-dir"))
}

/// Settings from the command line.
fn of(args: &Args) -> Option<Settings> {
    let record_system = match (&args.record_system, &args.record_folder) {
        (Some(url), _) => RecordSystemSettings::FhirR4 {
            url: url.clone(),
            record_url_template: None,
        },
        (None, Some(path)) => RecordSystemSettings::Folder {
            path: path.clone(),
            current_user_file: None,
        },
        (None, None) => return None,
    };
    Some(Settings {
        platform_url: args.platform.clone()?,
        record_system,
        bar: Bar::default(),
    })
}

fn host_name() -> String {
    let name = if cfg!(windows) {
        std::env::var_os("COMPUTERNAME").map(|name| name.to_string_lossy().into_owned())
    } else {
        std::fs::read_to_string("/etc/hostname").ok()
    };
    let name = name.unwrap_or_default().trim().to_owned();
    if name.is_empty() {
        "This PC".to_owned()
    } else {
        name
    }
}

impl Start {
    /// The clock to go by: the machine's, or a sandbox's.
    ///
    /// # Errors
    /// The sandbox's clock can't be read.
    pub(crate) fn clock(&self) -> anyhow::Result<Arc<dyn Clock>> {
        match &self.setup {
            Some(setup) => setup
                .clock()
                .map_err(|error| usage(format!("the clock of the setup file: {error}"))),
            None => Ok(toolbar::pc::clock()),
        }
    }

    /// How to register, by the setup file.
    pub(crate) fn registration(&self) -> Option<RegistrationRequest> {
        self.setup.as_ref()?.registration(&self.device_name)
    }

    /// Everything that the bridge needs.
    ///
    /// # Errors
    /// As [`Self::clock`].
    pub(crate) fn bridge(self) -> anyhow::Result<BridgeConfig> {
        let registration = self.registration();
        let clock = self.clock()?;
        let named = registration.as_ref().map(|known| known.device_name.clone());
        Ok(BridgeConfig {
            keeper: desktop::keyring::keeper(&self.data_dir),
            device_name: named.unwrap_or(self.device_name),
            data_dir: self.data_dir,
            settings: self.settings,
            registration,
            clock,
            zone: TimeZone::system(),
        })
    }
}
