//! A stage on which one screen plays: its state, what it is shown, and what it asked for.

use desktop::command::Command;
use desktop::look;
use desktop::snapshot::Snapshot;
use eframe::egui::{self, Vec2};
use egui_kittest::Harness;

/// What a screen is played with.
pub(crate) struct Stage<S> {
    /// What it is shown.
    pub(crate) now: Snapshot,
    /// Its own state.
    pub(crate) local: S,
    /// What it asked for, in order.
    pub(crate) asked: Vec<Command>,
}

/// Plays `show` in a window of `size` points, dressed as in real life.
pub(crate) fn play<'a, S: 'a>(
    size: Vec2,
    now: Snapshot,
    local: S,
    mut show: impl FnMut(&mut egui::Ui, &Snapshot, &mut S, &mut Vec<Command>) + 'a,
) -> Harness<'a, Stage<S>> {
    let stage = Stage {
        now,
        local,
        asked: Vec::new(),
    };
    Harness::builder()
        .with_size(size)
        .with_theme(egui::Theme::Light)
        .with_context_setup(look::apply)
        .build_ui_state(
            move |ui, stage: &mut Stage<S>| {
                look::page().show(ui, |ui| {
                    show(ui, &stage.now, &mut stage.local, &mut stage.asked);
                });
            },
            stage,
        )
}
