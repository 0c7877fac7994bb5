//! The bar: who is signed in, the connection, what waits, the widgets, the menu. One line, 44 points high.

use crate::command::Command;
use crate::look::{self, Tone};
use crate::place::Place;
use crate::screens::standing;
use crate::snapshot::{Snapshot, Standing, Why};
use eframe::egui::{self, Align, Button, Layout, Margin, RichText, Stroke, TextStyle, Ui};

/// How high it is, in points.
pub const HEIGHT: f32 = 44.0;

/// The window that somebody asked for, if one.
#[derive(Default)]
pub struct BarState {
    /// To be taken by who opens windows.
    pub wants: Option<Place>,
    /// Only the failed ones are asked for.
    pub failed: bool,
}

/// Draws it; `widgets` draws the strip of widgets into what room is left.
pub fn show(
    ui: &mut Ui,
    now: &Snapshot,
    local: &mut BarState,
    out: &mut Vec<Command>,
    widgets: impl FnOnce(&mut Ui, &mut Vec<Command>),
) {
    let ground = egui::Frame::new()
        .fill(look::WASH)
        .inner_margin(Margin::symmetric(10, 6));
    let shown = ground.show(ui, |ui| {
        ui.set_height(look::TARGET);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            menu_button(ui, local);
            inbox_button(ui, now, local);
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                identity(ui, now);
                connection(ui, now, local);
                if matches!(now.standing, Standing::Online { .. }) {
                    ui.separator();
                    widgets(ui, out);
                }
            });
        });
    });
    let edge = shown.response.rect;
    ui.painter().hline(
        edge.x_range(),
        edge.bottom() - 0.5,
        Stroke::new(1.0, look::EDGE),
    );
}

fn identity(ui: &mut Ui, now: &Snapshot) {
    ui.add(egui::Label::new(
        RichText::new("Baton").size(18.0).color(look::ACCENT),
    ));
    ui.separator();
    let Some(who) = standing::who(&now.standing) else {
        return;
    };
    let room = ui.available_width() * 0.25;
    ui.scope(|ui| {
        ui.set_max_width(room.max(120.0));
        ui.add(egui::Label::new(RichText::new(&who.name).color(look::INK)).extend());
    });
    if !who.practice.is_empty() && ui.available_width() > 420.0 {
        ui.add(
            egui::Label::new(
                RichText::new(&who.practice)
                    .text_style(TextStyle::Small)
                    .color(look::INK_SOFT),
            )
            .extend(),
        );
    }
}

fn connection(ui: &mut Ui, now: &Snapshot, local: &mut BarState) {
    let (tone, words) = standing::mark(&now.standing);
    if matches!(now.standing, Standing::NotRegistered { .. }) {
        look::chip(ui, tone, words);
        if look::button(ui, "Register this PC…").clicked() {
            local.wants = Some(Place::Registration);
        }
        return;
    }
    let text = RichText::new(format!("{} {words}", tone.sign()))
        .text_style(TextStyle::Small)
        .color(tone.ink());
    let mark = Button::new(text)
        .fill(tone.wash())
        .stroke(Stroke::NONE)
        .min_size(egui::vec2(look::TARGET, look::TARGET));
    // No text at the pointer: it would lie over the neighbours.
    if ui.add(mark).clicked() {
        local.wants = Some(Place::Connection);
    }
}

/// How many wait for a person, and how many of those failed.
pub fn waiting(now: &Snapshot) -> (usize, usize) {
    let rows = || now.inbox.rows.iter();
    (
        rows().filter(|row| row.why != Why::Importing).count(),
        rows().filter(|row| row.why == Why::Failed).count(),
    )
}

fn inbox_button(ui: &mut Ui, now: &Snapshot, local: &mut BarState) {
    if standing::who(&now.standing).is_none() {
        return;
    }
    let (waiting, failed) = waiting(now);
    if failed > 0 {
        let text = RichText::new(format!("{} {failed} failed", Tone::Bad.sign()))
            .text_style(TextStyle::Small)
            .color(Tone::Bad.ink());
        let mark = Button::new(text)
            .fill(Tone::Bad.wash())
            .stroke(Stroke::NONE)
            .min_size(egui::vec2(look::TARGET, look::TARGET));
        if ui.add(mark).clicked() {
            local.wants = Some(Place::Inbox);
            local.failed = true;
        }
    }
    let words = match (waiting, now.inbox.complete) {
        (0, true) => "Inbox".to_owned(),
        (0, false) => "Inbox …".to_owned(),
        (some, true) => format!("Inbox: {some} waiting"),
        (some, false) => format!("Inbox: {some} waiting …"),
    };
    let clicked = if waiting > 0 {
        look::primary(ui, &words).clicked()
    } else {
        look::button(ui, &words).clicked()
    };
    if clicked {
        local.wants = Some(Place::Inbox);
    }
}

fn menu_button(ui: &mut Ui, local: &mut BarState) {
    if look::button(ui, "☰ Menu").clicked() {
        local.wants = Some(Place::Menu);
    }
}
