//! The keyboard of the inbox. Letters are not taken while somebody types, nor while a dialog is open.

use super::{Asked, Dialog, InboxState, list, open, take_asked};
use crate::command::Command;
use crate::screens::review;
use crate::snapshot::Snapshot;
use eframe::egui::{Event, Key, Modifiers, Ui};

/// How many messages Page Up and Page Down go over.
const PAGE: usize = 10;

/// Takes the keys that mean something here out of the input.
pub(super) fn take(ui: &Ui, now: &Snapshot, local: &mut InboxState, out: &mut Vec<Command>) {
    let pressed = |key| ui.input_mut(|i| i.consume_key(Modifiers::NONE, key));
    if pressed(Key::F1) {
        local.dialog = Dialog::Keys;
        return;
    }
    if local.searching {
        // Escape leaves the search, not the message.
        if pressed(Key::Escape) {
            local.focus_list = true;
        }
        return;
    }
    if ui.ctx().text_edit_focused() {
        return;
    }
    let undoable = now
        .pending
        .as_ref()
        .is_some_and(|pending| pending.final_at > now.now);
    if undoable && ui.input_mut(|i| i.consume_key(Modifiers::COMMAND, Key::Z)) {
        out.push(Command::Undo);
    }
    let slash = ui.input_mut(|i| {
        let typed = i.events.iter().any(is_slash);
        i.events.retain(|event| !is_slash(event));
        i.consume_key(Modifiers::NONE, Key::Slash) || typed
    });
    if slash {
        local.focus_search = true;
        return;
    }
    through_the_list(ui, now, local, out);
    let Some(message) = now.opened.as_deref() else {
        return;
    };
    let asked = if pressed(Key::Escape) {
        // What is about to be final stays as it is; the strip above says how to take it back.
        if review::is_pending(now, message) {
            Asked::Nothing
        } else {
            Asked::Close
        }
    } else if pressed(Key::I) && review::import_obstacle(now, message).is_none() {
        Asked::Import
    } else if pressed(Key::R) && review::obstacle(now, message).is_none() {
        Asked::Reject
    } else {
        Asked::Nothing
    };
    take_asked(asked, message, local, out);
    local.review.keys(ui, message);
}

fn is_slash(event: &Event) -> bool {
    matches!(event, Event::Text(text) if text == "/")
}

fn through_the_list(ui: &Ui, now: &Snapshot, local: &mut InboxState, out: &mut Vec<Command>) {
    let focused = ui.memory(eframe::egui::Memory::focused);
    if focused.is_some_and(|id| id != list::id()) {
        return;
    }
    let last = local.order.rows.len().saturating_sub(1);
    let place = local
        .selected
        .as_deref()
        .and_then(|reference| local.order.place(&now.inbox, reference));
    let pressed = |key| ui.input_mut(|i| i.consume_key(Modifiers::NONE, key));
    let reading = now.opened.is_some();
    let to = if pressed(Key::ArrowDown) {
        Some(place.map_or(0, |place| place + 1))
    } else if pressed(Key::ArrowUp) {
        Some(place.map_or(0, |place| place.saturating_sub(1)))
    } else if pressed(Key::Home) {
        Some(0)
    } else if pressed(Key::End) {
        Some(last)
    } else if !reading && pressed(Key::PageDown) {
        Some(place.map_or(0, |place| place + PAGE))
    } else if !reading && pressed(Key::PageUp) {
        Some(place.map_or(0, |place| place.saturating_sub(PAGE)))
    } else {
        None
    };
    if let Some(row) = to.and_then(|to| local.order.row(&now.inbox, to.min(last))) {
        local.selected = Some(row.reference.clone());
        local.reveal = true;
        local.focus_list = true;
    } else if place.is_some()
        && pressed(Key::Enter)
        && let Some(reference) = &local.selected
    {
        open(now, reference, out);
    }
}
