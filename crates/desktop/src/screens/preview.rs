//! What can be seen of a message's parts: drawn pages with zoom, text in a size for reading, words in blocks.

mod blocks;
mod pages;
mod toolbar;

use super::parts;
use crate::command::Command;
use crate::look::{self, INK, LINE, PAPER};
use crate::snapshot::{Content, Document, OpenMessage};
use eframe::egui::{
    Frame, Key, Label, Margin, Modifiers, RichText, ScrollArea, Stroke, TextureHandle, Ui,
};
use std::collections::{HashMap, HashSet};

/// The size of type for reading, in points.
const READING: f32 = 17.0;
/// The widest line of text, in points: about 80 characters.
const LINE_WIDTH: f32 = 680.0;

/// What is remembered of the document that is shown.
pub(super) struct PreviewState {
    /// Its width, as a multiple of the room's.
    zoom: f32,
    /// The page in the middle of the room, from 0.
    page: usize,
    /// The page to go to.
    go_to: Option<usize>,
    /// How far to scroll, in rooms.
    scroll: f32,
    /// Pages on the graphics card, by [`crate::snapshot::PageImage::id`].
    textures: HashMap<u64, TextureHandle>,
    /// Which drawings were asked for: document, page, pixels across.
    asked: HashSet<(usize, usize, u32)>,
}

impl Default for PreviewState {
    fn default() -> Self {
        Self {
            zoom: 1.0,
            page: 0,
            go_to: None,
            scroll: 0.0,
            textures: HashMap::new(),
            asked: HashSet::new(),
        }
    }
}

/// The steps of the zoom, as multiples of the room's width.
const ZOOMS: [f32; 8] = [0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 3.0, 4.0];

impl PreviewState {
    /// Another document comes into view: from its beginning, without the pages of this one.
    pub(super) fn another_document(&mut self) {
        let zoom = self.zoom;
        *self = Self {
            zoom,
            go_to: Some(0),
            ..Self::default()
        };
    }

    /// Takes the keys of the preview.
    pub(super) fn keys(&mut self, ui: &Ui) {
        let pressed = |key| ui.input_mut(|i| i.consume_key(Modifiers::NONE, key));
        if pressed(Key::Plus) || pressed(Key::Equals) {
            self.larger();
        }
        if pressed(Key::Minus) {
            self.smaller();
        }
        if pressed(Key::Num0) {
            self.zoom = 1.0;
        }
        if pressed(Key::PageDown) {
            self.scroll = 0.9;
        }
        if pressed(Key::PageUp) {
            self.scroll = -0.9;
        }
    }

    fn larger(&mut self) {
        let next = ZOOMS.into_iter().find(|&zoom| zoom > self.zoom + 0.01);
        self.zoom = next.unwrap_or(self.zoom);
        self.go_to = Some(self.page);
    }

    fn smaller(&mut self) {
        let next = ZOOMS
            .into_iter()
            .rev()
            .find(|&zoom| zoom < self.zoom - 0.01);
        self.zoom = next.unwrap_or(self.zoom);
        self.go_to = Some(self.page);
    }
}

/// Draws a document of the message.
pub(super) fn show(
    ui: &mut Ui,
    message: &OpenMessage,
    which: usize,
    local: &mut PreviewState,
    out: &mut Vec<Command>,
) {
    let Some(document) = message.documents.get(which) else {
        middle(ui, "This message holds no document.");
        return;
    };
    match &document.content {
        Content::Loading => middle(ui, &format!("{} is on its way\u{2026}", document.name)),
        Content::Text(text) => {
            toolbar::plain(ui, document);
            reading(ui, local, |ui| {
                let text = RichText::new(&**text).size(READING).color(INK);
                ui.add(Label::new(text).wrap().selectable(true));
            });
        }
        Content::NotShown { reason } => not_shown(ui, document, reason),
        Content::Pages(pages) if pages.is_empty() => {
            not_shown(ui, document, "It has no pages.");
        }
        Content::Pages(pages) => {
            toolbar::show(ui, document, pages.len(), local);
            pages::show(ui, which, document, pages, local, out);
        }
    }
}

/// Draws the words for the practice.
pub(super) fn words(ui: &mut Ui, body: &[::preview::Block]) {
    let mut nowhere = PreviewState::default();
    if body.is_empty() {
        middle(ui, "This message has no text.");
    } else {
        reading(ui, &mut nowhere, |ui| blocks::show(ui, body));
    }
}

fn reading(ui: &mut Ui, local: &mut PreviewState, contents: impl FnOnce(&mut Ui)) {
    let room = ui.available_height();
    ScrollArea::vertical()
        .id_salt("reading")
        .auto_shrink(false)
        .show(ui, |ui| {
            let by = std::mem::take(&mut local.scroll) * room;
            if by.abs() > 0.5 {
                ui.scroll_with_delta(eframe::egui::vec2(0.0, -by));
            }
            ui.vertical_centered(|ui| {
                ui.set_max_width(LINE_WIDTH + 56.0);
                Frame::new()
                    .fill(PAPER)
                    .stroke(Stroke::new(1.0, LINE))
                    .inner_margin(Margin::same(28))
                    .outer_margin(Margin::symmetric(0, 16))
                    .show(ui, |ui| {
                        ui.set_width(ui.available_width());
                        ui.vertical(contents);
                    });
            });
        });
}

fn not_shown(ui: &mut Ui, document: &Document, reason: &str) {
    ui.vertical_centered(|ui| {
        ui.add_space((ui.available_height() * 0.25).min(120.0));
        ui.set_max_width(460.0);
        let title = format!("{} can't be shown here", document.name);
        parts::bold(ui, &title, 17.0, INK);
        look::soft(ui, reason);
        look::soft(
            ui,
            "Nobody can say here whether it is sound or whom it is about. Ask the sender for it again, or reject the message as \u{201C}Unreadable\u{201D}.",
        );
    });
}

fn middle(ui: &mut Ui, words: &str) {
    ui.vertical_centered(|ui| {
        ui.add_space((ui.available_height() * 0.3).min(140.0));
        let shown = look::soft(ui, words);
        parts::announce(&shown);
    });
}
