//! Real input: a PDF that a browser printed, a photograph, a text with accents and emoji, notes of several pages.

use super::executable::repository;

fn read(path: &str) -> Vec<u8> {
    std::fs::read(repository().join(path)).unwrap()
}

/// Printed by Chromium.
pub(crate) fn letter() -> Vec<u8> {
    read("sdk-kit/samples/dispense-notification.pdf")
}

/// From a camera.
pub(crate) fn photograph() -> Vec<u8> {
    read("third_party/scikit-image/retina.jpg")
}

/// Accents, emoji, several scripts.
pub(crate) fn note() -> Vec<u8> {
    read("sdk-kit/samples/counter-note.txt")
}

/// Three pages.
pub(crate) fn consultation() -> Vec<u8> {
    read("sdk-kit/samples/consultation-notes.txt")
}

/// A PDF of exactly `size` bytes, of noise behind its mark, different for each `seed`.
pub(crate) fn pdf_of(size: usize, seed: u64) -> Vec<u8> {
    let mut bytes = b"%PDF-1.7\n".to_vec();
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    while bytes.len() < size {
        // xorshift64*: noise enough for a file that no compression or comparison can shorten.
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        bytes.extend(state.wrapping_mul(0x2545_F491_4F6C_DD1D).to_le_bytes());
    }
    bytes.truncate(size);
    bytes
}
