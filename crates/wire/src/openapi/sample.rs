//! Small real files for examples: made up, about nobody, and good enough to be accepted.

use base64::{Engine as _, engine::general_purpose::STANDARD};

/// A file for an example.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// Its MIME type on the wire.
    pub mime_type: &'static str,
    /// Its name.
    pub file_name: &'static str,
    /// Its bytes.
    pub bytes: &'static [u8],
}

impl Sample {
    /// Its bytes in Base64.
    pub fn base64(&self) -> String {
        STANDARD.encode(self.bytes)
    }
}

/// A one-page PDF.
pub const LETTER: Sample = Sample {
    mime_type: "application/pdf",
    file_name: "Medicines supplied.pdf",
    bytes: include_bytes!("samples/letter.pdf"),
};

/// A small JPEG.
pub const CHART: Sample = Sample {
    mime_type: "image/jpeg",
    file_name: "Blood pressure chart.jpg",
    bytes: include_bytes!("samples/chart.jpg"),
};

/// A text with accents and an emoji.
pub const NOTE: Sample = Sample {
    mime_type: "text/plain",
    file_name: "Collection note.txt",
    bytes: include_bytes!("samples/note.txt"),
};

/// Consultation notes.
pub const CONSULTATION: Sample = Sample {
    mime_type: "text/vnd.qxlva.conneqt.consultation",
    file_name: "Consultation notes.txt",
    bytes: include_bytes!("samples/consultation.txt"),
};
