//! A worker as the window has one, and documents to ask it about.

use preview::{Document, Worker};
use std::sync::Arc;

/// A worker as the window has one.
pub(crate) fn worker() -> Worker {
    Worker::new(
        env!("CARGO_BIN_EXE_preview-worker"),
        preview::WORKER_ARGUMENT,
    )
}

/// A PDF to be looked at.
pub(crate) fn pdf(bytes: impl Into<Arc<[u8]>>) -> Document {
    Document::new(model::attachment::Kind::Pdf, bytes)
}

/// A JPEG to be looked at.
pub(crate) fn jpeg(bytes: impl Into<Arc<[u8]>>) -> Document {
    Document::new(model::attachment::Kind::Jpeg, bytes)
}
