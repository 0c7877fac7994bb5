//! PDF documents: how many pages and how large, their pictures ([`render()`]) and their words ([`text`]).
//!
//! These functions trust the reader below them not to hang or to eat the machine no further than they
//! must; whoever has a window to lose calls them through [`crate::Worker`].

mod lines;
mod render;
mod text;

pub use render::render;
pub use text::texts;

use crate::{Looked, PageSize, PreviewError, limits};
use hayro_syntax::{DecryptionError, LoadPdfError, Pdf};
use std::sync::Arc;

/// The bytes of a document as the reader wants them.
struct Shared(Arc<[u8]>);

impl AsRef<[u8]> for Shared {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// Reads the structure of a PDF.
///
/// # Errors
/// [`PreviewError`]: encrypted, damaged, too large, or without a page.
pub(crate) fn open(bytes: &Arc<[u8]>) -> Result<Pdf, PreviewError> {
    if bytes.len() > limits::DOCUMENT_BYTES {
        return Err(PreviewError::TooLarge);
    }
    let shared = Arc::new(Shared(Arc::clone(bytes)));
    let pdf = Pdf::new(shared).map_err(|error| match error {
        LoadPdfError::Decryption(
            DecryptionError::PasswordProtected | DecryptionError::UnsupportedAlgorithm,
        ) => PreviewError::Encrypted,
        LoadPdfError::Decryption(_) | LoadPdfError::Invalid => PreviewError::Damaged,
    })?;
    if pdf.pages().is_empty() {
        return Err(PreviewError::NoPages);
    }
    Ok(pdf)
}

/// Says how many pages there are, and how large.
///
/// # Errors
/// [`PreviewError`]: encrypted, damaged, too large, or without a page.
pub fn look(bytes: &Arc<[u8]>) -> Result<Looked, PreviewError> {
    let pdf = open(bytes)?;
    let pages = pdf.pages().iter().take(limits::PAGES_SHOWN);
    Ok(Looked::Pdf {
        pages: pages.map(size).collect(),
        all_pages: u32::try_from(pdf.pages().len()).unwrap_or(u32::MAX),
    })
}

/// The size of a page, as it is turned; a page whose box is no box counts as A4.
fn size(page: &hayro_syntax::page::Page<'_>) -> PageSize {
    let (width, height) = page.render_dimensions();
    if width.is_finite() && height.is_finite() && width > 0.0 && height > 0.0 {
        PageSize { width, height }
    } else {
        PageSize {
            width: 595.0,
            height: 842.0,
        }
    }
}
