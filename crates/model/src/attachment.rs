//! Attachments: what types there are, how large, and whether content is what its type says.

use crate::{FileName, Hash};

/// The fewest attachments of a message.
pub const MIN: usize = 1;
/// The most attachments of a message.
pub const MAX: usize = 10;
/// The largest attachment, in bytes after decoding: 5 MiB (contract A.12).
pub const MAX_BYTES: u64 = 5 * 1024 * 1024;
/// `%PDF-` stands within so many bytes of a PDF's start.
const PDF_WINDOW: usize = 1024;

/// The types a message may carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `application/pdf`
    Pdf,
    /// `image/jpeg`
    Jpeg,
    /// `text/plain`: filed as a document.
    Text,
    /// `text/vnd.qxlva.conneqt.consultation`: goes into the record as searchable text.
    ConsultationNotes,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Pdf, Self::Jpeg, Self::Text, Self::ConsultationNotes];

    /// Its MIME type on the wire.
    pub fn mime_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Jpeg => "image/jpeg",
            Self::Text => "text/plain",
            Self::ConsultationNotes => "text/vnd.qxlva.conneqt.consultation",
        }
    }

    /// Reads a MIME type exactly as the contract writes it.
    pub fn from_mime_type(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.mime_type() == text)
    }
}

/// An attachment whose content is on stable storage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// Its type.
    pub kind: Kind,
    /// Its name.
    pub file_name: FileName,
    /// Its length in bytes.
    pub size: u64,
    /// SHA-256 of its bytes.
    pub hash: Hash,
}

/// Why content is not what its type says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ContentFault {
    /// No bytes.
    #[error("must not be empty")]
    Empty,
    /// Over [`MAX_BYTES`].
    #[error("must be at most 5 MiB (5,242,880 bytes) when decoded")]
    TooLarge,
    /// No `%PDF-` where one must be.
    #[error("is not a PDF document, as its mimeType says")]
    NotPdf,
    /// Does not begin as a JPEG does.
    #[error("is not a JPEG image, as its mimeType says")]
    NotJpeg,
    /// Holds what scanners know as harmful.
    #[error("holds content that is known to be harmful")]
    Harmful,
    /// Not UTF-8, or holds NUL.
    #[error("is not text in UTF-8 without NUL, as its mimeType says")]
    NotText,
}

/// Checks content as it passes, in pieces.
#[derive(Debug, Default)]
pub struct ContentCheck {
    length: u64,
    head: Vec<u8>,
    text: TextCheck,
}

impl ContentCheck {
    /// Takes the next piece.
    ///
    /// # Errors
    /// [`ContentFault::TooLarge`] as soon as the limit is crossed.
    pub fn feed(&mut self, piece: &[u8]) -> Result<(), ContentFault> {
        self.length += piece.len() as u64;
        if self.length > MAX_BYTES {
            return Err(ContentFault::TooLarge);
        }
        let room = PDF_WINDOW.saturating_sub(self.head.len()).min(piece.len());
        self.head
            .extend_from_slice(piece.get(..room).unwrap_or_default());
        self.text.feed(piece);
        Ok(())
    }

    /// Bytes so far.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Says whether the whole was what `kind` promises.
    ///
    /// # Errors
    /// [`ContentFault`].
    pub fn finish(&self, kind: Kind) -> Result<(), ContentFault> {
        if self.length == 0 {
            return Err(ContentFault::Empty);
        }
        if is_test_virus(&self.head) {
            return Err(ContentFault::Harmful);
        }
        match kind {
            Kind::Pdf if !self.head.windows(5).any(|five| five == b"%PDF-") => {
                Err(ContentFault::NotPdf)
            }
            Kind::Jpeg if !self.head.starts_with(&[0xFF, 0xD8, 0xFF]) => Err(ContentFault::NotJpeg),
            Kind::Text | Kind::ConsultationNotes if !self.text.good() => Err(ContentFault::NotText),
            _ => Ok(()),
        }
    }
}

