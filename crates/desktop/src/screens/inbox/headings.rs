//! What the list is sorted by: headings over the columns, or a choice where there is no room for columns.

use super::InboxState;
use super::order::Column;
use super::row;
use crate::look::{self, ACCENT, ACCENT_WASH, INK, INK_SOFT, TARGET};
use crate::screens::parts;
use eframe::egui::{
    Button, ComboBox, Rect, RichText, Sense, Shape, Stroke, StrokeKind, TextStyle, Ui, WidgetInfo,
    accesskit, pos2, vec2,
};

/// Draws a heading over each column.
pub(super) fn wide(ui: &mut Ui, local: &mut InboxState) {
    let width = ui.available_width() - row::SCROLL_BAR;
    ui.spacing_mut().item_spacing.y = 0.0;
    let (line, _) = ui.allocate_exact_size(vec2(width, TARGET), Sense::hover());
    for (column, (from, to)) in Column::ALL.into_iter().zip(row::columns(width)) {
        let sorted = local.column == column;
        let ink = if sorted { INK } else { INK_SOFT };
        let words = parts::cut(ui, column.name(), TextStyle::Small, ink, to - from - 26.0);
        let rect = Rect::from_min_size(
            pos2(line.left() + from, line.top()),
            vec2(words.size().x + 26.0, TARGET),
        );
        let id = ui.unique_id().with(("heading", column.name()));
        let shown = ui.interact(rect, id, Sense::click());
        shown.widget_info(|| {
            let state = match (sorted, local.backwards) {
                (false, _) => "not sorted by this",
                (true, false) => "sorted by this",
                (true, true) => "sorted by this, backwards",
            };
            WidgetInfo::labeled(
                accesskit::Role::Button,
                true,
                format!("{}, {state}", column.name()),
            )
        });
        if shown.hovered() || shown.has_focus() {
            let stroke = if shown.has_focus() {
                Stroke::new(2.0, ACCENT)
            } else {
                Stroke::NONE
            };
            ui.painter()
                .rect(rect, 4.0, ACCENT_WASH, stroke, StrokeKind::Inside);
        }
        let at = pos2(rect.left() + 6.0, rect.center().y - words.size().y / 2.0);
        ui.painter().galley(at, words, ink);
        if sorted {
            arrow(ui, rect, local.backwards);
        }
        if shown.clicked() {
            sort(local, column);
        }
    }
    look::rule(ui);
}

/// A small triangle at the right of a heading: up for forwards.
fn arrow(ui: &Ui, heading: Rect, backwards: bool) {
    let middle = pos2(heading.right() - 9.0, heading.center().y);
    let (tip, base) = if backwards { (4.0, -3.0) } else { (-4.0, 3.0) };
    ui.painter().add(Shape::convex_polygon(
        vec![
            middle + vec2(0.0, tip),
            middle + vec2(4.5, base),
            middle + vec2(-4.5, base),
        ],
        ACCENT,
        Stroke::NONE,
    ));
}

fn sort(local: &mut InboxState, column: Column) {
    local.backwards = local.column == column && !local.backwards;
    local.column = column;
    local.reveal = true;
}

/// Draws a choice of columns, where there are no columns to click.
pub(super) fn narrow(ui: &mut Ui, local: &mut InboxState) {
    ui.horizontal(|ui| {
        let name = ui.label(RichText::new("Sort by").color(INK_SOFT));
        let chosen = ComboBox::from_id_salt("inbox-sort")
            .selected_text(local.column.name())
            .show_ui(ui, |ui| {
                for column in Column::ALL {
                    if ui
                        .selectable_label(local.column == column, column.name())
                        .clicked()
                    {
                        local.column = column;
                        local.backwards = false;
                        local.reveal = true;
                    }
                }
            });
        chosen.response.labelled_by(name.id);
        let reverse = ui
            .add(
                Button::selectable(local.backwards, "Reverse")
                    .frame_when_inactive(true)
                    .min_size(vec2(TARGET, TARGET)),
            )
            .on_hover_text("The other way round");
        if local.backwards {
            parts::underline(ui, &reverse);
        }
        if reverse.clicked() {
            local.backwards = !local.backwards;
            local.reveal = true;
        }
    });
}
