//! The access code in large type, spelled, with the ring that empties; and that it was used.

use super::{CodesState, spelled};
use crate::command::Command;
use crate::look::{self, ACCENT, INK, INK_SOFT, LINE, PAPER, Tone};
use crate::screens::inbox::times;
use crate::screens::parts;
use crate::snapshot::{CodeOnScreen, Snapshot, Standing, Used};
use eframe::egui::{
    CornerRadius, FontId, Frame, Label, Margin, Pos2, RichText, Sense, Shape, Stroke, TextStyle,
    Ui, pos2, vec2,
};
use jiff::Timestamp;
use std::time::Duration;

/// Draws it.
pub(super) fn show(ui: &mut Ui, now: &Snapshot, local: &mut CodesState, out: &mut Vec<Command>) {
    Frame::new()
        .fill(PAPER)
        .stroke(Stroke::new(1.0, LINE))
        .corner_radius(CornerRadius::same(6))
        .inner_margin(Margin::same(20))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            look::heading(ui, "Access code");
            match &now.code {
                CodeOnScreen::None => begin(ui, now, "Create a new access token", out),
                CodeOnScreen::Making => {
                    let shown = look::soft(ui, "A code is being made\u{2026}");
                    parts::announce(&shown);
                    stop(ui, out);
                }
                CodeOnScreen::Shown {
                    code,
                    made_at,
                    ends_at,
                    used,
                } => {
                    if let Some(used) = used {
                        told(ui, now, used);
                    }
                    on_screen(ui, now.now, code, *made_at, *ends_at);
                    deeds(ui, code, local, out);
                }
                CodeOnScreen::Done(used) => {
                    told(ui, now, used);
                    begin(ui, now, "Create another access token", out);
                }
                CodeOnScreen::Trouble { reason } => {
                    let words = format!("No code can be made now: {reason}");
                    look::banner(ui, Tone::Bad, &words, |_| ());
                    begin(ui, now, "Try again", out);
                }
            }
        });
}

fn begin(ui: &mut Ui, now: &Snapshot, words: &str, out: &mut Vec<Command>) {
    let online = matches!(now.standing, Standing::Online { .. });
    look::soft(
        ui,
        "This gives you an access code. Whoever enters it may file in your name at once, so give it to nobody who rings you for it.",
    );
    if look::primary_if(ui, online, words).clicked() {
        out.push(Command::ShowCode);
    }
    if !online {
        look::soft(
            ui,
            "Codes can be made while you are signed in and connected.",
        );
    }
}

fn told(ui: &mut Ui, now: &Snapshot, used: &Used) {
    let when = if now.now.duration_since(used.at) < jiff::SignedDuration::from_mins(1) {
        "just now".to_owned()
    } else {
        times::recently(now.now, &now.zone, used.at)
    };
    let words = format!(
        "Used by {} {when}. It may send in your name from now on.",
        used.client
    );
    Frame::new()
        .fill(Tone::Good.wash())
        .corner_radius(CornerRadius::same(4))
        .inner_margin(Margin::symmetric(12, 8))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.horizontal(|ui| {
                ui.label(RichText::new(Tone::Good.sign()).color(Tone::Good.ink()));
                let shown = ui.add(Label::new(RichText::new(words).color(INK)).wrap());
                parts::announce(&shown);
            });
        });
}

fn on_screen(ui: &mut Ui, now: Timestamp, code: &str, made_at: Timestamp, ends_at: Timestamp) {
    ui.ctx().request_repaint_after(Duration::from_millis(200));
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 28.0;
        ring(ui, now, made_at, ends_at);
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 4.0;
            let big = RichText::new(spelled::grouped(code))
                .font(FontId::monospace(52.0))
                .color(INK);
            ui.add(Label::new(big).extend().selectable(true));
            for half in spelled::halves(code) {
                ui.add(Label::new(RichText::new(half).size(17.0).color(INK)).wrap());
            }
        });
    });
    look::soft(
        ui,
        "Type it into the product that you want to let send. Read it out only to somebody whom you rang or who sits beside you; nobody rings you for it. It works once, for 60 seconds; then a new one comes by itself.",
    );
}

/// The ring empties clockwise; its seconds stand in it as text.
fn ring(ui: &mut Ui, now: Timestamp, made_at: Timestamp, ends_at: Timestamp) {
    let (room, shown) = ui.allocate_exact_size(vec2(108.0, 108.0), Sense::hover());
    let seconds = times::seconds_left(now, ends_at);
    let (centre, radius) = (room.center(), 46.0);
    ui.painter()
        .circle_stroke(centre, radius, Stroke::new(8.0, LINE));
    let share = share(now, made_at, ends_at);
    let ink = if seconds <= 10 {
        Tone::Warn.ink()
    } else {
        ACCENT
    };
    ui.painter().add(Shape::line(
        arc(centre, radius, share),
        Stroke::new(8.0, ink),
    ));
    parts::centred(
        ui,
        room.translate(vec2(0.0, -8.0)),
        &format!("{seconds} s"),
        24.0,
        INK,
    );
    parts::centred(ui, room.translate(vec2(0.0, 14.0)), "left", 13.5, INK_SOFT);
    shown.widget_info(|| {
        eframe::egui::WidgetInfo::labeled(
            eframe::egui::accesskit::Role::Label,
            true,
            format!("{seconds} s left"),
        )
    });
}

/// Which share of the code's life is left, from 0 to 1.
fn share(now: Timestamp, made_at: Timestamp, ends_at: Timestamp) -> f32 {
    let whole = ends_at.duration_since(made_at).as_secs_f32();
    let left = ends_at.duration_since(now).as_secs_f32();
    if whole <= 0.0 {
        return 0.0;
    }
    (left / whole).clamp(0.0, 1.0)
}

/// A line along the circle, from the top, clockwise over what has not passed.
fn arc(centre: Pos2, radius: f32, share: f32) -> Vec<Pos2> {
    const POINTS: u16 = 90;
    let gone = 1.0 - share;
    (0..=POINTS)
        .map(|n| {
            let turn = gone + share * f32::from(n) / f32::from(POINTS);
            let angle = std::f32::consts::TAU * (turn - 0.25);
            pos2(
                centre.x + radius * angle.cos(),
                centre.y + radius * angle.sin(),
            )
        })
        .collect()
}

fn deeds(ui: &mut Ui, code: &str, local: &mut CodesState, out: &mut Vec<Command>) {
    ui.horizontal(|ui| {
        if look::button(ui, "Copy").clicked() {
            ui.ctx().copy_text(code.to_owned());
            local.copied = Some(code.to_owned());
        }
        stop(ui, out);
        if local.copied.as_deref() == Some(code) {
            let text = RichText::new("Copied")
                .text_style(TextStyle::Small)
                .color(INK_SOFT);
            let shown = ui.label(text);
            parts::announce(&shown);
        }
    });
}

fn stop(ui: &mut Ui, out: &mut Vec<Command>) {
    if look::button(ui, "Stop").clicked() {
        out.push(Command::HideCode);
    }
}
