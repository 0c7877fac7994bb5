//! Everything in the main window, which grows below the bar: for screen readers, which are told of no other.

use super::shell::{Shared, Shell};
use super::windows;
use crate::command::Command;
use crate::look;
use crate::place::Place;
use crate::screens::bar::HEIGHT;
use crate::screens::notices::{self, CardState};
use crate::snapshot::{Notice, Snapshot};
use eframe::egui::{
    self, Align, CentralPanel, Frame, Key, Layout, Margin, Modifiers, Panel, Rect, Ui, UiBuilder,
    ViewportCommand, accesskit, pos2, vec2,
};
use std::path::{Path, PathBuf};

/// The line of a notice, in points.
const LINE: f32 = 46.0;
/// A notice that is no failure stays so long, in seconds: longer than a card, for it has to be read out.
const STAYS: f64 = 20.0;
/// The file of the choice, in the data directory.
const FILE: &str = "one-window";

/// Somebody's choice, kept on this PC.
pub(super) struct Choice {
    file: PathBuf,
    /// What was chosen; `None` follows whether a screen reader listens.
    chosen: Option<bool>,
}

impl Choice {
    /// What was chosen before; `asked` on the command line goes before it.
    pub(super) fn read(data_dir: &Path, asked: bool) -> Self {
        let file = data_dir.join(FILE);
        let kept = std::fs::read_to_string(&file).ok();
        let chosen = match kept.as_deref().map(str::trim) {
            _ if asked => Some(true),
            Some("on") => Some(true),
            Some("off") => Some(false),
            _ => None,
        };
        Self { file, chosen }
    }

    /// Chosen beforehand.
    pub(super) fn is_on(&self) -> bool {
        self.chosen == Some(true)
    }

    /// By choice, or because a screen reader listens.
    pub(super) fn now(&self, listening: bool) -> bool {
        self.chosen.unwrap_or(listening)
    }

    /// Chooses, and keeps the choice.
    pub(super) fn choose(&mut self, on: bool) {
        self.chosen = Some(on);
        let word = if on { "on" } else { "off" };
        if let Err(error) = std::fs::write(&self.file, word) {
            tracing::warn!(%error, "the choice of one window was not kept");
        }
    }
}

/// Names the main window for screen readers; says whether one listens.
pub(super) fn name(ctx: &egui::Context) -> bool {
    let named = ctx.accesskit_node_builder(egui::accesskit_root_id(), |node| {
        node.set_label(crate::TITLE);
    });
    named.is_some()
}

/// How high the window is, with what is shown below the bar.
pub(super) fn height(shell: &Shell, screen: f32) -> f32 {
    if !shell.one_window {
        return HEIGHT;
    }
    let notice = if newest(shell).is_some() { LINE } else { 0.0 };
    let below = shell.below().map_or(0.0, |place| place.size()[1] + 56.0);
    (HEIGHT + notice + below).min(screen - 40.0)
}

fn newest(shell: &Shell) -> Option<Notice> {
    shell.now.as_ref()?.notices.last().cloned()
}

/// Draws what is below the bar.
pub(super) fn draw(ui: &mut Ui, shell: &mut Shell) {
    let Some(now) = shell.at_present() else {
        return;
    };
    notice_line(ui, &now, shell);
    let Some(place) = shell.below() else {
        shell.in_inbox = false;
        return;
    };
    shell.in_inbox =
        place == Place::Inbox && ui.input(|input| input.viewport().focused) == Some(true);
    let title = match place {
        Place::Widget => shell.widgets.title(),
        _ => place.title(),
    };
    let fresh = std::mem::take(&mut shell.fresh);
    if fresh {
        ui.ctx().send_viewport_cmd(ViewportCommand::Focus);
    }
    Panel::top("close")
        .frame(
            Frame::new()
                .fill(look::PAPER)
                .inner_margin(Margin::symmetric(10, 6)),
        )
        .show(ui, |ui| {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let close = look::button(ui, &format!("Close {title}"));
                // The menu's focus is on its first entry, the inbox's on its list, where Enter opens a message.
                if fresh && !matches!(place, Place::Menu | Place::Inbox) {
                    close.request_focus();
                }
                if close.clicked() {
                    shell.leave(place);
                }
            });
        });
    CentralPanel::default()
        .frame(Frame::new().fill(look::PAPER))
        .show(ui, |ui| {
            if place == Place::Menu {
                let [width, height] = place.size();
                let shown = ui.max_rect();
                let left = shown.right() - width;
                let narrow = Rect::from_min_size(pos2(left, shown.top()), vec2(width, height));
                ui.scope_builder(UiBuilder::new().max_rect(narrow), |ui| {
                    windows::screen_of(ui, place, &now, shell);
                });
            } else {
                windows::screen_of(ui, place, &now, shell);
            }
        });
    after(ui, place, shell);
    if let Some(pause) = windows::pause(place, &now) {
        ui.ctx().request_repaint_after(pause);
    }
}

fn after(ui: &Ui, place: Place, shell: &mut Shell) {
    let escaped = ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape));
    if escaped || (place == Place::Menu && shell.menu.done) {
        shell.leave(place);
    }
    if let Some(next) = shell
        .menu
        .wants
        .take()
        .or_else(|| shell.standing.wants.take())
    {
        shell.go(next);
    }
}

/// The newest notice as a line that is read out.
fn notice_line(ui: &mut Ui, now: &Snapshot, shell: &mut Shell) {
    let Some(notice) = newest(shell) else { return };
    let Shell { cards, out, .. } = shell;
    let card: &mut CardState = cards.entry(notice.id).or_default();
    let passed = ui.input(|input| f64::from(input.unstable_dt));
    card.age += passed.min(1.0);
    if card.age > STAYS && !notices::lasting(&notice) {
        out.push(Command::Dismiss { notice: notice.id });
    }
    Panel::top("notice")
        .exact_size(LINE)
        .frame(
            Frame::new()
                .fill(look::WASH)
                .inner_margin(Margin::symmetric(10, 7)),
        )
        .show(ui, |ui| {
            let line = notices::line(ui, now, &notice, card, out);
            ui.ctx().accesskit_node_builder(line.id, |node| {
                node.set_live(accesskit::Live::Polite);
            });
        });
    if let Some(reference) = card.open.take() {
        shell.inbox.open(&reference);
        shell.go(Place::Inbox);
    }
    ui.ctx()
        .request_repaint_after(std::time::Duration::from_secs(1));
}

/// Choices among the orders, which the bridge does not need to know.
pub(super) fn take_choices(orders: &mut Vec<Command>, choice: &mut Choice, shared: &Shared) {
    orders.retain(|order| {
        let Command::OneWindow(on) = order else {
            return true;
        };
        choice.choose(*on);
        shared.with(|shell| shell.arrange(*on));
        false
    });
}
