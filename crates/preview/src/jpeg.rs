//! JPEG pictures: their size first, then their pixels, turned the way the camera was held.

mod orientation;
mod shape;

use crate::{Looked, Picture, PreviewError, limits};
use orientation::Orientation;
use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;
use zune_jpeg::errors::DecodeErrors;

/// A progressive picture may come in so many passes; more only cost time.
const PASSES: usize = 64;

/// What the head of a picture says.
struct Head<'a> {
    decoder: JpegDecoder<ZCursor<&'a [u8]>>,
    width: usize,
    height: usize,
    orientation: Orientation,
}

/// Says how large a picture is, as it is to be held.
///
/// # Errors
/// Damaged, or over the limits.
pub fn look(bytes: &[u8]) -> Result<Looked, PreviewError> {
    let head = head(bytes)?;
    let (width, height) = head.orientation.size(head.width, head.height);
    let (Ok(width), Ok(height)) = (u32::try_from(width), u32::try_from(height)) else {
        return Err(PreviewError::TooLarge);
    };
    Ok(Looked::Picture { width, height })
}

/// Decodes a picture at `scale` or below, so that it is within the limits of pixels.
///
/// # Errors
/// Damaged, or over the limits.
pub fn picture(bytes: &[u8], scale: f32) -> Result<Picture, PreviewError> {
    let mut head = head(bytes)?;
    let pixels = head.decoder.decode().map_err(|error| refused(&error))?;
    if pixels.len() != 4 * head.width * head.height {
        return Err(PreviewError::Damaged);
    }
    let decoded = shape::Pixels {
        width: head.width,
        height: head.height,
        rgba: pixels,
    };
    let by = decoded.shrink_by(scale);
    head.orientation.turn(decoded.shrunk(by)).into_picture()
}

fn head(bytes: &[u8]) -> Result<Head<'_>, PreviewError> {
    if bytes.len() > limits::DOCUMENT_BYTES {
        return Err(PreviewError::TooLarge);
    }
    let options = DecoderOptions::default()
        .set_max_width(usize::from(u16::MAX))
        .set_max_height(usize::from(u16::MAX))
        .jpeg_set_max_scans(PASSES)
        .jpeg_set_out_colorspace(ColorSpace::RGBA);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(|error| refused(&error))?;
    let (width, height) = decoder.dimensions().ok_or(PreviewError::Damaged)?;
    if width == 0 || height == 0 {
        return Err(PreviewError::Damaged);
    }
    if width * height > limits::JPEG_PIXELS {
        return Err(PreviewError::TooLarge);
    }
    let orientation = decoder
        .exif()
        .map_or(Orientation::default(), |exif| orientation::read(exif));
    Ok(Head {
        decoder,
        width,
        height,
        orientation,
    })
}

fn refused(error: &DecodeErrors) -> PreviewError {
    match error {
        DecodeErrors::LargeDimensions(_) => PreviewError::TooLarge,
        _ => PreviewError::Damaged,
    }
}
