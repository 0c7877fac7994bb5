//! Base64 as the contract takes it (A.12): standard alphabet, padded, CR and LF skipped, in pieces.

use base64_simd::STANDARD;

/// The text is not padded standard Base64.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be Base64 (standard alphabet, with padding)")]
pub struct NotBase64;

/// Decodes text that arrives in pieces.
#[derive(Debug, Default)]
pub struct Decoder {
    /// Up to three characters that wait for the rest of their group of four.
    waiting: Vec<u8>,
    /// Padding has been seen: nothing may follow.
    ended: bool,
}

impl Decoder {
    /// Decodes the next piece onto the end of `out`.
    ///
    /// # Errors
    /// [`NotBase64`], as soon as it is certain; the decoder must not be fed again.
    pub fn feed(&mut self, text: &[u8], out: &mut Vec<u8>) -> Result<(), NotBase64> {
        let mut rest = text;
        while let Some(place) = memchr::memchr2(b'\r', b'\n', rest) {
            self.line(rest.get(..place).unwrap_or_default(), out)?;
            rest = rest.get(place + 1..).unwrap_or_default();
        }
        self.line(rest, out)
    }

    /// Text without line breaks.
    fn line(&mut self, text: &[u8], out: &mut Vec<u8>) -> Result<(), NotBase64> {
        let missing = (4 - self.waiting.len()) % 4;
        let (first, rest) = if self.waiting.is_empty() || text.is_empty() {
            (&[][..], text)
        } else {
            text.split_at(missing.min(text.len()))
        };
        self.waiting.extend_from_slice(first);
        if self.waiting.len() == 4 {
            let group = std::mem::take(&mut self.waiting);
            self.groups(&group, out)?;
        }
        let (whole, cut) = rest.split_at(rest.len() - rest.len() % 4);
        self.groups(whole, out)?;
        self.waiting.extend_from_slice(cut);
        if self.ended && !self.waiting.is_empty() {
            return Err(NotBase64);
        }
        Ok(())
    }

    /// Whole groups of four.
    fn groups(&mut self, groups: &[u8], out: &mut Vec<u8>) -> Result<(), NotBase64> {
        if groups.is_empty() {
            return Ok(());
        }
        if self.ended {
            return Err(NotBase64);
        }
        self.ended = groups.last() == Some(&b'=');
        STANDARD.decode_append(groups, out).map_err(|_| NotBase64)
    }

    /// Ends the text.
    ///
    /// # Errors
    /// [`NotBase64`] when characters or padding are missing.
    pub fn finish(self) -> Result<(), NotBase64> {
        if self.waiting.is_empty() {
            Ok(())
        } else {
            Err(NotBase64)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use proptest::prelude::*;

    fn decode(pieces: &[&[u8]]) -> Result<Vec<u8>, NotBase64> {
        let mut out = Vec::new();
        let mut decoder = Decoder::default();
        for piece in pieces {
            decoder.feed(piece, &mut out)?;
        }
        decoder.finish()?;
        Ok(out)
    }

    #[test]
    fn other_alphabets_and_missing_padding_fail() {
        for text in [
            "QQ",
            "QQ=",
            "QQ===",
            "Q",
            "_-8=",
            "QQ==QQ==",
            "QQ ==",
            "QR==",
            "=QQ=",
            "QQ==\u{e9}",
        ] {
            assert_eq!(decode(&[text.as_bytes()]), Err(NotBase64), "{text}");
        }
        assert_eq!(decode(&[b"QQ==\r\n"]).unwrap(), b"A");
        assert_eq!(decode(&[b""]).unwrap(), b"");
    }

    proptest! {
        #[test]
        fn line_breaks_and_pieces_change_nothing(
            bytes in proptest::collection::vec(any::<u8>(), 0..400),
            width in 1_usize..80,
            cut in 1_usize..90,
            crlf in any::<bool>(),
        ) {
            let plain = STANDARD.encode(&bytes);
            let broken = plain.as_bytes().chunks(width).collect::<Vec<_>>().join(if crlf { &b"\r\n"[..] } else { b"\n" });
            let pieces: Vec<_> = broken.chunks(cut).collect();
            prop_assert_eq!(decode(&pieces).unwrap(), bytes);
        }

        #[test]
        fn agrees_with_a_whole_decoder(text in "[A-Za-z0-9+/=_ -]{0,24}", cut in 1_usize..9) {
            let whole = STANDARD.decode(&text).ok();
            let pieces: Vec<_> = text.as_bytes().chunks(cut).collect();
            prop_assert_eq!(decode(&pieces).ok(), whole);
        }

        #[test]
        fn one_wrong_character_anywhere_is_judged_as_by_a_whole_decoder(
            bytes in proptest::collection::vec(any::<u8>(), 1..400),
            place in any::<proptest::sample::Index>(),
            wrong in any::<u8>().prop_filter("skipped", |byte| !matches!(byte, b'\r' | b'\n')),
            cut in 1_usize..300,
        ) {
            let mut text = STANDARD.encode(&bytes).into_bytes();
            let place = place.index(text.len());
            text[place] = wrong;
            let whole = STANDARD.decode(&text).ok();
            let pieces: Vec<_> = text.chunks(cut).collect();
            prop_assert_eq!(decode(&pieces).ok(), whole);
        }
    }
}
