//! Page and zoom of a drawn document, with buttons for both.

use super::PreviewState;
use crate::look::{self, INK_SOFT, PAPER, TARGET};
use crate::screens::review;
use crate::snapshot::Document;
use eframe::egui::{
    Align, Button, Frame, Label, Layout, Margin, RichText, Sense, TextStyle, Ui, vec2,
};

/// Draws it over drawn pages.
pub(super) fn show(ui: &mut Ui, document: &Document, pages: usize, local: &mut PreviewState) {
    band(ui, |ui| {
        let page = local.page.min(pages.saturating_sub(1));
        if pages > 1 {
            let turn = |ui: &mut Ui, can, words: &str, name| {
                look::button_if(ui, can, words)
                    .accessible_name(name)
                    .clicked()
            };
            if turn(ui, page > 0, "Previous", "Previous page") {
                local.go_to = page.checked_sub(1);
            }
            if turn(ui, page + 1 < pages, "Next", "Next page") {
                local.go_to = Some(page + 1);
            }
        }
        small(ui, format!("Page {} of {pages}", page + 1));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            zoom(ui, local);
            ui.add_space(8.0);
            if ui.available_width() > 120.0 {
                small(ui, review::about(document));
            }
        });
    });
}

/// Draws it over anything else.
pub(super) fn plain(ui: &mut Ui, document: &Document) {
    band(ui, |ui| small(ui, review::about(document)));
}

fn band(ui: &mut Ui, contents: impl FnOnce(&mut Ui)) {
    Frame::new()
        .fill(PAPER)
        .inner_margin(Margin::symmetric(18, 4))
        .show(ui, |ui| {
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = 6.0;
                ui.set_width(ui.available_width());
                contents(ui);
            });
        });
}

fn small(ui: &mut Ui, words: String) {
    let text = RichText::new(words)
        .text_style(TextStyle::Small)
        .color(INK_SOFT);
    ui.add(Label::new(text).truncate());
}

fn zoom(ui: &mut Ui, local: &mut PreviewState) {
    let sign = |words| Button::new(RichText::new(words).size(18.0)).min_size(vec2(TARGET, TARGET));
    if look::button(ui, "Fit width").clicked() {
        local.zoom = 1.0;
        local.go_to = Some(local.page);
    }
    if ui
        .add(sign("+"))
        .on_hover_text("Larger (+)")
        .accessible_name("Larger")
        .clicked()
    {
        local.larger();
    }
    let percent = format!("{:.0} %", local.zoom * 100.0);
    let (room, _) = ui.allocate_exact_size(vec2(48.0, TARGET), Sense::hover());
    ui.put(
        room,
        Label::new(
            RichText::new(percent)
                .text_style(TextStyle::Small)
                .color(INK_SOFT),
        ),
    );
    if ui
        .add(sign("\u{2013}"))
        .on_hover_text("Smaller (-)")
        .accessible_name("Smaller")
        .clicked()
    {
        local.smaller();
    }
}
