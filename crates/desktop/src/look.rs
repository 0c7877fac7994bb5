//! How everything looks: colours, sizes of type, focus rings, and the few shapes that all screens share.
//!
//! Light, calm, one accent. A colour never says something alone: [`Tone::sign`] and words stand beside it. Contrast of
//! every text is at least 4.5:1 on the ground that it is used on.

use eframe::egui::{
    self, Button, Color32, CornerRadius, FontFamily, FontId, Frame, Margin, Response, RichText,
    Sense, Stroke, StrokeKind, TextStyle, Ui, Vec2, vec2,
};
use std::collections::BTreeMap;

/// The ground of a window.
pub const PAPER: Color32 = Color32::from_rgb(0xFF, 0xFF, 0xFF);
/// The ground of lists, bars and headers.
pub const WASH: Color32 = Color32::from_rgb(0xF3, 0xF5, 0xF8);
/// Text.
pub const INK: Color32 = Color32::from_rgb(0x16, 0x20, 0x2C);
/// Text that matters less; 7:1 on [`PAPER`].
pub const INK_SOFT: Color32 = Color32::from_rgb(0x46, 0x54, 0x63);
/// Lines between things.
pub const LINE: Color32 = Color32::from_rgb(0xD0, 0xD8, 0xE0);
/// Outlines of what can be operated; 3:1 on [`PAPER`].
pub const EDGE: Color32 = Color32::from_rgb(0x76, 0x86, 0x95);
/// The one accent.
pub const ACCENT: Color32 = Color32::from_rgb(0x00, 0x57, 0xA8);
/// The ground of what is chosen.
pub const ACCENT_WASH: Color32 = Color32::from_rgb(0xE3, 0xEE, 0xF9);
/// The accent under the pointer.
pub const ACCENT_DARK: Color32 = Color32::from_rgb(0x00, 0x3F, 0x7D);

/// No target is lower or narrower than this, in points.
pub const TARGET: f32 = 32.0;
/// Room around the contents of a window, in points.
pub const MARGIN: i8 = 20;

/// What a mark says, beside its words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Nothing in particular.
    Plain,
    /// All is well.
    Good,
    /// Look at this.
    Warn,
    /// Something failed, or is dangerous.
    Bad,
}

impl Tone {
    /// The colour of its sign and words; 4.5:1 on [`PAPER`] and on [`Self::wash`].
    pub const fn ink(self) -> Color32 {
        match self {
            Self::Plain => ACCENT,
            Self::Good => Color32::from_rgb(0x00, 0x66, 0x38),
            Self::Warn => Color32::from_rgb(0x8A, 0x45, 0x00),
            Self::Bad => Color32::from_rgb(0xB0, 0x1E, 0x17),
        }
    }

    /// The ground behind it.
    pub const fn wash(self) -> Color32 {
        match self {
            Self::Plain => ACCENT_WASH,
            Self::Good => Color32::from_rgb(0xE4, 0xF4, 0xEB),
            Self::Warn => Color32::from_rgb(0xFD, 0xF1, 0xDF),
            Self::Bad => Color32::from_rgb(0xFC, 0xE9, 0xE8),
        }
    }

    /// Its sign, so that the colour is not alone. In the default fonts.
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Plain => "ℹ",
            Self::Good => "✔",
            Self::Warn => "⚠",
            Self::Bad => "✖",
        }
    }
}

/// The name of the largest type: a window's title.
pub fn title_style() -> TextStyle {
    TextStyle::Name("title".into())
}

/// Dresses a context. Once, before the first frame.
pub fn apply(ctx: &egui::Context) {
    ctx.set_fonts(fonts());
    ctx.set_theme(egui::Theme::Light);
    ctx.style_mut_of(egui::Theme::Light, |style| {
        style.text_styles = sizes();
        let spacing = &mut style.spacing;
        spacing.item_spacing = vec2(10.0, 10.0);
        spacing.button_padding = vec2(14.0, 6.0);
        spacing.interact_size = vec2(TARGET, TARGET);
        spacing.icon_width = 20.0;
        spacing.icon_width_inner = 12.0;
        spacing.text_edit_width = 320.0;
        spacing.combo_width = 160.0;
        spacing.tooltip_width = 360.0;
        spacing.menu_margin = Margin::same(6);
        spacing.scroll = egui::style::ScrollStyle::solid();
        // In the colour of what can be operated: a white handle on white is none.
        spacing.scroll.foreground_color = true;
        style.animation_time = 0.0;
        style.interaction.selectable_labels = false;
        style.url_in_tooltip = true;
        visuals(&mut style.visuals);
    });
}

/// The default fonts; signs and arrows that the first has not come from the others. The crate `egui` is named here for
/// its feature with the signs, which `eframe` doesn't pass on.
fn fonts() -> ::egui::FontDefinitions {
    let mut fonts = ::egui::FontDefinitions::default();
    if let Some(family) = fonts.families.get_mut(&FontFamily::Proportional) {
        family.push("Hack".to_owned());
    }
    fonts
}

