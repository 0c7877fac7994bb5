//! Pre-approved messages: who may send in the practitioner's name, and the access code that lets another do so.

mod code;
mod list;
mod spelled;

use crate::command::Command;
use crate::look;
use crate::snapshot::Snapshot;
use eframe::egui::{ScrollArea, Ui};

/// What the screen remembers between frames.
#[derive(Default)]
pub struct CodesState {
    /// The permissions were asked for.
    asked: bool,
    /// The permission that is about to be withdrawn, by its public name.
    withdrawing: Option<Withdrawing>,
    copied: Option<String>,
}

struct Withdrawing {
    token_id: String,
    shown_before: bool,
}

/// Draws it.
pub fn show(ui: &mut Ui, now: &Snapshot, local: &mut CodesState, out: &mut Vec<Command>) {
    if !local.asked {
        local.asked = true;
        out.push(Command::ReadPermissions);
    }
    ScrollArea::vertical()
        .id_salt("codes")
        .auto_shrink(false)
        .show(ui, |ui| {
            look::title(ui, "Pre-approved messages");
            look::soft(
                ui,
                "A client system that holds your permission sends messages straight into the record. You give it by reading an access code to the person who asks for it.",
            );
            ui.add_space(6.0);
            code::show(ui, now, local, out);
            ui.add_space(10.0);
            list::show(ui, now, local, out);
        });
    list::confirm(ui.ctx(), now, local, out);
}
