//! What is about to become final, with the way back; then what it came to.

use super::times;
use crate::command::Command;
use crate::look::{self, ACCENT, INK, LINE, Tone};
use crate::screens::parts;
use crate::snapshot::{Act, PendingAct, Snapshot};
use eframe::egui::{
    Align, CornerRadius, Frame, Label, Layout, Margin, RichText, Sense, TextStyle, Ui, vec2,
};
use std::time::Duration;

/// Draws it. Nothing if nothing is pending and nothing was told.
pub(super) fn show(ui: &mut Ui, now: &Snapshot, out: &mut Vec<Command>) {
    if let Some(pending) = &now.pending {
        show_pending(ui, now, pending, out);
    } else if let Some(told) = &now.told {
        let tone = if told.good { Tone::Good } else { Tone::Bad };
        row(ui, tone, |ui| {
            ui.label(RichText::new(tone.sign()).color(tone.ink()));
            let shown = ui.add(Label::new(RichText::new(&told.words).color(INK)).wrap());
            parts::announce(&shown);
        });
    }
}

fn show_pending(ui: &mut Ui, now: &Snapshot, pending: &PendingAct, out: &mut Vec<Command>) {
    let seconds = times::seconds_left(now.now, pending.final_at);
    let doing = match pending.act {
        Act::Import => "Importing",
        Act::Reject => "Rejecting",
    };
    let what = now
        .inbox
        .rows
        .iter()
        .find(|row| row.reference == pending.reference)
        .map(|row| {
            let patient = row.patient.clone();
            let patient = patient.unwrap_or_else(|| row.nhs_number.spaced());
            format!(" {} for {patient}", crate::topic::in_words(&row.topic))
        })
        .unwrap_or_default();
    ui.ctx().request_repaint_after(Duration::from_millis(200));
    row(ui, Tone::Plain, |ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            // Once it is being done, it can't be taken back any more.
            let undo = look::primary_if(ui, seconds > 0, "Undo").on_hover_text("Undo (Ctrl+Z)");
            if undo.clicked() {
                out.push(Command::Undo);
            }
            let (bar, _) = ui.allocate_exact_size(vec2(120.0, 6.0), Sense::hover());
            let painter = ui.painter();
            painter.rect_filled(bar, CornerRadius::same(3), LINE);
            let mut left = bar;
            let share = u16::try_from(seconds.min(10)).map_or(0.0, f32::from) / 5.0;
            left.set_width(bar.width() * share.min(1.0));
            painter.rect_filled(left, CornerRadius::same(3), ACCENT);
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                ui.spacing_mut().item_spacing.x = 5.0;
                let when = if seconds == 0 {
                    "now".to_owned()
                } else {
                    format!("in {seconds} s")
                };
                // Heard once: the seconds are a label of their own, which is not announced.
                let words = format!("{doing}{what}");
                let room = (ui.available_width() - 60.0).max(60.0);
                let cut = parts::cut(ui, &words, TextStyle::Body, INK, room);
                let shown = ui.add(Label::new(cut));
                ui.ctx()
                    .accesskit_node_builder(shown.id, |node| node.set_value(words));
                parts::announce(&shown);
                ui.label(RichText::new(when).color(INK));
            });
        });
    });
}

fn row(ui: &mut Ui, tone: Tone, contents: impl FnOnce(&mut Ui)) {
    Frame::new()
        .fill(tone.wash())
        .corner_radius(CornerRadius::same(4))
        .inner_margin(Margin::symmetric(12, 6))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.horizontal(|ui| {
                ui.set_min_height(32.0);
                contents(ui);
            });
        });
}
