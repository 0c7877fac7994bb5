//! One page of a PDF as a picture.

use super::{open, size};
use crate::{PageSize, Picture, PreviewError, limits};
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings};
use hayro_interpret::InterpreterSettings;
use std::sync::Arc;

/// Draws page `index` (from 0) on white, at `scale` pixels per point. A picture over the limits of
/// pixels is drawn smaller, as large as they allow.
///
/// # Errors
/// [`PreviewError`]: what [`super::look`] says, or no such page.
pub fn render(bytes: &Arc<[u8]>, index: u32, scale: f32) -> Result<Picture, PreviewError> {
    let pdf = open(bytes)?;
    let index = usize::try_from(index).map_err(|_| PreviewError::NoSuchPage)?;
    let page = pdf.pages().get(index).ok_or(PreviewError::NoSuchPage)?;
    let (x_scale, y_scale) = fitting(size(page), scale);
    let pixmap = hayro::render(
        page,
        &RenderCache::new(),
        &InterpreterSettings::default(),
        &RenderSettings::default(),
        &PixmapSettings {
            x_scale,
            y_scale,
            bg_color: WHITE,
        },
    );
    let picture = Picture {
        width: u32::from(pixmap.width()),
        height: u32::from(pixmap.height()),
        // Opaque, since it was drawn on white: what is premultiplied is as it would be without.
        rgba: pixmap.data_as_u8_slice().to_vec(),
    };
    if picture.width == 0 || picture.height == 0 {
        return Err(PreviewError::Damaged);
    }
    Ok(picture)
}

/// The scales at which a page of this size has at least one pixel each way and is within the limits.
fn fitting(size: PageSize, scale: f32) -> (f32, f32) {
    let wanted = if scale.is_finite() {
        scale.clamp(0.01, 50.0)
    } else {
        1.0
    };
    let square = f32::from(limits::PICTURE_SQUARE);
    let by_side = f32::from(limits::PICTURE_SIDE) / size.width.max(size.height);
    let by_area = (square / size.width).sqrt() * (square / size.height).sqrt();
    let scale = wanted.min(by_side).min(by_area);
    // Cut to whole pixels later, so a little over one is one.
    let at_least_one = |length: f32| scale.max(1.01 / length);
    (at_least_one(size.width), at_least_one(size.height))
}

#[cfg(test)]
mod tests;
