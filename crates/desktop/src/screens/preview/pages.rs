//! Pages one below the other. Only those in sight are asked for, and only those near it stay on the graphics card.

use super::PreviewState;
use crate::command::Command;
use crate::look::{self, INK_SOFT, LINE, PAPER};
use crate::screens::parts;
use crate::snapshot::{Document, PageImage};
use eframe::egui::{
    Color32, ColorImage, EventFilter, Id, Rect, ScrollArea, Sense, Stroke, StrokeKind,
    TextureHandle, TextureOptions, Ui, Vec2, WidgetInfo, accesskit, pos2, style::ScrollAnimation,
    vec2,
};
use std::sync::Arc;

/// Room around each page, in points.
const GAP: f32 = 14.0;
/// Height by width of a page that was not drawn yet: A4.
const A4: f32 = 297.0 / 210.0;
/// Drawings are asked for in steps of so many pixels, so that dragging a border doesn't ask for a hundred.
const STEP: u32 = 128;
/// The widest drawing that is asked for, in pixels.
const WIDEST: u32 = 4096;
/// Pages this far from sight leave the graphics card.
const NEAR: usize = 3;

type Page = Option<Arc<PageImage>>;

/// Draws them.
pub(super) fn show(
    ui: &mut Ui,
    which: usize,
    document: &Document,
    pages: &[Page],
    local: &mut PreviewState,
    out: &mut Vec<Command>,
) {
    let room = ui.available_rect_before_wrap();
    let area = focusable(ui, room, document);
    let fit = (room.width() - 2.0 * GAP - 14.0).max(60.0);
    let width = fit * local.zoom;
    let spread = Spread::new(pages, width);
    let mut scroll = ScrollArea::both()
        .id_salt(("pages", which))
        .auto_shrink(false);
    if let Some(page) = local.go_to.take() {
        scroll = scroll.vertical_scroll_offset(spread.top(page) - GAP);
    }
    scroll.show_viewport(ui, |ui, view| {
        ui.set_width((width + 2.0 * GAP).max(room.width() - 14.0));
        ui.set_height(spread.height);
        scroll_by(ui, local, room.height(), area);
        local.page = spread.page_at(view.center().y);
        let seen = spread.page_at(view.min.y)..=spread.page_at(view.max.y);
        forget(which, pages, local, *seen.start(), *seen.end());
        let left = ui.max_rect().left() + ((ui.max_rect().width() - width) / 2.0).max(GAP);
        for number in seen {
            let Some(page) = pages.get(number) else {
                continue;
            };
            let top = ui.max_rect().top() + spread.top(number);
            let rect = Rect::from_min_size(pos2(left, top), vec2(width, spread.size(number)));
            ask(ui, which, number, page.as_ref(), rect, local, out);
            draw(
                ui,
                document,
                number,
                pages.len(),
                page.as_ref(),
                rect,
                local,
            );
        }
    });
}

/// The pages take the focus, so that Up and Down can scroll them.
fn focusable(ui: &Ui, room: Rect, document: &Document) -> Id {
    let id = Id::unique("document-pages");
    let shown = ui.interact(room, id, Sense::focusable_noninteractive());
    ui.memory_mut(|memory| {
        memory.set_focus_lock_filter(
            id,
            EventFilter {
                vertical_arrows: true,
                ..EventFilter::default()
            },
        );
    });
    ui.ctx().accesskit_node_builder(id, |node| {
        node.set_role(accesskit::Role::Document);
        node.set_label(format!("Pages of {}", document.name));
    });
    if shown.has_focus() {
        ui.painter().rect_stroke(
            room.shrink(1.0),
            2.0,
            Stroke::new(2.0, look::ACCENT),
            StrokeKind::Inside,
        );
    }
    id
}

fn scroll_by(ui: &Ui, local: &mut PreviewState, room: f32, area: Id) {
    let mut by = std::mem::take(&mut local.scroll) * room;
    if ui.memory(|memory| memory.has_focus(area)) {
        use eframe::egui::{Key, Modifiers};
        let pressed = |key| ui.input_mut(|i| i.consume_key(Modifiers::NONE, key));
        if pressed(Key::ArrowDown) {
            by += 60.0;
        }
        if pressed(Key::ArrowUp) {
            by -= 60.0;
        }
    }
    if by.abs() > 0.5 {
        ui.scroll_with_delta_animation(vec2(0.0, -by), ScrollAnimation::none());
    }
}

/// Where each page is.
struct Spread {
    /// Top and height of each, in points from the top of the first.
    pages: Vec<(f32, f32)>,
    height: f32,
}