fn sizes() -> BTreeMap<TextStyle, FontId> {
    let plain = |size| FontId::new(size, FontFamily::Proportional);
    [
        (TextStyle::Small, plain(13.5)),
        (TextStyle::Body, plain(15.5)),
        (TextStyle::Button, plain(15.5)),
        (TextStyle::Heading, plain(19.0)),
        (title_style(), plain(25.0)),
        (
            TextStyle::Monospace,
            FontId::new(15.0, FontFamily::Monospace),
        ),
    ]
    .into()
}

fn visuals(visuals: &mut egui::Visuals) {
    visuals.override_text_color = None;
    visuals.weak_text_color = Some(INK_SOFT);
    visuals.panel_fill = PAPER;
    visuals.window_fill = PAPER;
    visuals.extreme_bg_color = PAPER;
    visuals.faint_bg_color = WASH;
    visuals.hyperlink_color = ACCENT;
    visuals.warn_fg_color = Tone::Warn.ink();
    visuals.error_fg_color = Tone::Bad.ink();
    visuals.window_stroke = Stroke::new(1.0, EDGE);
    visuals.window_corner_radius = CornerRadius::same(6);
    visuals.menu_corner_radius = CornerRadius::same(6);
    visuals.window_shadow = egui::Shadow::NONE;
    visuals.popup_shadow = egui::Shadow {
        offset: [0, 2],
        blur: 8,
        spread: 0,
        color: Color32::from_black_alpha(40),
    };
    visuals.selection.bg_fill = ACCENT_WASH;
    visuals.selection.stroke = Stroke::new(2.0, ACCENT);
    visuals.disabled_alpha = 0.6;
    let widgets = &mut visuals.widgets;
    for each in [
        &mut widgets.noninteractive,
        &mut widgets.inactive,
        &mut widgets.hovered,
        &mut widgets.active,
        &mut widgets.open,
    ] {
        each.corner_radius = CornerRadius::same(4);
        each.fg_stroke = Stroke::new(1.5, INK);
        each.bg_fill = PAPER;
        each.weak_bg_fill = PAPER;
        each.bg_stroke = Stroke::new(1.0, EDGE);
        each.expansion = 0.0;
    }
    widgets.noninteractive.bg_stroke = Stroke::new(1.0, LINE);
    widgets.hovered.bg_fill = ACCENT_WASH;
    widgets.hovered.weak_bg_fill = ACCENT_WASH;
    widgets.hovered.bg_stroke = Stroke::new(1.0, ACCENT);
    // What has the keyboard's focus is drawn as active: this is the focus ring.
    widgets.active.bg_fill = ACCENT_WASH;
    widgets.active.weak_bg_fill = ACCENT_WASH;
    widgets.active.bg_stroke = Stroke::new(2.5, ACCENT);
    widgets.open.weak_bg_fill = ACCENT_WASH;
    widgets.open.bg_fill = ACCENT_WASH;
}

/// A window's title.
pub fn title(ui: &mut Ui, words: &str) -> Response {
    heading_of(ui, words, title_style(), INK)
}

/// The heading of a part.
pub fn heading(ui: &mut Ui, words: &str) -> Response {
    heading_of(ui, words, TextStyle::Heading, INK)
}

fn heading_of(ui: &mut Ui, words: &str, style: TextStyle, ink: Color32) -> Response {
    let shown = ui.add(egui::Label::new(RichText::new(words).text_style(style).color(ink)).wrap());
    ui.ctx().accesskit_node_builder(shown.id, |node| {
        node.set_role(egui::accesskit::Role::Heading);
        // A heading's name is its label; a plain text's is its value.
        node.set_label(words);
    });
    shown
}

/// Words that matter less.
pub fn soft(ui: &mut Ui, words: &str) -> Response {
    ui.add(egui::Label::new(RichText::new(words).color(INK_SOFT)).wrap())
}

/// The one thing that a screen is for: white on the accent.
pub fn primary(ui: &mut Ui, words: &str) -> Response {
    primary_if(ui, true, words)
}

/// As [`primary`]; grey while it can't be used.
pub fn primary_if(ui: &mut Ui, enabled: bool, words: &str) -> Response {
    strong_button(ui, enabled, words, ACCENT, ACCENT_DARK)
}

/// A deed that can't be undone, or is dangerous.
pub fn danger_if(ui: &mut Ui, enabled: bool, words: &str) -> Response {
    strong_button(
        ui,
        enabled,
        words,
        Tone::Bad.ink(),
        Color32::from_rgb(0x80, 0x12, 0x0D),
    )
}

