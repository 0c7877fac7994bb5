//! What the toolbar's window needs to open against this environment without any typing: a setup file in a folder that
//! is also the window's own.

use super::SANDBOX_CLOCK;
use crate::folder::make_own;
use anyhow::Context as _;
use std::path::Path;
use toolbar::RegistrationRequest;
use toolbar::settings::RecordSystemSettings;
use toolbar::setup::{self, SETUP_FILE, Setup, SetupRegistration};

/// The window's folder in the data folder.
pub(crate) const WINDOW_DIR: &str = "window";

/// Writes the setup file, at each start: addresses change.
pub(super) fn write(
    folder: &Path,
    asked: RegistrationRequest,
    platform_url: &str,
    record_system: RecordSystemSettings,
) -> anyhow::Result<()> {
    let own = folder.join(WINDOW_DIR);
    make_own(&own)?;
    let whole = folder.canonicalize().context("the data folder is gone")?;
    let setup = Setup {
        platform_url: platform_url.to_owned(),
        record_system,
        registration: Some(SetupRegistration {
            key_part1: asked.key_part1.reveal().to_owned(),
            key_part2: asked.key_part2.reveal().to_owned(),
            organisation_code: asked.organisation_code,
        }),
        device_name: Some("Toolbar window".to_owned()),
        clock_file: Some(whole.join(SANDBOX_CLOCK)),
    };
    let file = own.join(SETUP_FILE);
    setup::write(&file, &setup).with_context(|| format!("cannot write `{}`", file.display()))
}