impl Spread {
    fn new(pages: &[Page], width: f32) -> Self {
        // Pages of one document are mostly alike.
        let usual = pages.iter().flatten().next().map_or(A4, |page| shape(page));
        let mut top = GAP;
        let pages = pages
            .iter()
            .map(|page| {
                let height = width * page.as_ref().map_or(usual, |page| shape(page));
                let here = (top, height);
                top += height + GAP;
                here
            })
            .collect();
        Self { pages, height: top }
    }

    fn top(&self, page: usize) -> f32 {
        self.pages.get(page).map_or(0.0, |&(top, _)| top)
    }

    fn size(&self, page: usize) -> f32 {
        self.pages.get(page).map_or(0.0, |&(_, height)| height)
    }

    fn page_at(&self, y: f32) -> usize {
        self.pages
            .partition_point(|&(top, _)| top <= y)
            .saturating_sub(1)
    }
}

fn shape(page: &PageImage) -> f32 {
    pixels(page.height) / pixels(page.width).max(1.0)
}

fn pixels(count: u32) -> f32 {
    parts::px(usize::try_from(count).unwrap_or(usize::MAX))
}

/// Asks for a drawing that is wide enough, once.
fn ask(
    ui: &Ui,
    which: usize,
    number: usize,
    page: Option<&Arc<PageImage>>,
    rect: Rect,
    local: &mut PreviewState,
    out: &mut Vec<Command>,
) {
    let wanted = steps(rect.width() * ui.ctx().pixels_per_point());
    let enough = page.is_some_and(|page| page.width >= wanted);
    if !enough && local.asked.insert((which, number, wanted)) {
        out.push(Command::DrawPage {
            document: which,
            page: number,
            width: wanted,
        });
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a width in pixels, never negative, and saturating"
)]
fn steps(width: f32) -> u32 {
    (width.ceil() as u32)
        .div_ceil(STEP)
        .saturating_mul(STEP)
        .clamp(STEP, WIDEST)
}

/// Pages out of sight, and drawings that a better one replaced, leave the graphics card. What was asked for them is
/// forgotten, since the bridge may let go of them as well.
fn forget(which: usize, pages: &[Page], local: &mut PreviewState, first: usize, last: usize) {
    let near = first.saturating_sub(NEAR)..=last.saturating_add(NEAR);
    local
        .asked
        .retain(|(document, page, _)| *document == which && near.contains(page));
    local.textures.retain(|id, _| {
        pages.iter().enumerate().any(|(number, page)| {
            near.contains(&number) && page.as_ref().is_some_and(|page| page.id == *id)
        })
    });
}

fn draw(
    ui: &Ui,
    document: &Document,
    number: usize,
    of: usize,
    page: Option<&Arc<PageImage>>,
    rect: Rect,
    local: &mut PreviewState,
) {
    ui.painter().rect_filled(rect, 0.0, PAPER);
    let state = match page.map(|page| texture(ui, page, local)) {
        Some(Some(texture)) => {
            let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
            ui.painter()
                .image(texture.id(), rect, whole, Color32::WHITE);
            ""
        }
        Some(None) => "too large to be shown",
        None => "being drawn\u{2026}",
    };
    ui.painter()
        .rect_stroke(rect, 0.0, Stroke::new(1.0, LINE), StrokeKind::Outside);
    if !state.is_empty() {
        let words = format!("Page {} is {state}", number + 1);
        parts::centred(ui, rect, &words, 15.0, INK_SOFT);
    }
    let shown = ui.interact(
        rect,
        Id::unique("document-page").with(number),
        Sense::empty(),
    );
    shown.widget_info(|| {
        let state = if state.is_empty() {
            String::new()
        } else {
            format!(", {state}")
        };
        WidgetInfo::labeled(
            accesskit::Role::Image,
            true,
            format!("{}, page {} of {of}{state}", document.name, number + 1),
        )
    });
}

/// The page on the graphics card, put there once; `None` if it doesn't fit there.
fn texture<'a>(
    ui: &Ui,
    page: &PageImage,
    local: &'a mut PreviewState,
) -> Option<&'a TextureHandle> {
    let size = [page.width, page.height].map(|side| usize::try_from(side).unwrap_or(usize::MAX));
    let [across, down] = size;
    let most = ui.input(|i| i.max_texture_side);
    let bytes = across.checked_mul(down)?.checked_mul(4)?;
    if across == 0 || across.max(down) > most || page.rgba.len() != bytes {
        return None;
    }
    Some(local.textures.entry(page.id).or_insert_with(|| {
        let image = ColorImage::from_rgba_unmultiplied(size, &page.rgba)
            .with_source_size(Vec2::new(pixels(page.width), pixels(page.height)));
        ui.ctx()
            .load_texture(format!("page-{}", page.id), image, TextureOptions::LINEAR)
    }))
}
