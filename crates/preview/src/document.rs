//! A document on its way to being seen, and what is seen of it.

use model::attachment::Kind;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A document's bytes and what its sender says it is. A clone shares the bytes.
#[derive(Clone)]
pub struct Document {
    /// What its sender says it is.
    pub kind: Kind,
    /// Its bytes.
    pub bytes: Arc<[u8]>,
}

impl Document {
    /// Puts the two together.
    pub fn new(kind: Kind, bytes: impl Into<Arc<[u8]>>) -> Self {
        Self {
            kind,
            bytes: bytes.into(),
        }
    }
}

impl std::fmt::Debug for Document {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Document({:?}, {} bytes)", self.kind, self.bytes.len())
    }
}

/// What a document turns out to be.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Looked {
    /// Pages to be drawn.
    Pdf {
        /// The sizes of the pages, at most [`crate::limits::PAGES_SHOWN`].
        pages: Vec<PageSize>,
        /// How many pages there are.
        all_pages: u32,
    },
    /// One picture, as it is to be held.
    Picture {
        /// In pixels.
        width: u32,
        /// In pixels.
        height: u32,
    },
    /// Words.
    Text {
        /// The words, fit to be drawn.
        text: String,
        /// Whether there is more than is shown.
        cut: bool,
    },
}

impl std::fmt::Debug for Looked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Pdf { all_pages, .. } => write!(f, "Pdf({all_pages} pages)"),
            Self::Picture { width, height } => write!(f, "Picture({width}x{height})"),
            Self::Text { text, cut } => write!(f, "Text({} bytes, cut: {cut})", text.len()),
        }
    }
}

/// The size of a page as it is to be held, in points (1/72 inch).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PageSize {
    /// From left to right.
    pub width: f32,
    /// From top to bottom.
    pub height: f32,
}

/// A picture: RGBA, 8 bits each, opaque, rows from the top without gaps.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// `4 * width * height` bytes.
    pub rgba: Vec<u8>,
}

impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Picture({}x{})", self.width, self.height)
    }
}

/// The words of one page.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageText {
    /// As read, line by line; after it the words in the order in which the document draws them, if
    /// that is another one.
    pub text: String,
    /// How far that can be relied on.
    pub reading: Reading,
}

impl std::fmt::Debug for PageText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PageText({:?}, {} bytes)", self.reading, self.text.len())
    }
}

/// How far a page's text is all that a person would read on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reading {
    /// Words, and no picture that could hold others.
    Words,
    /// Words, and pictures (a logo, a patient's label, a scan that a machine has read): what stands in
    /// them is in the text only as far as that machine could tell.
    Illustrated,
    /// Nothing is on it.
    Blank,
    /// A picture covers much of it (a scan): what stands in the picture is not in the text.
    Pictures,
    /// Letters whose meaning the document does not tell, or drawn as shapes.
    Unreadable,
    /// Nobody looked: over a limit of pages, letters or time.
    NotRead,
}

impl Reading {
    /// Whether a search of the text is a search of the page, as far as pages of words ever are.
    pub fn searchable(self) -> bool {
        matches!(self, Self::Words | Self::Illustrated | Self::Blank)
    }
}
