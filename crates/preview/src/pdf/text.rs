//! The words of every page of a PDF, and how far they are all that a person would read on it.

use super::lines::{self, Glyph};
use super::{open, size};
use crate::{PageSize, PageText, PreviewError, Reading, limits};
use hayro_interpret::font::GlyphRun;
use hayro_interpret::hayro_cmap::BfString;
use hayro_interpret::kurbo::{Affine, BezPath, PathEl, Point, Rect};
use hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps,
    InterpreterCache, InterpreterSettings, Paint, SoftMask, interpret_page,
};
use hayro_syntax::page::Page;
use std::sync::Arc;

/// Pictures over more of a page than this may hold words that are not text.
const MUCH_OF_A_PAGE: f64 = 0.15;
/// Pictures over more of a page than this may hold a few: a patient's label is a sixteenth of A4.
const SOME_OF_A_PAGE: f64 = 0.01;
/// A scan with at least so many invisible letters has been read by a machine before it was sent.
const READ_BY_MACHINE: usize = 20;
/// So many letters in a row without a meaning may be a number.
const UNKNOWN_IN_A_ROW: usize = 5;
/// So many curved shapes, more than there are letters, may be letters drawn as shapes.
const SHAPES: usize = 50;

/// Reads the words of every page. `enough` is asked before each page; once it says yes, the pages left
/// count as not read, and so do those over [`limits::PAGES_SEARCHED`].
///
/// # Errors
/// [`PreviewError`]: what [`super::look`] says.
pub fn texts(
    bytes: &Arc<[u8]>,
    mut enough: impl FnMut() -> bool,
) -> Result<Vec<PageText>, PreviewError> {
    let pdf = open(bytes)?;
    let cache = InterpreterCache::new();
    let mut stopped = false;
    let mut glyphs = 0;
    let pages = pdf.pages().iter().take(limits::PAGES_SEARCHED + 1);
    Ok(pages
        .enumerate()
        .map(|(index, page)| {
            stopped = stopped
                || index >= limits::PAGES_SEARCHED
                || glyphs >= limits::DOCUMENT_GLYPHS
                || enough();
            if stopped {
                PageText {
                    text: String::new(),
                    reading: Reading::NotRead,
                }
            } else {
                let (read, count) = read(page, &cache);
                glyphs += count;
                read
            }
        })
        .collect())
}

/// A page's words, and how many letters they are.
fn read<'a>(page: &Page<'a>, cache: &InterpreterCache<'a>) -> (PageText, usize) {
    let size = size(page);
    let transform = page.initial_transform(true).as_coeffs();
    let transform = Affine::new(transform);
    let target = Rect::new(0.0, 0.0, f64::from(size.width), f64::from(size.height));
    let mut context = Context::new(
        transform,
        target,
        cache,
        page.xref(),
        InterpreterSettings::default(),
    );
    let mut reader = Reader::new(size);
    interpret_page(page, &mut context, &mut reader);
    let text = lines::text(&reader.glyphs);
    let reading = reader.reading();
    (PageText { text, reading }, reader.glyphs.len())
}

/// A drawing board that notes letters instead of drawing.
struct Reader {
    page: Rect,
    glyphs: Vec<Glyph>,
    too_many: bool,
    invisible: usize,
    unknown_now: usize,
    unknown_longest: usize,
    pictured: f64,
    shapes: usize,
}

impl Reader {
    fn new(size: PageSize) -> Self {
        Self {
            page: Rect::new(0.0, 0.0, f64::from(size.width), f64::from(size.height)),
            glyphs: Vec::new(),
            too_many: false,
            invisible: 0,
            unknown_now: 0,
            unknown_longest: 0,
            pictured: 0.0,
            shapes: 0,
        }
    }

    fn reading(&self) -> Reading {
        if self.too_many {
            Reading::NotRead
        } else if self.unknown_longest >= UNKNOWN_IN_A_ROW {
            Reading::Unreadable
        } else if self.pictured > MUCH_OF_A_PAGE && self.invisible < READ_BY_MACHINE {
            Reading::Pictures
        } else if self.shapes >= SHAPES && self.shapes > self.glyphs.len() {
            Reading::Unreadable
        } else if self.pictured > SOME_OF_A_PAGE {
            if self.glyphs.is_empty() {
                Reading::Pictures
            } else {
                Reading::Illustrated
            }
        } else if self.glyphs.is_empty() {
            Reading::Blank
        } else {
            Reading::Words
        }
    }

    fn cover(&mut self, transform: Affine) {
        let unit = Rect::new(0.0, 0.0, 1.0, 1.0);
        let share = |rect: Rect| rect.intersect(self.page).area() / self.page.area();
        let share = share(transform.transform_rect_bbox(unit));
        if share.is_finite() {
            self.pictured += share.max(0.0);
        }
    }
}

/// What a letter means, unless its document keeps that to itself (no mapping, or one to a private character).
fn meaning(glyph: &hayro_interpret::font::Glyph<'_>) -> Option<String> {
    let text = match glyph.as_unicode()? {
        BfString::Char(c) => c.to_string(),
        BfString::String(s) => s,
    };
    if text.chars().count() > limits::GLYPH_CHARACTERS {
        return None;
    }
    let private = |c: char| matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{fffd}' | '\u{f0000}'..);
    (!text.chars().any(private)).then_some(text)
}

impl<'a> Device<'a> for Reader {
    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, 'a>, props: DrawProps<'a>, mode: &DrawMode) {
        for positioned in run.glyphs() {
            if self.glyphs.len() >= limits::PAGE_GLYPHS {
                self.too_many = true;
                return;
            }
            let Some(text) = meaning(positioned) else {
                self.unknown_now += 1;
                self.unknown_longest = self.unknown_longest.max(self.unknown_now);
                continue;
            };
            self.unknown_now = 0;
            if matches!(mode, DrawMode::Invisible) {
                self.invisible += 1;
            }
            let advance = match &**positioned {
                hayro_interpret::font::Glyph::Outline(outline) => outline.advance_width(),
                hayro_interpret::font::Glyph::Type3(drawn) => drawn.advance_width(),
            };
            let place = props.transform * positioned.transform();
            let at = |x: f64, y: f64| {
                let point = place * Point::new(x, y);
                (point.x, point.y)
            };
            let advance = f64::from(advance.unwrap_or(500.0));
            self.glyphs.extend(Glyph::new(
                text,
                at(0.0, 0.0),
                at(advance, 0.0),
                at(0.0, 1000.0),
                at(1000.0, 0.0),
            ));
        }
    }

    fn draw_image(&mut self, image: Image<'a, '_>, props: ImageDrawProps<'a>) {
        let (width, height) = (f64::from(image.width()), f64::from(image.height()));
        self.cover(props.transform * Affine::scale_non_uniform(width, height));
    }

    fn draw_path(&mut self, path: &BezPath, props: DrawProps<'a>, _: &DrawMode) {
        if matches!(props.paint, Paint::Pattern(_)) {
            // A pattern may be a picture, or hold letters.
            let unit = path.control_box();
            let share = props.transform.transform_rect_bbox(unit);
            self.cover(Affine::map_unit_square(share));
        }
        let curved = |element: &PathEl| matches!(element, PathEl::CurveTo(..) | PathEl::QuadTo(..));
        let contours = |element: &&PathEl| matches!(element, PathEl::MoveTo(_));
        if path.elements().iter().any(curved) {
            self.shapes += path.elements().iter().filter(contours).count();
        }
    }

    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {}
    fn pop_clip(&mut self) {}
    fn pop_transparency_group(&mut self) {}
}
