//! About: version, what this PC is, and under which licences the program came.

use crate::command::Command;
use crate::look;
use crate::screens::standing;
use crate::snapshot::Snapshot;
use eframe::egui::{RichText, ScrollArea, TextStyle, Ui};

/// Nothing is typed here.
#[derive(Default)]
pub struct AboutState;

/// What comes with the program beside its own licence.
const NOTICES: &str = include_str!("about/notices.txt");

/// Draws it.
pub fn show(ui: &mut Ui, now: &Snapshot, _: &mut AboutState, _: &mut Vec<Command>) {
    look::title(ui, "Baton toolbar");
    look::fact(ui, 130.0, "Version", env!("CARGO_PKG_VERSION"));
    look::fact(ui, 130.0, "Platform", &now.settings.platform);
    if let Some(who) = standing::who(&now.standing) {
        let practice = format!("{} ({})", who.practice, who.ods_code);
        look::fact(ui, 130.0, "Practice", &practice);
    }
    look::fact(ui, 130.0, "This PC", &now.settings.device_name);
    look::fact(ui, 130.0, "Private key", &now.settings.key_kept);
    look::fact(ui, 130.0, "Data folder", &now.settings.folder);
    look::fact(
        ui,
        130.0,
        "Updates",
        "It never changes itself; your practice installs new versions.",
    );
    ui.add_space(4.0);
    look::rule(ui);
    look::heading(ui, "Licences");
    ScrollArea::vertical()
        .auto_shrink([false, false])
        .show(ui, |ui| {
            ui.label(
                RichText::new(NOTICES)
                    .text_style(TextStyle::Small)
                    .color(look::INK_SOFT),
            );
        });
}
