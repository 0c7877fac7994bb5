//! The first start: this PC is registered with the two parts of a key that the practice was given.

use crate::command::{Command, Registration};
use crate::look::{self, Tone};
use crate::screens::settings::{self, Where};
use crate::snapshot::{Registering, Snapshot, Standing};
use eframe::egui::{Key, Ui};
use model::Secret;
use zeroize::Zeroize as _;

/// How the toolbar says that nobody has registered this PC so far, which is no trouble.
const NOT_YET: &str = "This PC is not registered.";

/// What is typed so far.
#[derive(Default)]
pub struct RegistrationState {
    key_part1: String,
    key_part2: String,
    practice: String,
    device_name: String,
    /// Platform and record system, when nobody set them before.
    place: Option<Where>,
    seen: bool,
    /// Something was missing at the last try.
    incomplete: bool,
}

impl Drop for RegistrationState {
    fn drop(&mut self) {
        self.key_part1.zeroize();
        self.key_part2.zeroize();
    }
}

/// Draws it.
pub fn show(ui: &mut Ui, now: &Snapshot, local: &mut RegistrationState, out: &mut Vec<Command>) {
    let first = !local.seen;
    if first {
        local.seen = true;
        local.device_name.clone_from(&now.settings.device_name);
        local.place = now.settings.platform.is_empty().then(Where::default);
    }
    look::title(ui, "Register this PC");
    if !matches!(
        now.standing,
        Standing::NotRegistered { .. } | Standing::Starting
    ) {
        look::banner(ui, Tone::Good, "This PC is registered.", |_| ());
        return;
    }
    look::soft(
        ui,
        "Type the two parts of the registration key that your practice was given. Each PC needs this once.",
    );
    if let Some(words) = trouble(now) {
        look::banner(ui, Tone::Bad, words, |_| ());
    }
    if local.incomplete && !complete(local) {
        look::banner(ui, Tone::Bad, "Please fill in every field.", |_| ());
    }
    if let Some(place) = &mut local.place {
        settings::where_fields(ui, place);
        look::rule(ui);
    }
    let part1 = look::field(ui, "Key part 1", "", &mut local.key_part1, false);
    if first {
        part1.request_focus();
    }
    look::field(
        ui,
        "Key part 2",
        "It is hidden as you type.",
        &mut local.key_part2,
        true,
    );
    look::field(
        ui,
        "Practice code",
        "The practice's ODS code, for instance A81001.",
        &mut local.practice,
        false,
    );
    let last = look::field(
        ui,
        "Name of this PC",
        "So that the practice can tell its PCs apart, for instance Reception 2.",
        &mut local.device_name,
        false,
    );
    let entered = last.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    ui.add_space(4.0);
    let busy = now.registering == Registering::Sent;
    let words = if busy { "Registering …" } else { "Register" };
    if look::primary_if(ui, !busy, words).clicked() || (entered && !busy) {
        local.incomplete = !complete(local);
        if !local.incomplete {
            send(local, out);
        }
    }
}

/// Why the last try came to nothing; one that the program made by itself, from a setup file, is told too.
fn trouble(now: &Snapshot) -> Option<&str> {
    match (&now.registering, &now.standing) {
        (Registering::Refused(words), _) => Some(words),
        (Registering::No, Standing::NotRegistered { reason }) => {
            let news = !reason.is_empty() && !reason.starts_with(NOT_YET);
            news.then_some(reason)
        }
        _ => None,
    }
}

fn complete(local: &RegistrationState) -> bool {
    let typed = [
        &local.key_part1,
        &local.key_part2,
        &local.practice,
        &local.device_name,
    ];
    typed.iter().all(|text| !text.trim().is_empty())
        && local.place.as_ref().is_none_or(Where::complete)
}

fn send(local: &RegistrationState, out: &mut Vec<Command>) {
    if let Some(place) = &local.place {
        out.push(place.save());
    }
    out.push(Command::Register(Registration {
        key_part1: Secret::new(local.key_part1.trim().to_owned()),
        key_part2: Secret::new(local.key_part2.trim().to_owned()),
        practice: local.practice.trim().to_uppercase(),
        device_name: local.device_name.trim().to_owned(),
    }));
}
