//! All widgets of the practice: open one, or hide it from the bar and show it again.

use super::{ICON, WidgetsState, icon, launch};
use crate::command::Command;
use crate::look::{self, ACCENT, INK, INK_SOFT};
use crate::snapshot::{Snapshot, Widget};
use eframe::egui::{
    Align, Label, Layout, RichText, ScrollArea, Sense, Stroke, TextStyle, Ui, vec2,
};

/// Draws them.
pub(super) fn show(ui: &mut Ui, now: &Snapshot, local: &mut WidgetsState, out: &mut Vec<Command>) {
    ui.spacing_mut().icon_spacing = 8.0;
    look::heading(ui, "Widgets");
    look::soft(
        ui,
        "What you hide here is hidden for you alone, at every PC that you use.",
    );
    if now.widgets.is_empty() {
        look::soft(ui, "Your practice has no widgets.");
    }
    ScrollArea::vertical()
        .id_salt("widgets")
        .auto_shrink([false, true])
        .show(ui, |ui| {
            for widget in now.widgets.iter() {
                look::rule(ui);
                row(ui, now, widget, local, out);
            }
        });
}

fn row(
    ui: &mut Ui,
    now: &Snapshot,
    widget: &Widget,
    local: &mut WidgetsState,
    out: &mut Vec<Command>,
) {
    ui.horizontal(|ui| {
        let (square, _) = ui.allocate_exact_size(vec2(ICON, ICON), Sense::hover());
        icon::draw(ui.painter(), square, &widget.icon, Stroke::new(1.6, ACCENT));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let mut on_bar = !widget.hidden;
            let shown = ui
                .checkbox(&mut on_bar, "On the bar")
                .accessible_name(format!("Show {} on the bar", widget.name));
            if shown.changed() {
                out.push(Command::HideWidget {
                    id: widget.id.clone(),
                    hidden: !on_bar,
                });
            }
            let open = look::button(ui, "Open").accessible_name(format!("Open {}", widget.name));
            if open.clicked() {
                launch(now, widget, local, out);
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                ui.vertical(|ui| {
                    ui.spacing_mut().item_spacing.y = 2.0;
                    ui.add(Label::new(RichText::new(&widget.name).color(INK)).truncate());
                    let words = if widget.wants_patient {
                        format!("From {} · opens for a patient", widget.client)
                    } else {
                        format!("From {}", widget.client)
                    };
                    let text = RichText::new(words)
                        .text_style(TextStyle::Small)
                        .color(INK_SOFT);
                    ui.add(Label::new(text).truncate());
                });
            });
        });
    });
}
