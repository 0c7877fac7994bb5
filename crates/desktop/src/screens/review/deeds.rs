//! The two deeds and the way out, always in sight; beside them why one can't be done.

use super::{import_obstacle, obstacle};
use crate::command::Command;
use crate::look::{self, INK_SOFT};
use crate::screens::guard;
use crate::screens::inbox::Asked;
use crate::screens::parts;
use crate::snapshot::{OpenMessage, Snapshot};
use eframe::egui::{Align, Label, Layout, RichText, TextStyle, Ui};

/// Draws them, and gives what was clicked.
pub(super) fn show(
    ui: &mut Ui,
    now: &Snapshot,
    message: &OpenMessage,
    _out: &mut [Command],
) -> Asked {
    let mut asked = Asked::Nothing;
    ui.horizontal(|ui| {
        let no_import = import_obstacle(now, message);
        let no_deed = obstacle(now, message);
        // With another patient's number in it, a confirmation follows: the dots say so.
        let import = if guard::stands_before(message) {
            "Import\u{2026}"
        } else {
            "Import"
        };
        if look::primary_if(ui, no_import.is_none(), import).clicked() {
            asked = Asked::Import;
        }
        if look::button_if(ui, no_deed.is_none(), "Reject\u{2026}").clicked() {
            asked = Asked::Reject;
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let free = !super::is_pending(now, message);
            if look::button_if(ui, free, "Close").clicked() {
                asked = Asked::Close;
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                if let Some(words) = no_import {
                    let text = RichText::new(words)
                        .text_style(TextStyle::Small)
                        .color(INK_SOFT);
                    let shown = ui.add(Label::new(text).wrap());
                    parts::announce(&shown);
                }
            });
        });
    });
    asked
}
