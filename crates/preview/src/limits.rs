//! How much of a stranger's document is looked at: bytes, pages, pixels, characters, seconds.

use std::time::Duration;

/// The largest document, in bytes: what the platform takes (contract A.12).
pub const DOCUMENT_BYTES: usize = 5 * 1024 * 1024;
/// The most pages of a PDF that are shown.
pub const PAGES_SHOWN: usize = 2_000;
/// The most pages of a PDF whose text is searched; those after it count as not read.
pub const PAGES_SEARCHED: usize = 500;
/// A picture that is handed to the window has at most the pixels of a square with this side: 16 megapixels.
pub const PICTURE_SQUARE: u16 = 4_096;
/// The longest side of a picture that is handed to the window, in pixels.
pub const PICTURE_SIDE: u16 = 16_000;
/// The most pixels of a JPEG that is decoded at all.
pub const JPEG_PIXELS: usize = 48 * 1024 * 1024;
/// The most characters of a text that is shown.
pub const TEXT_CHARACTERS: usize = 1_000_000;
/// The most glyphs of a page that are put together to words.
pub const PAGE_GLYPHS: usize = 200_000;
/// The most glyphs of a whole document; pages after that count as not read.
pub const DOCUMENT_GLYPHS: usize = 4_000_000;
/// The most characters that one glyph may stand for; more are no letter but an attack on memory.
pub const GLYPH_CHARACTERS: usize = 16;
/// The most bytes of an HTML body that is read.
pub const HTML_BYTES: usize = 1024 * 1024;
/// The most blocks an HTML body becomes.
pub const HTML_BLOCKS: usize = 5_000;
/// The most tags that may stand in one another in an HTML body.
pub const HTML_DEPTH: usize = 100;
/// The most of an answer that is read from a worker, in bytes.
pub const ANSWER_BYTES: u32 = 96 * 1024 * 1024;
/// Memory that a worker may map, in bytes.
pub const WORKER_MEMORY: u64 = 1280 * 1024 * 1024;
/// The stack on which a worker reads documents, in bytes.
pub const WORKER_STACK: usize = 256 * 1024 * 1024;

/// How long a worker may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// To look at a document or to make a picture of it.
    pub picture: Duration,
    /// To read the text of all its pages. What is not read by three quarters of this counts as not read.
    pub text: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            picture: Duration::from_secs(10),
            text: Duration::from_secs(20),
        }
    }
}
