//! Settings: the platform, the record system, and this PC.

use crate::command::Command;
use crate::look::{self, Tone};
use crate::snapshot::{RecordsChoice, SettingsShown, Snapshot, Standing};
use eframe::egui::{Ui, vec2};

/// Where the platform is, and where the records are, as they are being typed.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Where {
    platform: String,
    in_folder: bool,
    fhir: String,
    folder: String,
}

impl Where {
    fn of(shown: &SettingsShown) -> Self {
        let (in_folder, fhir, folder) = match &shown.records {
            RecordsChoice::Fhir(url) => (false, url.clone(), String::new()),
            RecordsChoice::Folder(path) => (true, String::new(), path.clone()),
        };
        Self {
            platform: shown.platform.clone(),
            in_folder,
            fhir,
            folder,
        }
    }

    /// Nothing is left empty.
    pub fn complete(&self) -> bool {
        let records = if self.in_folder {
            &self.folder
        } else {
            &self.fhir
        };
        !self.platform.trim().is_empty() && !records.trim().is_empty()
    }

    /// The order to keep it.
    pub fn save(&self) -> Command {
        Command::SaveSettings {
            platform: self.platform.trim().to_owned(),
            records: if self.in_folder {
                RecordsChoice::Folder(self.folder.trim().to_owned())
            } else {
                RecordsChoice::Fhir(self.fhir.trim().to_owned())
            },
        }
    }
}

/// What is typed so far.
#[derive(Default)]
pub struct SettingsState {
    /// `None` until it was shown once.
    typed: Option<Where>,
    /// Unregistering is being asked about.
    asking: bool,
}

/// Draws it.
pub fn show(ui: &mut Ui, now: &Snapshot, local: &mut SettingsState, out: &mut Vec<Command>) {
    look::title(ui, "Settings");
    match &now.settings.saved {
        Some(Ok(words)) => look::banner(ui, Tone::Good, words, |_| ()),
        Some(Err(words)) => look::banner(ui, Tone::Bad, words, |_| ()),
        None => {}
    }
    let typed = local.typed.get_or_insert_with(|| Where::of(&now.settings));
    where_fields(ui, typed);
    let changed = *typed != Where::of(&now.settings);
    ui.horizontal(|ui| {
        if look::primary_if(ui, changed && typed.complete(), "Save").clicked() {
            out.push(typed.save());
        }
        if changed && look::button(ui, "Undo changes").clicked() {
            *typed = Where::of(&now.settings);
        }
    });
    ui.add_space(4.0);
    look::rule(ui);
    let mut one_window = now.settings.one_window;
    let words = "Keep everything in one window (for screen readers)";
    if ui.checkbox(&mut one_window, words).changed() {
        out.push(Command::OneWindow(one_window));
    }
    look::rule(ui);
    this_pc(ui, now, &mut local.asking, out);
}

/// The fields of platform and record system; the registration shows them too.
pub fn where_fields(ui: &mut Ui, typed: &mut Where) {
    look::field(
        ui,
        "Address of the messaging platform",
        "It starts with https://",
        &mut typed.platform,
        false,
    );
    ui.add_space(2.0);
    look::heading(ui, "Record system");
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().interact_size = vec2(look::TARGET, look::TARGET);
        ui.radio_value(&mut typed.in_folder, false, "FHIR R4");
        ui.radio_value(&mut typed.in_folder, true, "A watched folder");
    });
    if typed.in_folder {
        look::field(
            ui,
            "Folder",
            "Each message becomes a folder in it, which the record system takes up.",
            &mut typed.folder,
            false,
        );
    } else {
        look::field(
            ui,
            "Address of the record system",
            "Documents are written to its FHIR R4 interface.",
            &mut typed.fhir,
            false,
        );
    }
}

fn this_pc(ui: &mut Ui, now: &Snapshot, asking: &mut bool, out: &mut Vec<Command>) {
    look::heading(ui, "This PC");
    if !now.settings.device_name.is_empty() {
        look::fact(ui, 130.0, "Name", &now.settings.device_name);
    }
    look::fact(ui, 130.0, "Private key", &now.settings.key_kept);
    look::fact(ui, 130.0, "Data folder", &now.settings.folder);
    if matches!(
        now.standing,
        Standing::NotRegistered { .. } | Standing::Starting
    ) {
        return;
    }
    if !*asking {
        *asking = look::button(ui, "Unregister this PC…").clicked();
        return;
    }
    look::banner(
        ui,
        Tone::Warn,
        "This PC forgets its key and receives no more messages. To use it again, it needs a new registration key.",
        |ui| {
            ui.horizontal(|ui| {
                if look::danger_if(ui, true, "Unregister").clicked() {
                    out.push(Command::Unregister);
                    *asking = false;
                }
                if look::button(ui, "Keep it registered").clicked() {
                    *asking = false;
                }
            });
        },
    );
}