/// The file that the makers of virus scanners agreed on, so that everyone can try what an infected file
/// does. Its mark stands here backwards: this source is no such file.
fn is_test_virus(head: &[u8]) -> bool {
    const BACKWARDS: &[u8] =
        b"*H+H$!ELIF-TSET-SURIVITNA-DRADNATS-RACIE$}7)CC7)^P(45XZP\\4[PA@%P!O5X";
    let mark = BACKWARDS.iter().rev();
    head.len() >= BACKWARDS.len() && head.iter().zip(mark).all(|(byte, want)| byte == want)
}

/// UTF-8 without NUL, in pieces that may cut a character.
#[derive(Debug, Default)]
struct TextCheck {
    cut: Vec<u8>,
    bad: bool,
}

impl TextCheck {
    fn feed(&mut self, piece: &[u8]) {
        if self.bad {
            return;
        }
        if piece.contains(&0) {
            self.bad = true;
            return;
        }
        let joined;
        let bytes = if self.cut.is_empty() {
            piece
        } else {
            joined = [self.cut.as_slice(), piece].concat();
            &joined
        };
        match std::str::from_utf8(bytes) {
            Ok(_) => self.cut.clear(),
            Err(error) if error.error_len().is_none() => {
                self.cut = bytes
                    .get(error.valid_up_to()..)
                    .unwrap_or_default()
                    .to_vec();
            }
            Err(_) => self.bad = true,
        }
    }

    fn good(&self) -> bool {
        !self.bad && self.cut.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(kind: Kind, pieces: &[&[u8]]) -> Result<(), ContentFault> {
        let mut check = ContentCheck::default();
        for piece in pieces {
            check.feed(piece)?;
        }
        check.finish(kind)
    }

    #[test]
    fn content_must_be_what_its_type_says() {
        assert_eq!(check(Kind::Pdf, &[b"%PDF-1.7 ..."]), Ok(()));
        assert_eq!(check(Kind::Pdf, &[&[b' '; 1019], b"%PDF-"]), Ok(()));
        assert_eq!(
            check(Kind::Pdf, &[&[b' '; 1020], b"%PDF-"]),
            Err(ContentFault::NotPdf)
        );
        assert_eq!(check(Kind::Jpeg, &[&[0xFF, 0xD8], &[0xFF, 0xE0]]), Ok(()));
        assert_eq!(check(Kind::Jpeg, &[b"\x89PNG"]), Err(ContentFault::NotJpeg));
        assert_eq!(check(Kind::Text, &[b"caf\xc3", b"\xa9"]), Ok(()));
        assert_eq!(check(Kind::Text, &[b"caf\xc3"]), Err(ContentFault::NotText));
        assert_eq!(
            check(Kind::ConsultationNotes, &[b"a\0b"]),
            Err(ContentFault::NotText)
        );
        assert_eq!(check(Kind::Text, &[]), Err(ContentFault::Empty));
    }

    #[test]
    fn the_scanners_test_file_is_harmful_whatever_it_is_called() {
        let file: Vec<u8> = "*H+H$!ELIF-TSET-SURIVITNA-DRADNATS-RACIE$}7)CC7)^P(45XZP\\4[PA@%P!O5X"
            .bytes()
            .rev()
            .collect();
        for kind in Kind::ALL {
            assert_eq!(check(kind, &[&file]), Err(ContentFault::Harmful));
        }
        assert_eq!(check(Kind::Text, &[b"about ", &file]), Ok(()));
    }

    #[test]
    fn the_limit_is_exact() {
        let full = vec![b'a'; usize::try_from(MAX_BYTES).unwrap()];
        assert_eq!(check(Kind::Text, &[&full]), Ok(()));
        assert_eq!(
            check(Kind::Text, &[&full, b"a"]),
            Err(ContentFault::TooLarge)
        );
    }

    proptest! {
        #[test]
        fn pieces_do_not_change_the_answer(text in any::<String>(), cut in 1_usize..7, noise in proptest::collection::vec(any::<u8>(), 0..40)) {
            prop_assume!(!text.is_empty());
            for bytes in [text.as_bytes(), noise.as_slice()] {
                let pieces: Vec<_> = bytes.chunks(cut).collect();
                prop_assert_eq!(check(Kind::Text, &pieces), check(Kind::Text, &[bytes]));
            }
        }
    }
}