fn strong_button(
    ui: &mut Ui,
    enabled: bool,
    words: &str,
    fill: Color32,
    dark: Color32,
) -> Response {
    let inner = ui.scope(|ui| {
        let widgets = &mut ui.visuals_mut().widgets;
        widgets.inactive.weak_bg_fill = fill;
        widgets.inactive.bg_stroke = Stroke::NONE;
        widgets.hovered.weak_bg_fill = dark;
        widgets.active.weak_bg_fill = dark;
        for each in [
            &mut widgets.inactive,
            &mut widgets.hovered,
            &mut widgets.active,
        ] {
            each.fg_stroke.color = PAPER;
        }
        ui.add_enabled(enabled, Button::new(words).min_size(vec2(TARGET, TARGET)))
    });
    let response = inner.inner;
    if response.has_focus() {
        // The ring stands outside the filled shape, or nobody would see it.
        ui.painter().rect_stroke(
            response.rect.expand(3.0),
            CornerRadius::same(6),
            Stroke::new(2.0, INK),
            StrokeKind::Outside,
        );
    }
    response
}

/// Any other deed.
pub fn button(ui: &mut Ui, words: &str) -> Response {
    button_if(ui, true, words)
}

/// As [`button`]; grey while it can't be used.
pub fn button_if(ui: &mut Ui, enabled: bool, words: &str) -> Response {
    ui.add_enabled(enabled, Button::new(words).min_size(vec2(TARGET, TARGET)))
}

/// A button without an outline, for bars and rows.
pub fn quiet(ui: &mut Ui, words: &str) -> Response {
    ui.scope(|ui| {
        let inactive = &mut ui.visuals_mut().widgets.inactive;
        inactive.bg_stroke = Stroke::NONE;
        inactive.weak_bg_fill = Color32::TRANSPARENT;
        inactive.fg_stroke.color = ACCENT;
        ui.add(Button::new(words).min_size(vec2(TARGET, TARGET)))
    })
    .inner
}

/// A few words with a sign on a coloured ground, in one line.
pub fn chip(ui: &mut Ui, tone: Tone, words: &str) -> Response {
    Frame::new()
        .fill(tone.wash())
        .corner_radius(CornerRadius::same(4))
        .inner_margin(Margin::symmetric(8, 3))
        .show(ui, |ui| {
            let text = RichText::new(format!("{} {words}", tone.sign()))
                .text_style(TextStyle::Small)
                .color(tone.ink());
            ui.add(egui::Label::new(text).extend())
        })
        .inner
}

/// A message to the user over the whole width: sign, words, and what `more` adds below them.
pub fn banner<R>(ui: &mut Ui, tone: Tone, words: &str, more: impl FnOnce(&mut Ui) -> R) -> R {
    Frame::new()
        .fill(tone.wash())
        .stroke(Stroke::new(1.0, tone.ink()))
        .corner_radius(CornerRadius::same(4))
        .inner_margin(Margin::symmetric(14, 12))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.horizontal_top(|ui| {
                ui.label(RichText::new(tone.sign()).size(18.0).color(tone.ink()));
                ui.add(egui::Label::new(RichText::new(words).color(INK)).wrap());
            });
            more(ui)
        })
        .inner
}

/// A label and the one-line field below it, tied to each other for screen readers. `secret` hides what is typed.
pub fn field(ui: &mut Ui, label: &str, hint: &str, value: &mut String, secret: bool) -> Response {
    let name = ui.label(RichText::new(label).color(INK));
    if !hint.is_empty() {
        ui.add(
            egui::Label::new(
                RichText::new(hint)
                    .text_style(TextStyle::Small)
                    .color(INK_SOFT),
            )
            .wrap(),
        );
    }
    let edit = egui::TextEdit::singleline(value)
        .password(secret)
        .desired_width(ui.available_width().min(440.0))
        .margin(Margin::symmetric(8, 7))
        .min_size(Vec2::new(0.0, TARGET));
    ui.add(edit).labelled_by(name.id)
}

/// A name and a value side by side, the name in soft ink and `width` points wide.
pub fn fact(ui: &mut Ui, width: f32, name: &str, value: &str) {
    ui.horizontal_top(|ui| {
        let left = egui::Layout::left_to_right(egui::Align::Min);
        ui.allocate_ui_with_layout(vec2(width, 20.0), left, |ui| {
            ui.set_min_width(width);
            ui.label(RichText::new(name).color(INK_SOFT));
        });
        ui.add(egui::Label::new(value).wrap().selectable(true));
    });
}

/// A line across.
pub fn rule(ui: &mut Ui) {
    let (space, _) = ui.allocate_exact_size(vec2(ui.available_width(), 1.0), Sense::hover());
    ui.painter()
        .hline(space.x_range(), space.center().y, Stroke::new(1.0, LINE));
}

/// The frame that the contents of a window stand in.
pub fn page() -> Frame {
    Frame::new().fill(PAPER).inner_margin(Margin::same(MARGIN))
}
