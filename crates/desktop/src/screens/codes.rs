//! Pre-approved messages: who may send in the practitioner's name, and the access code that lets another do so.

mod code;
mod list;
mod spelled;

use crate::command::Command;
use crate::look;
use crate::snapshot::{Snapshot, Standing};
use eframe::egui::{Key, ScrollArea, Ui};

/// What the screen remembers between frames.
#[derive(Default)]
pub struct CodesState {
    /// For whom the permissions were asked for: a Spine User ID, empty for nobody.
    asked: Option<String>,
    /// When this was drawn last, in seconds: after a long pause the window was opened anew.
    drawn: f64,
    /// The permission that is about to be withdrawn, by its public name.
    withdrawing: Option<Withdrawing>,
    copied: Option<String>,
}

struct Withdrawing {
    token_id: String,
    shown_before: bool,
}

/// An open window is drawn at least this often, in seconds.
const PAUSE: f64 = 20.0;

/// Asks for the permissions when the window opens, and whenever somebody else or a new session is there.
fn read(ui: &Ui, now: &Snapshot, local: &mut CodesState, out: &mut Vec<Command>) {
    let whose = match &now.standing {
        Standing::Online { who } => who.spine_user_id.clone(),
        _ => String::new(),
    };
    let time = ui.input(|input| input.time);
    let again = time - local.drawn > PAUSE;
    local.drawn = time;
    if again || local.asked.as_ref() != Some(&whose) {
        local.asked = Some(whose);
        out.push(Command::ReadPermissions);
    }
    if ui.input(|input| input.viewport().close_requested() || input.key_pressed(Key::Escape)) {
        local.asked = None;
    }
}

/// Draws it.
pub fn show(ui: &mut Ui, now: &Snapshot, local: &mut CodesState, out: &mut Vec<Command>) {
    read(ui, now, local, out);
    ScrollArea::vertical()
        .id_salt("codes")
        .auto_shrink(false)
        .show(ui, |ui| {
            look::title(ui, "Pre-approved messages");
            look::soft(
                ui,
                "A client system that holds your permission sends messages straight into the record. You give it by typing an access code into the product that you want to let send, while you are signed in there as yourself.",
            );
            ui.add_space(6.0);
            code::show(ui, now, local, out);
            ui.add_space(10.0);
            list::show(ui, now, local, out);
        });
    list::confirm(ui.ctx(), now, local, out);
}
