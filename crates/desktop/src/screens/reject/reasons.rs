//! The reasons to choose from: one stop of the Tab key, in which the arrow keys choose.

use crate::look::{ACCENT, ACCENT_WASH, INK, PAPER};
use crate::screens::parts;
use eframe::egui::{
    EventFilter, Id, Key, Modifiers, Rect, Sense, Stroke, StrokeKind, TextStyle, Ui, WidgetInfo,
    accesskit, pos2, vec2,
};

/// How high one is, in points.
const HEIGHT: f32 = 32.0;

/// Draws them; the focus goes to the chosen one, or the first, when they are shown for the `first` time.
pub(super) fn show(
    ui: &mut Ui,
    chosen: &mut Option<&'static str>,
    reasons: &[&'static str],
    first: bool,
) {
    let group = ui.unique_id().with("reasons");
    let place = |reason: Option<&str>| reasons.iter().position(|each| Some(*each) == reason);
    let stop = place(*chosen).unwrap_or(0);
    let id = |place: usize| group.with(place);
    if ui.memory(|memory| memory.has_focus(id(stop)))
        && let Some(to) = arrow(ui, stop, reasons.len())
    {
        *chosen = reasons.get(to).copied();
        ui.memory_mut(|memory| memory.request_focus(id(to)));
    }
    let stop = place(*chosen).unwrap_or(0);
    let whole = vec2(ui.available_width(), HEIGHT);
    for (nth, &reason) in reasons.iter().enumerate() {
        let (rect, _) = ui.allocate_exact_size(whole, Sense::hover());
        if one(
            ui,
            rect,
            id(nth),
            (nth == stop, *chosen == Some(reason)),
            reason,
        ) {
            *chosen = Some(reason);
            ui.memory_mut(|memory| memory.request_focus(id(nth)));
        }
    }
    ui.memory_mut(|memory| {
        if first {
            memory.request_focus(id(stop));
        }
        let keys = EventFilter {
            vertical_arrows: true,
            horizontal_arrows: true,
            ..EventFilter::default()
        };
        memory.set_focus_lock_filter(id(stop), keys);
    });
}

/// Where an arrow key leads; from the last to the first and back.
fn arrow(ui: &Ui, from: usize, count: usize) -> Option<usize> {
    let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    if pressed(Key::ArrowDown) || pressed(Key::ArrowRight) {
        (from + 1).checked_rem(count)
    } else if pressed(Key::ArrowUp) || pressed(Key::ArrowLeft) {
        (from + count).checked_sub(1)?.checked_rem(count)
    } else {
        None
    }
}

/// Draws one; true when it was clicked. Only the one at which the Tab key `stops` takes the focus.
fn one(ui: &Ui, rect: Rect, id: Id, (stops, chosen): (bool, bool), reason: &str) -> bool {
    let sense = if stops { Sense::click() } else { Sense::CLICK };
    let shown = ui.interact(rect, id, sense);
    shown.widget_info(|| WidgetInfo::selected(accesskit::Role::RadioButton, true, chosen, reason));
    let painter = ui.painter();
    if shown.hovered() {
        painter.rect_filled(rect, 4.0, ACCENT_WASH);
    }
    if shown.has_focus() {
        painter.rect_stroke(rect, 4.0, Stroke::new(2.0, ACCENT), StrokeKind::Inside);
    }
    let centre = pos2(rect.left() + 16.0, rect.center().y);
    let ink = if chosen { ACCENT } else { INK };
    painter.circle(centre, 8.0, PAPER, Stroke::new(1.5, ink));
    if chosen {
        painter.circle_filled(centre, 4.5, ACCENT);
    }
    let words = parts::cut(ui, reason, TextStyle::Body, INK, rect.width() - 44.0);
    let at = pos2(rect.left() + 34.0, rect.center().y - words.size().y / 2.0);
    ui.painter().galley(at, words, INK);
    shown.clicked()
}
