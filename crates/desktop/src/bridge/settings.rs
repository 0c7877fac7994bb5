//! Settings, registration, and its undoing.

use super::desk::Desk;
use super::{BridgeConfig, words};
use crate::command::Registration;
use crate::snapshot::{FhirChoice, RecordsChoice, Registering, SettingsShown};
use std::path::Path;
use toolbar::settings::{Bar, RecordSystemSettings, Settings};
use toolbar::{RegisterError, RegistrationRequest};

/// Settings as they are in force.
pub(super) fn shown(config: &BridgeConfig) -> SettingsShown {
    let settings = config.settings.as_ref();
    SettingsShown {
        platform: settings
            .map(|settings| settings.platform_url.clone())
            .unwrap_or_default(),
        records: settings
            .map(|settings| choice(&settings.record_system))
            .unwrap_or_default(),
        device_name: config.device_name.clone(),
        key_kept: words::capital(config.keeper.name()),
        folder: config.data_dir.display().to_string(),
        one_window: false,
        saved: None,
    }
}

fn choice(records: &RecordSystemSettings) -> RecordsChoice {
    match records {
        RecordSystemSettings::FhirR4 {
            url,
            record_url_template,
        } => RecordsChoice::Fhir(FhirChoice {
            url: url.clone(),
            page: record_url_template.clone().unwrap_or_default(),
        }),
        RecordSystemSettings::Folder { path, .. } => {
            RecordsChoice::Folder(path.display().to_string())
        }
    }
}

impl Desk {
    /// They may have changed with the state, such as the place of the key.
    pub(super) fn refresh_settings(&mut self) {
        let saved = self.shown.settings.saved.take();
        self.shown.settings = SettingsShown {
            saved,
            ..shown(&self.config)
        };
    }

    /// Keeps new ones and starts the toolbar anew with them.
    pub(super) fn save_settings(&mut self, platform: String, records: RecordsChoice) {
        let before = self.config.settings.as_ref();
        let settings = Settings {
            platform_url: platform,
            record_system: merged(before.map(|settings| &settings.record_system), records),
            bar: before.map_or_else(Bar::default, |settings| settings.bar),
        };
        let mut all: Vec<_> = settings
            .faults()
            .iter()
            .map(|fault| words::sentence(&fault.words))
            .collect();
        if let RecordSystemSettings::Folder { path, .. } = &settings.record_system {
            all.extend(folder_fault(path));
        }
        if !all.is_empty() {
            self.shown.settings.saved = Some(Err(all.join(" ")));
            self.shown.registering = Registering::Refused(all.join(" "));
            return;
        }
        if let Err(error) = settings.write(&self.config.data_dir) {
            self.shown.settings.saved = Some(Err(words::sentence(&error.to_string())));
            return;
        }
        self.config.settings = Some(settings);
        self.refresh_settings();
        self.shown.settings.saved = Some(Ok("Saved. They are in force now.".to_owned()));
        self.restart_agent();
    }

    /// Registers this PC; the answer comes with the form.
    pub(super) fn register(&mut self, form: Registration) {
        if matches!(self.shown.registering, Registering::Sent) {
            return;
        }
        let request = RegistrationRequest {
            key_part1: form.key_part1,
            key_part2: form.key_part2,
            organisation_code: form.practice,
            device_name: form.device_name,
        };
        let Some(agent) = self.agent.clone() else {
            // Settings were saved a moment ago and the toolbar is starting: it registers at once.
            if self.config.settings.is_some() {
                self.register_soon(request);
            }
            return;
        };
        self.shown.registering = Registering::Sent;
        self.config.device_name.clone_from(&request.device_name);
        self.aside_always(
            async move { agent.register(request).await },
            |desk, answer| {
                desk.shown.registering = match answer {
                    Ok(_) | Err(RegisterError::AlreadyRegistered) => Registering::No,
                    Err(
                        RegisterError::Refused { words } | RegisterError::Unreachable { words },
                    ) => Registering::Refused(words::sentence(&words)),
                    Err(error) => Registering::Refused(words::sentence(&error.to_string())),
                };
                desk.stand();
            },
        );
    }

    fn register_soon(&mut self, request: RegistrationRequest) {
        let pause = tokio::time::sleep(std::time::Duration::from_millis(100));
        self.aside_always(pause, |desk, ()| {
            desk.register(Registration {
                key_part1: request.key_part1,
                key_part2: request.key_part2,
                practice: request.organisation_code,
                device_name: request.device_name,
            });
        });
    }

    /// Undoes the registration.
    pub(super) fn unregister(&mut self) {
        let Some(agent) = self.agent.clone() else {
            return;
        };
        self.finish_pending();
        self.close_open();
        self.aside_always(async move { agent.unregister().await }, |desk, done| {
            desk.shown.settings.saved = Some(match done {
                Ok(()) => Ok("This PC is no longer registered.".to_owned()),
                Err(error) => Err(words::of(&error)),
            });
            desk.stand();
        });
    }
}

/// Why a folder can't be the record system's, in words.
pub(super) fn folder_fault(path: &Path) -> Option<String> {
    let shown = path.display();
    if !path.is_dir() {
        return Some(format!("There is no folder {shown} on this PC."));
    }
    // Only a try tells, on a network drive above all.
    let probe = path.join(".baton-toolbar-try");
    let tried = std::fs::write(&probe, b"").and_then(|()| std::fs::remove_file(&probe));
    tried
        .is_err()
        .then(|| format!("This PC may not write into the folder {shown}."))
}

/// What the form can't show is kept as long as its main setting stays.
pub(super) fn merged(
    before: Option<&RecordSystemSettings>,
    now: RecordsChoice,
) -> RecordSystemSettings {
    match (before, now) {
        (_, RecordsChoice::Fhir(FhirChoice { url, page })) => RecordSystemSettings::FhirR4 {
            url,
            record_url_template: Some(page).filter(|page| !page.is_empty()),
        },
        (
            Some(RecordSystemSettings::Folder {
                path,
                current_user_file,
            }),
            RecordsChoice::Folder(new),
        ) if path.as_os_str() == new.as_str() => RecordSystemSettings::Folder {
            path: path.clone(),
            current_user_file: current_user_file.clone(),
        },
        (_, RecordsChoice::Folder(path)) => RecordSystemSettings::Folder {
            path: path.into(),
            current_user_file: None,
        },
    }
}
