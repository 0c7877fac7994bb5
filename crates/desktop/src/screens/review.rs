//! A message that is open: whose it is, what it holds, whether it may be imported, and the two deeds.

mod banner;
mod coded;
mod deeds;
mod head;
mod tabs;

use super::guard;
use super::inbox::Asked;
use super::preview::{self, PreviewState};
use crate::command::Command;
use crate::look::{PAPER, WASH};
use crate::snapshot::{Card, Holding, OpenMessage, Snapshot, Standing};
use eframe::egui::{CentralPanel, Frame, Key, Margin, Modifiers, Panel, ScrollArea, Ui};
use tabs::Tab;
pub(super) use tabs::about;

/// What the review remembers between frames, for one message.
#[derive(Default)]
pub(crate) struct ReviewState {
    reference: Option<String>,
    tab: Option<Tab>,
    preview: PreviewState,
}

impl ReviewState {
    /// Forgets everything of another message, its drawn pages first of all; true if the message changed.
    pub(crate) fn follow(&mut self, opened: Option<&OpenMessage>) -> bool {
        let reference = opened.map(|message| message.row.reference.as_str());
        if self.reference.as_deref() == reference {
            return false;
        }
        *self = Self {
            reference: reference.map(str::to_owned),
            ..Self::default()
        };
        true
    }

    /// Takes the keys of the review: documents and the preview.
    pub(crate) fn keys(&mut self, ui: &Ui, message: &OpenMessage) {
        let pressed = |key| ui.input_mut(|i| i.consume_key(Modifiers::NONE, key));
        let step = if pressed(Key::OpenBracket) {
            -1
        } else {
            isize::from(pressed(Key::CloseBracket))
        };
        if step != 0 {
            let tab = tabs::beside(message, self.shown(message), step);
            self.choose(tab);
        }
        self.preview.keys(ui);
    }

    fn shown(&self, message: &OpenMessage) -> Tab {
        self.tab.unwrap_or_else(|| tabs::first(message))
    }

    fn choose(&mut self, tab: Tab) {
        if self.tab != Some(tab) {
            self.tab = Some(tab);
            self.preview.another_document();
        }
    }
}

/// Draws it, and gives what was asked by a click.
pub(crate) fn show(
    ui: &mut Ui,
    now: &Snapshot,
    message: &OpenMessage,
    local: &mut ReviewState,
    out: &mut Vec<Command>,
) -> Asked {
    let mut asked = Asked::Nothing;
    let band = Frame::new()
        .fill(WASH)
        .inner_margin(Margin::symmetric(18, 10));
    Panel::bottom("review-deeds")
        .frame(band)
        .show(ui, |ui| asked = deeds::show(ui, now, message, out));
    // In a low window the head scrolls; the patient and the warning never do.
    let most = (ui.available_height() * 0.2).max(60.0);
    let edges = |top, bottom| {
        Frame::new().fill(PAPER).inner_margin(Margin {
            left: 18,
            right: 18,
            top,
            bottom,
        })
    };
    Panel::top("review-patient")
        .frame(edges(12, 4))
        .show_separator_line(false)
        .show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 6.0;
            banner::show(ui, now, message, out);
            guard::warn(ui, message);
        });
    Panel::top("review-head")
        .frame(edges(4, 2))
        .show_separator_line(false)
        .show(ui, |ui| {
            ScrollArea::vertical()
                .id_salt("review-head")
                .max_height(most)
                .min_scrolled_height(most)
                .auto_shrink([false, true])
                .show(ui, |ui| {
                    ui.spacing_mut().item_spacing.y = 4.0;
                    head::show(ui, now, message);
                    guard::notes(ui, message);
                });
        });
    Panel::top("review-tabs")
        .frame(
            Frame::new()
                .fill(PAPER)
                .inner_margin(Margin::symmetric(18, 6)),
        )
        .show(ui, |ui| {
            if let Some(tab) = tabs::show(ui, message, local.shown(message)) {
                local.choose(tab);
            }
        });
    CentralPanel::no_frame()
        .frame(Frame::new().fill(WASH))
        .show(ui, |ui| match local.shown(message) {
            Tab::Words => preview::words(ui, &message.body),
            Tab::Coded => coded::show(ui, message),
            Tab::Document(which) => preview::show(ui, message, which, &mut local.preview, out),
        });
    asked
}

/// Whether something about this message is about to become final.
pub(crate) fn is_pending(now: &Snapshot, message: &OpenMessage) -> bool {
    now.pending
        .as_ref()
        .is_some_and(|pending| pending.reference == message.row.reference)
}

/// Why nothing can be done about this message now, in words.
pub(crate) fn obstacle(now: &Snapshot, message: &OpenMessage) -> Option<String> {
    if is_pending(now, message) {
        return Some("It becomes final in a moment. Undo is above.".to_owned());
    }
    match &message.holding {
        Holding::Ours => {}
        Holding::Asking => return Some("It is being opened.".to_owned()),
        Holding::Theirs { .. } => {
            return Some("Somebody else has it open, so it can only be read.".to_owned());
        }
        Holding::Lost { .. } => {
            return Some("It is no longer held for you. Open it again.".to_owned());
        }
    }
    match now.standing {
        Standing::Online { .. } => None,
        _ => Some("The platform can't be reached at the moment.".to_owned()),
    }
}

/// Why it can't be imported now, in words.
pub(crate) fn import_obstacle(now: &Snapshot, message: &OpenMessage) -> Option<String> {
    if let Some(words) = obstacle(now, message) {
        return Some(words);
    }
    let words = match &message.card {
        Card::Asking => "The record system is being asked who this patient is.",
        Card::Nobody => "Nobody in your records has this NHS number.",
        Card::Several(_) => "More than one patient has this NHS number.",
        Card::One { .. } | Card::NotAsked | Card::Silent { .. } => {
            if message.searched.is_some() {
                return None;
            }
            "The documents are still being searched for other NHS numbers."
        }
    };
    Some(words.to_owned())
}
