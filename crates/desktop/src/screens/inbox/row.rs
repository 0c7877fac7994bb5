//! One message of the list.

use super::times;
use crate::look::{ACCENT, ACCENT_WASH, INK, INK_SOFT, LINE, Tone, WASH};
use crate::screens::parts;
use crate::snapshot::{Row, Why};
use crate::topic;
use eframe::egui::{
    Color32, Pos2, Rect, Response, Sense, Stroke, StrokeKind, TextStyle, Ui, WidgetInfo, accesskit,
    pos2, vec2,
};
use jiff::Timestamp;

/// Room kept for the scroll bar at the right of the list.
pub(super) const SCROLL_BAR: f32 = 14.0;
const LEFT: f32 = 14.0;

/// How a row stands in the list.
pub(super) struct Place {
    pub(super) nth: usize,
    pub(super) total: usize,
    pub(super) selected: bool,
    pub(super) open_here: bool,
    pub(super) focused: bool,
    pub(super) compact: bool,
}

/// How high a row is, in points.
pub(super) fn height(compact: bool) -> f32 {
    if compact { 86.0 } else { 58.0 }
}

/// From where to where each column goes, in points, for a list `width` points wide.
pub(super) fn columns(width: f32) -> [(f32, f32); 6] {
    let shares = [0.22, 0.19, 0.21, 0.09, 0.11, 0.18];
    let mut from = LEFT - 6.0;
    let room = width - from;
    shares.map(|share| {
        let here = (from, from + room * share);
        from = here.1;
        here
    })
}

/// Why a message waits, in words, and how serious that is.
pub(crate) fn why(row: &Row) -> (Tone, &'static str) {
    match row.why {
        Why::Failed => (Tone::Bad, "Import failed"),
        Why::TimedOut => (Tone::Warn, "Not imported in time"),
        Why::Withdrawn => (Tone::Warn, "Permission withdrawn"),
        Why::Standard => (Tone::Plain, "Sent for review"),
        Why::Importing => (Tone::Plain, "Imports by itself"),
    }
}

/// Draws it into `rect`.
pub(super) fn show(ui: &Ui, now: Timestamp, row: &Row, rect: Rect, place: &Place) -> Response {
    // Clicks only: the Tab key stops once for the whole list.
    let id = ui.unique_id().with(("row", place.nth));
    let shown = ui.interact(rect, id, Sense::CLICK);
    shown.widget_info(|| {
        WidgetInfo::labeled(
            accesskit::Role::ListBoxOption,
            true,
            sentence(now, row, place),
        )
    });
    ui.ctx().accesskit_node_builder(shown.id, |node| {
        node.set_selected(place.selected);
        node.set_position_in_set(place.nth);
        node.set_size_of_set(place.total);
    });
    let shape = rect.shrink2(vec2(0.0, 1.0));
    let fill = if place.selected || place.open_here {
        ACCENT_WASH
    } else if shown.hovered() {
        WASH
    } else {
        Color32::TRANSPARENT
    };
    let painter = ui.painter();
    painter.rect_filled(shape, 3.0, fill);
    painter.hline(rect.x_range(), rect.bottom(), Stroke::new(1.0, LINE));
    if place.open_here {
        let bar = Rect::from_min_size(shape.min, vec2(4.0, shape.height()));
        painter.rect_filled(bar, 2.0, ACCENT);
    }
    if place.focused {
        painter.rect_stroke(shape, 3.0, Stroke::new(2.0, ACCENT), StrokeKind::Inside);
    }
    if place.compact {
        narrow(ui, now, row, rect);
    } else {
        wide(ui, now, row, rect);
    }
    let hint = hint(row);
    if shown.hovered() && !hint.is_empty() {
        shown.on_hover_text(hint)
    } else {
        shown
    }
}

/// What the row leaves out: the reason to its end, and the topic as its sender wrote it.
fn hint(row: &Row) -> String {
    let as_sent =
        (topic::in_words(&row.topic) != row.topic).then(|| format!("Topic: {}", row.topic));
    let lines: Vec<String> = row.reason.clone().into_iter().chain(as_sent).collect();
    lines.join("\n")
}

/// What a screen reader says of it.
fn sentence(now: Timestamp, row: &Row, place: &Place) -> String {
    let (_, why) = why(row);
    let name = row.patient.as_deref().unwrap_or("Patient");
    let soon = if times::is_soon(now, row.expires_at) {
        ", soon"
    } else {
        ""
    };
    let mut words = format!(
        "{name}, NHS number {}, {} from {}, waiting {}, expires {}{soon}, {why}",
        row.nhs_number.spaced(),
        topic::in_words(&row.topic),
        row.sender,
        times::age(now, row.received_at),
        times::left(now, row.expires_at),
    );
    if let Some(reason) = &row.reason {
        words.push_str(": ");
        words.push_str(reason);
    }
    if let Some(name) = &row.open_at {
        words.push_str(", open at ");
        words.push_str(&parts::owners(name));
    }
    if place.open_here {
        words.push_str(", open here");
    }
    words
}

