//! Pieces that the inbox, the review and the codes share: text cut to its room, bold text, dialogs.

use crate::look::{EDGE, INK, PAPER};
use eframe::egui::{
    self, Align2, Color32, Context, CornerRadius, FontId, Frame, Galley, Id, Margin, Modal, Pos2,
    Rect, Response, Stroke, TextStyle, TextWrapMode, Ui, accesskit, vec2,
};
use std::sync::Arc;

/// A count as a length or a share; counts here are far below 2^24.
#[expect(
    clippy::cast_precision_loss,
    reason = "counts of rows, pages and pixels stay below 2^24"
)]
pub(super) fn px(count: usize) -> f32 {
    count as f32
}

/// One line of text, cut with an ellipsis where its room ends.
pub(super) fn cut(ui: &Ui, words: &str, style: TextStyle, ink: Color32, room: f32) -> Arc<Galley> {
    let text = egui::RichText::new(words).text_style(style).color(ink);
    egui::WidgetText::from(text).into_galley(
        ui,
        Some(TextWrapMode::Truncate),
        room.max(0.0),
        egui::FontSelection::Default,
    )
}

/// Paints `galley` twice, one pixel apart: the default fonts have no bold face.
pub(super) fn paint_bold(ui: &Ui, at: Pos2, galley: &Arc<Galley>, ink: Color32) {
    ui.painter().galley(at, Arc::clone(galley), ink);
    let pixel = vec2(1.0 / ui.ctx().pixels_per_point(), 0.0);
    ui.painter().galley(at + pixel, Arc::clone(galley), ink);
}

/// A line of bold text of `size` points, wrapped where its room ends.
pub(super) fn bold(ui: &mut Ui, words: &str, size: f32, ink: Color32) -> Response {
    let text = egui::RichText::new(words).size(size).color(ink);
    let (at, galley, shown) = egui::Label::new(text).wrap().layout_in_ui(ui);
    shown.widget_info(|| {
        egui::WidgetInfo::labeled(accesskit::Role::Label, true, galley.text().to_owned())
    });
    if ui.is_rect_visible(shown.rect) {
        paint_bold(ui, at, &galley, ink);
    }
    shown
}

/// Text in the middle of `rect`.
pub(super) fn centred(ui: &Ui, rect: Rect, words: &str, size: f32, ink: Color32) {
    ui.painter().text(
        rect.center(),
        Align2::CENTER_CENTER,
        words,
        FontId::proportional(size),
        ink,
    );
}

/// A dialog over everything; true beside what `contents` gave when Escape or a click outside asks to close it.
pub(super) fn dialog<R>(
    ctx: &Context,
    name: &str,
    title: &str,
    width: f32,
    contents: impl FnOnce(&mut Ui) -> R,
) -> (R, bool) {
    let frame = Frame::new()
        .fill(PAPER)
        .stroke(Stroke::new(1.0, EDGE))
        .corner_radius(CornerRadius::same(6))
        .inner_margin(Margin::same(22));
    let area = Modal::default_area(Id::unique(name)).accessible_name(title);
    let modal = Modal::new(Id::unique(name)).area(area).frame(frame);
    let shown = modal.show(ctx, |ui| {
        ui.set_width(width.min(ui.ctx().content_rect().width() - 80.0));
        let heading = bold(ui, title, 20.0, INK);
        ui.ctx().accesskit_node_builder(heading.id, |node| {
            node.set_role(accesskit::Role::Heading);
            node.set_label(title);
        });
        ui.spacing_mut().icon_spacing = 8.0;
        contents(ui)
    });
    let close = shown.should_close();
    (shown.inner, close)
}

/// An NHS number in three groups that no line end parts.
pub(super) fn number(number: &model::NhsNumber) -> String {
    number.spaced().replace(' ', "\u{a0}")
}

/// Underlines what is chosen of several, so that its colour is not alone.
pub(super) fn underline(ui: &Ui, chosen: &Response) {
    let rect = chosen.rect;
    let line = Rect::from_min_max(
        Pos2::new(rect.left() + 6.0, rect.bottom() - 4.0),
        Pos2::new(rect.right() - 6.0, rect.bottom() - 1.5),
    );
    ui.painter()
        .rect_filled(line, CornerRadius::same(1), crate::look::ACCENT);
}

/// `name` as an owner: `Dr Llewellyn's`.
pub(super) fn owners(name: &str) -> String {
    format!("{name}'s")
}

/// `n` of a thing, in words: `1 document`, `3 documents`.
pub(super) fn count(n: usize, one: &str, many: &str) -> String {
    if n == 1 {
        format!("1 {one}")
    } else {
        format!("{n} {many}")
    }
}

/// Makes `words` heard by a screen reader when they change, without moving the focus.
pub(super) fn announce(shown: &Response) {
    shown.ctx.accesskit_node_builder(shown.id, |node| {
        node.set_live(accesskit::Live::Polite);
    });
}
