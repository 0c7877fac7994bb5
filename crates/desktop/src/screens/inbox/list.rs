//! The list: headings to sort by, and of the rows only those that can be seen.

use super::headings;
use super::order::Filter;
use super::row::{self, Place};
use super::{InboxState, open};
use crate::command::Command;
use crate::look::{self, INK};
use crate::screens::parts;
use crate::snapshot::Snapshot;
use eframe::egui::{
    EventFilter, Id, Rect, ScrollArea, Sense, Ui, UiBuilder, accesskit, pos2,
    style::ScrollAnimation, vec2,
};
use jiff::{SignedDuration, Timestamp};
use model::NhsNumber;
use std::collections::HashMap;
use std::ops::Range;

/// A name that did not come is asked for again after so long.
const ASK_AGAIN: SignedDuration = SignedDuration::from_secs(30);

/// The list, for the focus: one stop of the Tab key, however many rows.
pub(super) fn id() -> Id {
    Id::unique("inbox-messages")
}

/// Draws the list; `compact` beside a message that is open.
pub(super) fn show(
    ui: &mut Ui,
    now: &Snapshot,
    local: &mut InboxState,
    out: &mut Vec<Command>,
    compact: bool,
) {
    if local.order.rows.is_empty() {
        nothing(ui, now, local);
        return;
    }
    if compact {
        headings::narrow(ui, local);
    } else {
        headings::wide(ui, local);
    }
    let list = ui.available_rect_before_wrap();
    let area = ui.interact(list, id(), Sense::focusable_noninteractive());
    focus(ui, local);
    ui.ctx().accesskit_node_builder(area.id, |node| {
        node.set_role(accesskit::Role::ListBox);
        node.set_label("Messages that wait");
        node.set_size_of_set(local.order.rows.len());
    });
    let height = row::height(compact);
    let width = list.width() - row::SCROLL_BAR;
    ui.scope_builder(
        UiBuilder::new().max_rect(list).accessibility_parent(id()),
        |ui| {
            ScrollArea::vertical()
                .id_salt("inbox-rows")
                .auto_shrink(false)
                .show_viewport(ui, |ui, view| {
                    let total = local.order.rows.len();
                    ui.set_height(height * parts::px(total));
                    reveal(ui, now, local, height);
                    let seen = seen(view, height, total);
                    rows(ui, now, local, out, seen, width, compact);
                });
        },
    );
}

/// The focus goes to the list at first, and comes back to it when something closes.
fn focus(ui: &Ui, local: &mut InboxState) {
    let asked = std::mem::take(&mut local.focus_list);
    ui.memory_mut(|memory| {
        if asked || (!local.started && memory.focused().is_none()) {
            memory.request_focus(id());
        }
        memory.set_focus_lock_filter(
            id(),
            EventFilter {
                vertical_arrows: true,
                ..EventFilter::default()
            },
        );
    });
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a place in a list, never negative, and saturating"
)]
fn seen(view: Rect, height: f32, total: usize) -> Range<usize> {
    let first = (view.min.y / height).floor().max(0.0) as usize;
    let end = (view.max.y / height).ceil().max(0.0) as usize;
    first.min(total)..end.min(total)
}

fn reveal(ui: &Ui, now: &Snapshot, local: &mut InboxState, height: f32) {
    if !std::mem::take(&mut local.reveal) {
        return;
    }
    let place = local
        .selected
        .as_deref()
        .and_then(|reference| local.order.place(&now.inbox, reference));
    if let Some(place) = place {
        let top = ui.max_rect().top() + height * parts::px(place);
        let rect = Rect::from_min_size(
            pos2(ui.max_rect().left(), top),
            vec2(ui.max_rect().width(), height),
        );
        ui.scroll_to_rect_animation(rect, None, ScrollAnimation::none());
    }
}

fn rows(
    ui: &mut Ui,
    now: &Snapshot,
    local: &mut InboxState,
    out: &mut Vec<Command>,
    seen: Range<usize>,
    width: f32,
    compact: bool,
) {
    let focused = ui.memory(|memory| memory.has_focus(id()));
    let height = row::height(compact);
    let total = local.order.rows.len();
    let mut wanted = Vec::new();
    for place in seen {
        let Some(row) = local.order.row(&now.inbox, place) else {
            continue;
        };
        if row.patient.is_none() && is_time_to_ask(&local.names_asked, &row.nhs_number, now.now) {
            local.names_asked.insert(row.nhs_number.clone(), now.now);
            wanted.push(row.nhs_number.clone());
        }
        let selected = local.selected.as_deref() == Some(row.reference.as_str());
        let open_here = now
            .opened
            .as_ref()
            .is_some_and(|message| message.row.reference == row.reference);
        let top = ui.max_rect().top() + height * parts::px(place);
        // As wide with a scroll bar as without, so that columns stand below their headings.
        let rect = Rect::from_min_size(pos2(ui.max_rect().left(), top), vec2(width, height));
        let shown = row::show(
            ui,
            now.now,
            row,
            rect,
            &Place {
                nth: place,
                total,
                selected,
                open_here,
                focused: focused && selected,
                compact,
            },
        );
        if shown.clicked() {
            local.selected = Some(row.reference.clone());
            local.focus_list = true;
            open(now, &row.reference, out);
        }
    }
    if !wanted.is_empty() {
        out.push(Command::WantNames(wanted));
    }
}

/// Says that there is nothing, and why.
fn nothing(ui: &mut Ui, now: &Snapshot, local: &mut InboxState) {
    let (title, words) = if !now.inbox.rows.is_empty() {
        (
            "No message matches",
            "Others wait, but the filter or the search hides them.",
        )
    } else if now.inbox.complete {
        (
            "Nothing waits for you",
            "Messages that need a decision appear here. Those that you approved beforehand go into the record by themselves.",
        )
    } else {
        (
            "The inbox has not been read yet",
            "It appears as soon as you are signed in and connected.",
        )
    };
    ui.vertical_centered(|ui| {
        ui.add_space((ui.available_height() * 0.3).min(180.0));
        parts::bold(ui, title, 19.0, INK);
        ui.scope(|ui| {
            ui.set_max_width(420.0);
            look::soft(ui, words);
        });
        if !now.inbox.rows.is_empty() && look::button(ui, "Show all messages").clicked() {
            local.filter = Filter::All;
            local.search.clear();
            local.focus_list = true;
        }
    });
}

/// A name that did not come may come later: the record system was away, or somebody signed in again.
fn is_time_to_ask(
    asked: &HashMap<NhsNumber, Timestamp>,
    whose: &NhsNumber,
    now: Timestamp,
) -> bool {
    asked
        .get(whose)
        .is_none_or(|then| now.duration_since(*then) >= ASK_AGAIN)
}
