//! Coded items as a table.

use crate::look::{INK, INK_SOFT, LINE, PAPER};
use crate::screens::parts;
use crate::snapshot::OpenMessage;
use eframe::egui::{Frame, Grid, Label, Margin, RichText, ScrollArea, Stroke, Ui, vec2};

/// Widths of the first columns and the room between columns, in points.
const CODE: f32 = 180.0;
const VALUE: f32 = 180.0;
const GAP: f32 = 20.0;

/// Draws it.
pub(super) fn show(ui: &mut Ui, message: &OpenMessage) {
    ScrollArea::vertical()
        .id_salt("coded-items")
        .auto_shrink(false)
        .show(ui, |ui| {
            Frame::new()
                .fill(PAPER)
                .stroke(Stroke::new(1.0, LINE))
                .inner_margin(Margin::same(20))
                .outer_margin(Margin::same(18))
                .show(ui, |ui| table(ui, message));
        });
}

fn table(ui: &mut Ui, message: &OpenMessage) {
    ui.set_width(ui.available_width());
    let words = (ui.available_width() - CODE - VALUE - 2.0 * GAP).max(160.0);
    Grid::new("coded-items-table")
        .num_columns(3)
        .striped(true)
        .min_row_height(32.0)
        .spacing(vec2(GAP, 6.0))
        .show(ui, |ui| {
            for name in ["SNOMED CT code", "Value", "Words"] {
                ui.label(RichText::new(name).color(INK_SOFT));
            }
            ui.end_row();
            for item in &message.coded {
                cell(ui, CODE, |ui| {
                    ui.add(Label::new(RichText::new(&item.code).monospace()).selectable(true));
                });
                cell(ui, VALUE, |ui| match &item.value {
                    Some(value) => {
                        parts::bold(ui, value, 15.5, INK);
                    }
                    None => none(ui),
                });
                cell(ui, words, |ui| match &item.words {
                    Some(words) => {
                        ui.add(Label::new(words).wrap().selectable(true));
                    }
                    None => none(ui),
                });
                ui.end_row();
            }
        });
}

/// A cell as wide as its column, so that text wraps in it.
fn cell(ui: &mut Ui, width: f32, contents: impl FnOnce(&mut Ui)) {
    ui.vertical(|ui| {
        ui.set_width(width);
        contents(ui);
    });
}

fn none(ui: &mut Ui) {
    ui.label(RichText::new("none").color(INK_SOFT));
}
