//! The keys of the inbox, told by F1.

use crate::look::{self, INK_SOFT};
use crate::screens::parts;
use eframe::egui::{Context, Grid, Label, RichText, vec2};

const KEYS: [(&str, &str); 14] = [
    ("Up, Down", "go through the list"),
    ("Home, End", "first and last message"),
    ("Enter", "open the message"),
    ("Escape", "close the message; without one, the window"),
    ("I", "import the open message"),
    ("R", "reject the open message"),
    ("Ctrl+Z", "undo, while it can be undone"),
    ("/", "search"),
    ("[ and ]", "previous and next document"),
    ("Page Up, Page Down", "scroll the document"),
    ("+ and -", "make the document larger or smaller"),
    ("0", "fit the document to the width"),
    ("Tab", "to the next control"),
    ("F1", "show these keys"),
];

/// Draws them; true when it should close.
pub(super) fn show(ctx: &Context) -> bool {
    let (clicked, close) = parts::dialog(ctx, "inbox-keys", "Keys of the inbox", 460.0, |ui| {
        Grid::new("inbox-keys-grid")
            .num_columns(2)
            .min_row_height(26.0)
            .spacing(vec2(24.0, 2.0))
            .show(ui, |ui| {
                for (key, deed) in KEYS {
                    ui.add(Label::new(RichText::new(key).monospace()).extend());
                    ui.add(Label::new(RichText::new(deed).color(INK_SOFT)).extend());
                    ui.end_row();
                }
            });
        ui.add_space(6.0);
        let shown = look::primary(ui, "Close");
        if ui.memory(|memory| memory.focused().is_none()) {
            shown.request_focus();
        }
        shown.clicked()
    });
    clicked || close
}
