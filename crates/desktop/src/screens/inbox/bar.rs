//! The top of the inbox: its name, the filters with their counts, the search box, the key to the keys.

use super::order::Filter;
use super::{Dialog, InboxState};
use crate::look::{self, TARGET};
use crate::screens::parts;
use eframe::egui::{
    Align, Button, Id, Key, Layout, Margin, Modifiers, TextEdit, Ui, accesskit, vec2,
};

/// The search box, for the focus.
pub(super) fn search_id() -> Id {
    Id::unique("inbox-search")
}

/// Draws it.
pub(super) fn show(ui: &mut Ui, local: &mut InboxState) {
    ui.horizontal(|ui| {
        look::heading(ui, "Inbox");
        ui.add_space(8.0);
        ui.spacing_mut().item_spacing.x = 6.0;
        for (filter, count) in Filter::ALL.into_iter().zip(local.order.counts) {
            let words = format!("{} {count}", filter.name());
            let shown = ui.add(
                Button::selectable(local.filter == filter, words)
                    .frame_when_inactive(true)
                    .min_size(vec2(TARGET, TARGET)),
            );
            ui.ctx().accesskit_node_builder(shown.id, |node| {
                node.set_role(accesskit::Role::Button);
                node.set_label(format!("{}: {count}", filter.name()));
            });
            if local.filter == filter {
                parts::underline(ui, &shown);
            }
            if shown.clicked() {
                local.filter = filter;
                local.reveal = true;
            }
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if ui
                .add(Button::new("Keys").min_size(vec2(TARGET, TARGET)))
                .on_hover_text("Show the keys of this window (F1)")
                .clicked()
            {
                local.dialog = Dialog::Keys;
            }
            search(ui, local);
        });
    });
}

fn search(ui: &mut Ui, local: &mut InboxState) {
    if !local.search.is_empty() && look::quiet(ui, "Clear").clicked() {
        local.search.clear();
        local.focus_search = true;
    }
    let room = ui.available_width().clamp(80.0, 300.0);
    let shown = ui
        .add(
            TextEdit::singleline(&mut local.search)
                .id(search_id())
                .hint_text("Search ( / )")
                .desired_width(room - 16.0)
                .margin(Margin::symmetric(8, 7))
                .min_size(vec2(0.0, TARGET)),
        )
        .accessible_name("Search by patient, NHS number, sender or topic");
    if std::mem::take(&mut local.focus_search) {
        shown.request_focus();
    }
    if shown.changed() {
        local.reveal = true;
    }
    // Down and Enter lead from what was found to the list.
    let leave =
        shown.has_focus() && ui.input_mut(|i| i.consume_key(Modifiers::NONE, Key::ArrowDown));
    let entered = shown.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter));
    if leave || entered {
        local.focus_list = true;
    }
    local.searching = shown.has_focus();
}
