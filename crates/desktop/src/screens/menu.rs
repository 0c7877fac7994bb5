//! The menu: what a right-click anywhere opens, and Shift+F10, and the Menu key.

use crate::command::Command;
use crate::look;
use crate::place::Place;
use crate::snapshot::{Snapshot, Standing};
use eframe::egui::{self, Align, Button, Key, Layout, Margin, Modifiers, Stroke, Ui, vec2};

/// How large its window is, in points.
pub const SIZE: [f32; 2] = [250.0, 256.0];

/// Where its focus is, and what was chosen.
#[derive(Default)]
pub struct MenuState {
    /// The entry with the focus.
    at: usize,
    /// The focus must be put there: it was just opened, or a key moved it.
    place_focus: bool,
    /// The window that somebody asked for, if one.
    pub wants: Option<Place>,
    /// It has served.
    pub done: bool,
}

impl MenuState {
    /// As it opens: the focus on the first entry.
    pub fn opened() -> Self {
        Self {
            place_focus: true,
            ..Self::default()
        }
    }
}

enum Entry {
    Go(Place),
    SignIn,
    SignOut,
    Quit,
}

/// Draws it.
pub fn show(ui: &mut Ui, now: &Snapshot, local: &mut MenuState, out: &mut Vec<Command>) {
    let frame = egui::Frame::new()
        .fill(look::PAPER)
        .stroke(Stroke::new(1.0, look::EDGE))
        .inner_margin(Margin::same(6));
    frame.show(ui, |ui| {
        ui.set_min_size(ui.available_size());
        ui.spacing_mut().item_spacing.y = 3.0;
        entries(ui, now, local, out);
    });
}

fn entries(ui: &mut Ui, now: &Snapshot, local: &mut MenuState, out: &mut Vec<Command>) {
    let registered = !matches!(now.standing, Standing::NotRegistered { .. });
    let by_choice = matches!(
        now.standing,
        Standing::SignedOut {
            by_choice: true,
            ..
        }
    );
    let present = crate::screens::standing::who(&now.standing).is_some();
    let door = if by_choice {
        ("Sign in", Entry::SignIn, true)
    } else {
        ("Sign out", Entry::SignOut, present)
    };
    let list = [
        (Place::Inbox.title(), Entry::Go(Place::Inbox), registered),
        (
            Place::Permissions.title(),
            Entry::Go(Place::Permissions),
            registered,
        ),
        (Place::Settings.title(), Entry::Go(Place::Settings), true),
        (Place::About.title(), Entry::Go(Place::About), true),
        door,
        ("Quit", Entry::Quit, true),
    ];
    move_focus(ui, local, &list.each_ref().map(|(_, _, usable)| *usable));
    for (place, (words, entry, usable)) in list.into_iter().enumerate() {
        if place == 4 {
            look::rule(ui);
        }
        let shown = line(ui, words, usable);
        if place == local.at && local.place_focus && usable {
            shown.request_focus();
            local.place_focus = false;
        }
        // The arrow keys are ours.
        let ours = egui::EventFilter {
            vertical_arrows: true,
            ..egui::EventFilter::default()
        };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(shown.id, ours));
        if shown.has_focus() && !local.place_focus {
            local.at = place;
        }
        if shown.clicked() {
            local.done = true;
            match entry {
                Entry::Go(place) => local.wants = Some(place),
                Entry::SignIn => out.push(Command::SignIn),
                Entry::SignOut => out.push(Command::SignOut),
                Entry::Quit => out.push(Command::Quit),
            }
        }
    }
}

/// Arrow keys walk round and round over what can be used.
fn move_focus(ui: &mut Ui, local: &mut MenuState, usable: &[bool]) {
    let count = usable.len();
    let pressed = |ui: &mut Ui, key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    let (from, step) = if pressed(ui, Key::ArrowDown) {
        (local.at + 1, 1)
    } else if pressed(ui, Key::ArrowUp) {
        (local.at + count - 1, count - 1)
    } else if pressed(ui, Key::Home) {
        (0, 1)
    } else if pressed(ui, Key::End) {
        (count - 1, count - 1)
    } else if local.place_focus {
        (local.at, 1)
    } else {
        return;
    };
    let mut at = from % count;
    for _ in 0..count {
        if usable.get(at).copied().unwrap_or(false) {
            break;
        }
        at = (at + step) % count;
    }
    local.at = at;
    local.place_focus = true;
}

fn line(ui: &mut Ui, words: &str, usable: bool) -> egui::Response {
    let width = ui.available_width();
    ui.scope(|ui| {
        ui.visuals_mut().widgets.inactive.bg_stroke = Stroke::NONE;
        ui.allocate_ui_with_layout(
            vec2(width, look::TARGET + 4.0),
            Layout::top_down_justified(Align::LEFT),
            |ui| {
                ui.add_enabled(
                    usable,
                    Button::new(words).min_size(vec2(width, look::TARGET + 4.0)),
                )
            },
        )
        .inner
    })
    .inner
}