fn line(ui: &Ui, at: Pos2, words: &str, style: TextStyle, ink: Color32, room: f32) {
    let galley = parts::cut(ui, words, style, ink, room);
    ui.painter().galley(at, galley, ink);
}

fn strong(ui: &Ui, at: Pos2, words: &str, room: f32) {
    let galley = parts::cut(ui, words, TextStyle::Body, INK, room - 1.0);
    parts::paint_bold(ui, at, &galley, INK);
}

fn number(row: &Row) -> String {
    format!("NHS {}", row.nhs_number.spaced())
}

fn holds(row: &Row) -> String {
    let documents =
        (row.documents > 0).then(|| parts::count(as_count(row.documents), "document", "documents"));
    let coded = (row.coded_items > 0)
        .then(|| parts::count(as_count(row.coded_items), "coded item", "coded items"));
    let words: Vec<String> = documents.into_iter().chain(coded).collect();
    words.join(", ")
}

fn as_count(n: u32) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}

fn expiry(now: Timestamp, row: &Row) -> (Tone, String) {
    let left = times::left(now, row.expires_at);
    if times::is_soon(now, row.expires_at) {
        (Tone::Warn, format!("{} {left}", Tone::Warn.sign()))
    } else {
        (Tone::Plain, left)
    }
}

/// The first line of why: its sign, if it needs one, and words. Who has it open elsewhere goes first.
fn state(row: &Row) -> (Color32, String) {
    if let Some(name) = &row.open_at {
        return (INK, format!("Open at {}", parts::owners(name)));
    }
    match why(row) {
        (Tone::Plain | Tone::Good, words) => (INK, words.to_owned()),
        (tone, words) => (tone.ink(), format!("{} {words}", tone.sign())),
    }
}

fn expiry_ink(tone: Tone) -> Color32 {
    if tone == Tone::Plain { INK } else { tone.ink() }
}

fn wide(ui: &Ui, now: Timestamp, row: &Row, rect: Rect) {
    let [patient, sender, topic, age, expires, why] = columns(rect.width());
    let first = rect.top() + 8.0;
    let second = rect.top() + 32.0;
    let at = |column: (f32, f32), y| pos2(rect.left() + column.0 + 6.0, y);
    let room = |column: (f32, f32)| column.1 - column.0 - 14.0;
    match &row.patient {
        Some(name) => {
            strong(ui, at(patient, first), name, room(patient));
            let number = number(row);
            line(
                ui,
                at(patient, second),
                &number,
                TextStyle::Small,
                INK_SOFT,
                room(patient),
            );
        }
        None => strong(ui, at(patient, first), &number(row), room(patient)),
    }
    let body = TextStyle::Body;
    line(
        ui,
        at(sender, first),
        &row.sender,
        body.clone(),
        INK,
        room(sender),
    );
    line(
        ui,
        at(topic, first),
        &topic::in_words(&row.topic),
        body.clone(),
        INK,
        room(topic),
    );
    line(
        ui,
        at(topic, second),
        &holds(row),
        TextStyle::Small,
        INK_SOFT,
        room(topic),
    );
    let waited = times::age(now, row.received_at);
    line(ui, at(age, first), &waited, body.clone(), INK, room(age));
    let (tone, left) = expiry(now, row);
    line(
        ui,
        at(expires, first),
        &left,
        body.clone(),
        expiry_ink(tone),
        room(expires),
    );
    let (ink, words) = state(row);
    line(ui, at(why, first), &words, body, ink, room(why));
    if let Some(reason) = &row.reason {
        line(
            ui,
            at(why, second),
            reason,
            TextStyle::Small,
            INK_SOFT,
            room(why),
        );
    }
}

fn narrow(ui: &Ui, now: Timestamp, row: &Row, rect: Rect) {
    let left = rect.left() + LEFT;
    let side = 96.0;
    let room = rect.width() - LEFT - side - 16.0;
    let right = rect.right() - 10.0;
    let whole = rect.width() - LEFT - 12.0;
    let (first, second, third) = (rect.top() + 8.0, rect.top() + 32.0, rect.top() + 56.0);
    let number = number(row);
    let name = row.patient.as_deref().unwrap_or(&number);
    strong(ui, pos2(left, first), name, room);
    let waited = times::age(now, row.received_at);
    flush(ui, pos2(right, first + 1.0), &waited, INK_SOFT, side);
    let about = format!("{} · {}", topic::in_words(&row.topic), row.sender);
    line(
        ui,
        pos2(left, second),
        &about,
        TextStyle::Small,
        INK_SOFT,
        whole,
    );
    let (ink, words) = state(row);
    line(ui, pos2(left, third), &words, TextStyle::Small, ink, room);
    let (tone, words) = expiry(now, row);
    if tone != Tone::Plain {
        flush(ui, pos2(right, third), &words, expiry_ink(tone), side);
    }
}

/// A small line that ends at `right`.
fn flush(ui: &Ui, right: Pos2, words: &str, ink: Color32, room: f32) {
    let galley = parts::cut(ui, words, TextStyle::Small, ink, room);
    let at = right - vec2(galley.size().x, 0.0);
    ui.painter().galley(at, galley, ink);
}
