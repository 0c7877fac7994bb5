//! Widgets: the strip on the bar, the question for which patient, and which of them are shown.

mod ask;
mod icon;
mod manage;

use crate::command::Command;
use crate::look::{ACCENT, INK, TARGET};
use crate::screens::parts;
use crate::snapshot::{Snapshot, Widget};
use eframe::egui::{
    Button, CornerRadius, Sense, Stroke, StrokeKind, TextStyle, Ui, WidgetInfo, accesskit, pos2,
    vec2,
};

/// What the widgets remember between frames.
#[derive(Default)]
pub struct WidgetsState {
    window: Window,
    number: String,
    shown_before: bool,
}

/// The little window of the widgets.
#[derive(Clone, Default, PartialEq, Eq)]
enum Window {
    #[default]
    Closed,
    /// Which patient is this widget to open for?
    Patient { widget: String },
    /// Which widgets are shown?
    Manage,
}

impl WidgetsState {
    /// Whether the little window should be open.
    pub fn wants_window(&self) -> bool {
        self.window != Window::Closed
    }

    /// The title of the little window.
    pub fn title(&self) -> &'static str {
        match self.window {
            Window::Manage => "Widgets",
            Window::Closed | Window::Patient { .. } => "Which patient?",
        }
    }

    /// The little window is closed; nothing is launched.
    pub fn close(&mut self) {
        *self = Self::default();
    }

    /// Opens the list in which widgets are hidden and shown.
    pub fn open_manage(&mut self) {
        self.window = Window::Manage;
    }
}

/// Draws the widgets that the practitioner sees, as far as there is room; the rest is behind "More".
pub fn strip(ui: &mut Ui, now: &Snapshot, local: &mut WidgetsState, out: &mut Vec<Command>) {
    let seen: Vec<&Widget> = now.widgets.iter().filter(|widget| !widget.hidden).collect();
    let some_hidden = seen.len() < now.widgets.len();
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        let more = 76.0;
        let mut all_fit = true;
        for (place, widget) in seen.iter().enumerate() {
            let wanted = width(ui, widget);
            let last = place + 1 == seen.len() && !some_hidden;
            let room = ui.available_width() - if last { 0.0 } else { more };
            if wanted > room {
                all_fit = false;
                break;
            }
            if button(ui, widget, wanted) {
                launch(now, widget, local, out);
            }
        }
        if (some_hidden || !all_fit)
            && ui
                .add(Button::new("More").min_size(vec2(TARGET, TARGET)))
                .on_hover_text("All widgets, and which of them are shown here")
                .accessible_name("More widgets")
                .clicked()
        {
            local.open_manage();
        }
    });
}

/// Draws what the little window holds.
pub fn ask(ui: &mut Ui, now: &Snapshot, local: &mut WidgetsState, out: &mut Vec<Command>) {
    match local.window.clone() {
        Window::Closed => {}
        Window::Manage => manage::show(ui, now, local, out),
        Window::Patient { widget } => {
            let widget = now.widgets.iter().find(|each| each.id == widget);
            match widget {
                Some(widget) => ask::show(ui, now, widget, local, out),
                // It was taken away meanwhile.
                None => local.close(),
            }
        }
    }
}

/// Draws the list in which widgets are hidden and shown, for a page of the settings.
pub fn manage(ui: &mut Ui, now: &Snapshot, local: &mut WidgetsState, out: &mut Vec<Command>) {
    manage::show(ui, now, local, out);
}

/// Opens a widget, or asks for the patient first.
fn launch(now: &Snapshot, widget: &Widget, local: &mut WidgetsState, out: &mut Vec<Command>) {
    if widget.wants_patient {
        *local = WidgetsState {
            window: Window::Patient {
                widget: widget.id.clone(),
            },
            number: now
                .opened
                .as_ref()
                .map(|message| message.row.nhs_number.spaced())
                .unwrap_or_default(),
            shown_before: false,
        };
    } else {
        out.push(Command::LaunchWidget {
            id: widget.id.clone(),
            patient: None,
        });
    }
}

const ICON: f32 = 20.0;
/// The longest name on the bar, in points; a longer one is cut.
const NAME: f32 = 150.0;

fn width(ui: &Ui, widget: &Widget) -> f32 {
    let name = parts::cut(ui, &widget.name, TextStyle::Body, INK, NAME);
    (10.0 + ICON + 8.0 + name.size().x + 12.0).max(TARGET)
}

fn button(ui: &mut Ui, widget: &Widget, width: f32) -> bool {
    let (rect, shown) = ui.allocate_exact_size(vec2(width, TARGET), Sense::click());
    shown.widget_info(|| {
        WidgetInfo::labeled(
            accesskit::Role::Button,
            true,
            format!("{}, a widget of {}", widget.name, widget.client),
        )
    });
    let visuals = *ui.style().interact(&shown);
    if shown.hovered() || shown.has_focus() {
        ui.painter().rect(
            rect,
            CornerRadius::same(4),
            visuals.weak_bg_fill,
            visuals.bg_stroke,
            StrokeKind::Inside,
        );
    }
    let square = eframe::egui::Rect::from_center_size(
        pos2(rect.left() + 10.0 + ICON / 2.0, rect.center().y),
        vec2(ICON, ICON),
    );
    icon::draw(ui.painter(), square, &widget.icon, Stroke::new(1.6, ACCENT));
    let name = parts::cut(ui, &widget.name, TextStyle::Body, INK, NAME);
    let at = pos2(square.right() + 8.0, rect.center().y - name.size().y / 2.0);
    ui.painter().galley(at, name, INK);
    let hint = format!("{}\nfrom {}", widget.name, widget.client);
    shown.on_hover_text(hint).clicked()
}
