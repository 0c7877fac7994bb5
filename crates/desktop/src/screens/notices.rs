//! Notices at the bottom right: what happened by itself, one card each. A click opens the record or the message.

use crate::command::Command;
use crate::look::{self, Tone};
use crate::snapshot::{Happened, Notice, Snapshot};
use crate::when;
use eframe::egui::{self, Align, Layout, Margin, RichText, Sense, Stroke, TextStyle, Ui, vec2};

/// How wide a card is, in points.
pub const WIDTH: f32 = 400.0;
/// Room between cards, and between them and the edge of the screen.
pub const GAP: f32 = 12.0;
/// So many are on screen at a time; older ones wait.
pub const SHOWN: usize = 4;
/// One that is no failure stays so long, in seconds.
pub const STAYS: f64 = 8.0;

/// How long it was there, and what was asked of it.
#[derive(Default)]
pub struct CardState {
    /// Seconds for which it has been in view with no pointer over it.
    pub age: f64,
    /// The pointer is over it.
    pub hovered: bool,
    /// The message that somebody asked to see in the inbox.
    pub open: Option<String>,
}

impl CardState {
    /// It has been there long enough.
    pub fn over(&self, notice: &Notice) -> bool {
        self.age >= STAYS && !lasting(notice)
    }
}

/// How high a card is, in points.
pub fn height(notice: &Notice) -> f32 {
    let (_, _, more) = words(notice);
    if more.is_some() { 182.0 } else { 138.0 }
}

/// A failure stays until somebody closes it.
pub fn lasting(notice: &Notice) -> bool {
    matches!(notice.what, Happened::Failed { .. } | Happened::Unreported)
}

/// What it says, and how gravely.
fn words(notice: &Notice) -> (Tone, &'static str, Option<&str>) {
    match &notice.what {
        Happened::Imported { elsewhere: false } => (Tone::Good, "In the record", None),
        Happened::Imported { elsewhere: true } => {
            (Tone::Good, "In the record", Some("Imported at another PC."))
        }
        Happened::Failed { reason } => (Tone::Bad, "Not imported", Some(reason)),
        Happened::Unreported => (
            Tone::Warn,
            "In the record",
            Some("The platform could not be told yet; that is tried again."),
        ),
        Happened::Waiting => (Tone::Plain, "For review", None),
        Happened::Trouble { words } => (Tone::Warn, "Not done", Some(words)),
    }
}

/// Draws one card.
pub fn card(
    ui: &mut Ui,
    now: &Snapshot,
    notice: &Notice,
    local: &mut CardState,
    out: &mut Vec<Command>,
) {
    let (tone, heading, more) = words(notice);
    let frame = egui::Frame::new()
        .fill(look::PAPER)
        .stroke(Stroke::new(1.5, tone.ink()))
        .inner_margin(Margin {
            left: 16,
            right: 10,
            top: 8,
            bottom: 8,
        });
    let shown = frame.show(ui, |ui| {
        ui.set_min_size(ui.available_size());
        ui.spacing_mut().item_spacing.y = 3.0;
        let first = vec2(ui.available_width(), look::TARGET);
        ui.allocate_ui_with_layout(first, Layout::right_to_left(Align::Center), |ui| {
            if look::quiet(ui, "✖")
                .on_hover_text("Close")
                .labelled("Close notice")
                .clicked()
            {
                out.push(Command::Dismiss { notice: notice.id });
            }
            let time = RichText::new(when::clock(now.now, &now.zone, notice.at));
            ui.label(time.text_style(TextStyle::Small).color(look::INK_SOFT));
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let text = format!("{} {heading}", tone.sign());
                ui.label(RichText::new(text).size(16.0).color(tone.ink()));
            });
        });
        cut(ui, RichText::new(&notice.patient).color(look::INK));
        cut(
            ui,
            RichText::new(&notice.message)
                .text_style(TextStyle::Small)
                .color(look::INK_SOFT),
        );
        if let Some(more) = more {
            let text = RichText::new(more).color(look::INK);
            ui.add(egui::Label::new(text).wrap());
        }
        act(ui, notice, local, out);
    });
    let rect = shown.response.rect;
    let band = egui::Rect::from_min_size(rect.min, vec2(6.0, rect.height()));
    ui.painter().rect_filled(band, 0.0, tone.ink());
    local.hovered = ui.rect_contains_pointer(rect);
    let whole = ui.interact(rect, ui.scope_id().with("card"), Sense::hover());
    let clicked = local.hovered && ui.input(|input| input.pointer.primary_clicked());
    // The buttons above took their own clicks.
    if clicked && whole.contains_pointer() && out.is_empty() && local.open.is_none() {
        follow(notice, local, out);
    }
}

/// Draws one in a single line; the answer is the line's words.
pub fn line(
    ui: &mut Ui,
    now: &Snapshot,
    notice: &Notice,
    local: &mut CardState,
    out: &mut Vec<Command>,
) -> egui::Response {
    let (tone, heading, more) = words(notice);
    let mut parts = vec![
        format!("{} {heading}", tone.sign()),
        when::clock(now.now, &now.zone, notice.at),
        notice.patient.clone(),
        notice.message.clone(),
    ];
    parts.extend(more.map(ToOwned::to_owned));
    parts.retain(|part| !part.is_empty());
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        if look::button(ui, "Close notice").clicked() {
            out.push(Command::Dismiss { notice: notice.id });
        }
        act(ui, notice, local, out);
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            let text = RichText::new(parts.join(" · ")).color(tone.ink());
            ui.add(egui::Label::new(text).truncate())
        })
        .inner
    })
    .inner
}

fn act(ui: &mut Ui, notice: &Notice, local: &mut CardState, out: &mut Vec<Command>) {
    let words = match (&notice.record, &notice.what) {
        (Some(_), Happened::Imported { .. } | Happened::Unreported) => "Open record",
        (_, Happened::Failed { .. } | Happened::Waiting) => "Open in inbox",
        _ => return,
    };
    if look::button(ui, words).clicked() {
        follow(notice, local, out);
    }
}

fn follow(notice: &Notice, local: &mut CardState, out: &mut Vec<Command>) {
    match (&notice.record, &notice.what) {
        (Some(address), Happened::Imported { .. } | Happened::Unreported) => {
            out.push(Command::OpenRecord {
                address: address.clone(),
            });
        }
        (_, Happened::Failed { .. } | Happened::Waiting) => {
            local.open = Some(notice.reference.clone());
        }
        _ => return,
    }
    out.push(Command::Dismiss { notice: notice.id });
}

fn cut(ui: &mut Ui, text: RichText) {
    ui.add(egui::Label::new(text).truncate());
}

/// A name for screen readers where the words on screen are a sign.
trait Labelled {
    fn labelled(self, name: &str) -> Self;
}

impl Labelled for egui::Response {
    fn labelled(self, name: &str) -> Self {
        self.ctx
            .accesskit_node_builder(self.id, |node| node.set_label(name));
        self
    }
}
