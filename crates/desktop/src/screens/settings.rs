//! Settings: the platform, the record system, and this PC.

use crate::command::Command;
use crate::look::{self, Tone};
use crate::snapshot::{FhirChoice, RecordsChoice, SettingsShown, Snapshot, Standing};
use eframe::egui::{Key, Ui, vec2};

/// Where the platform is, and where the records are, as they are being typed.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Where {
    platform: String,
    in_folder: bool,
    fhir: FhirChoice,
    folder: String,
}

impl Where {
    fn of(shown: &SettingsShown) -> Self {
        let (in_folder, fhir, folder) = match &shown.records {
            RecordsChoice::Fhir(fhir) => (false, fhir.clone(), String::new()),
            RecordsChoice::Folder(path) => (true, FhirChoice::default(), path.clone()),
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
            &self.fhir.url
        };
        !self.platform.trim().is_empty() && !records.trim().is_empty()
    }

    /// The order to keep it.
    pub fn save(&self) -> Command {
        Command::SaveSettings {
            platform: self.platform.trim().to_owned(),
            records: self.records(),
        }
    }

    fn records(&self) -> RecordsChoice {
        if self.in_folder {
            RecordsChoice::Folder(self.folder.trim().to_owned())
        } else {
            RecordsChoice::Fhir(FhirChoice {
                url: self.fhir.url.trim().to_owned(),
                page: self.fhir.page.trim().to_owned(),
            })
        }
    }

    /// Saving would change something.
    fn differs(&self, shown: &SettingsShown) -> bool {
        self.platform.trim() != shown.platform || self.records() != shown.records
    }
}

/// What is typed so far.
#[derive(Default)]
pub struct SettingsState {
    /// `None` until it was shown once.
    typed: Option<Where>,
    /// Unregistering is being asked about.
    asking: bool,
    /// Something was asked for here: an older answer is not shown again.
    asked: bool,
}

/// Draws it.
pub fn show(ui: &mut Ui, now: &Snapshot, local: &mut SettingsState, out: &mut Vec<Command>) {
    look::title(ui, "Settings");
    match now.settings.saved.as_ref().filter(|_| local.asked) {
        Some(Ok(words)) => look::banner(ui, Tone::Good, words, |_| ()),
        Some(Err(words)) => look::banner(ui, Tone::Bad, words, |_| ()),
        None => {}
    }
    let typed = local.typed.get_or_insert_with(|| Where::of(&now.settings));
    let entered = where_fields(ui, typed);
    let changed = typed.differs(&now.settings);
    let savable = changed && typed.complete();
    ui.horizontal(|ui| {
        if look::primary_if(ui, savable, "Save").clicked() || (savable && entered) {
            local.asked = true;
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
    let before = out.len();
    this_pc(ui, now, &mut local.asking, out);
    local.asked |= out.len() > before;
}

/// The fields of platform and record system; the registration shows them too. Whether Enter was pressed in one.
pub fn where_fields(ui: &mut Ui, typed: &mut Where) -> bool {
    let mut fields = Vec::new();
    fields.push(look::field(
        ui,
        "Address of the messaging platform",
        "For instance https://messages.example.nhs.uk",
        &mut typed.platform,
        false,
    ));
    ui.add_space(2.0);
    look::heading(ui, "Record system");
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().interact_size = vec2(look::TARGET, look::TARGET);
        ui.radio_value(&mut typed.in_folder, false, "FHIR R4");
        ui.radio_value(&mut typed.in_folder, true, "A watched folder");
    });
    if typed.in_folder {
        fields.push(look::field(
            ui,
            "Folder",
            "Each message becomes a folder in it, which the record system takes up. Its file current-user.json there says who is working on this PC.",
            &mut typed.folder,
            false,
        ));
    } else {
        fields.push(look::field(
            ui,
            "Address of the record system",
            "Documents are written to its FHIR R4 interface.",
            &mut typed.fhir.url,
            false,
        ));
        fields.push(look::field(
            ui,
            "Page of a patient's record",
            "With {nhsNumber} where the number goes. Left empty, no record can be opened from here.",
            &mut typed.fhir.page,
            false,
        ));
    }
    let left = fields.iter().any(eframe::egui::Response::lost_focus);
    left && ui.input(|input| input.key_pressed(Key::Enter))
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
