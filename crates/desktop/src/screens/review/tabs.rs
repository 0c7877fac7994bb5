//! What the message holds, side by side: its words, its documents, its coded items.

use crate::look::{INK, TARGET};
use crate::screens::parts;
use crate::snapshot::{Document, OpenMessage};
use eframe::egui::{Button, TextStyle, Ui, accesskit, vec2};

/// The longest name on a tab, in points; a longer one is cut.
const LONGEST: f32 = 220.0;

/// One part of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tab {
    /// Words for the practice.
    Words,
    /// A document.
    Document(usize),
    /// Coded items.
    Coded,
}

fn all(message: &OpenMessage) -> Vec<Tab> {
    let words = (!message.body.is_empty()).then_some(Tab::Words);
    let coded = (!message.coded.is_empty()).then_some(Tab::Coded);
    let documents = (0..message.documents.len()).map(Tab::Document);
    words.into_iter().chain(documents).chain(coded).collect()
}

/// What is shown first: a document if there is one.
pub(super) fn first(message: &OpenMessage) -> Tab {
    if !message.documents.is_empty() {
        Tab::Document(0)
    } else if message.coded.is_empty() {
        Tab::Words
    } else {
        Tab::Coded
    }
}

/// The part `step` places from `shown`.
pub(super) fn beside(message: &OpenMessage, shown: Tab, step: isize) -> Tab {
    let all = all(message);
    all.iter()
        .position(|&tab| tab == shown)
        .and_then(|place| place.checked_add_signed(step))
        .and_then(|place| all.get(place).copied())
        .unwrap_or(shown)
}

/// Draws them, and gives the one that was clicked.
pub(super) fn show(ui: &mut Ui, message: &OpenMessage, shown: Tab) -> Option<Tab> {
    let mut chosen = None;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        for tab in all(message) {
            let name = match tab {
                Tab::Words => "Message text".to_owned(),
                Tab::Document(which) => message
                    .documents
                    .get(which)
                    .map(|document| document.name.clone())
                    .unwrap_or_default(),
                Tab::Coded => parts::count(message.coded.len(), "coded item", "coded items"),
            };
            let short = parts::cut(ui, &name, TextStyle::Button, INK, LONGEST);
            let button = ui.add(
                Button::selectable(tab == shown, short)
                    .frame_when_inactive(true)
                    .min_size(vec2(TARGET, TARGET)),
            );
            if tab == shown {
                parts::underline(ui, &button);
            }
            let name = match tab {
                Tab::Document(which) => message.documents.get(which).map_or_else(
                    || name.clone(),
                    |document| format!("{name}, {}", about(document)),
                ),
                Tab::Words | Tab::Coded => name,
            };
            ui.ctx().accesskit_node_builder(button.id, |node| {
                node.set_role(accesskit::Role::Tab);
                node.set_selected(tab == shown);
                node.set_label(name.as_str());
            });
            let button = button.on_hover_text(name);
            if button.clicked() {
                chosen = Some(tab);
            }
        }
    });
    chosen
}

/// What a document is and how large: `PDF, 312 KB`.
pub(in crate::screens) fn about(document: &Document) -> String {
    format!("{}, {}", document.kind, size(document.size))
}

/// Bytes for people, in thousands as file managers count.
fn size(bytes: u64) -> String {
    match bytes {
        ..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{} KB", bytes.div_ceil(1_000)),
        _ => {
            let tenths = bytes / 100_000;
            format!("{}.{} MB", tenths / 10, tenths % 10)
        }
    }
}
