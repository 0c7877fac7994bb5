//! A text with places for an id and for noise, and the filling of them.

use crate::body::Body;
use bytes::Bytes;
use uuid::Uuid;

/// How many bytes of a file the noise stands for.
pub(crate) const NOISE_BYTES: usize = 24;
/// And how many characters of Base64: four bits in each, for 16 of the 64 need no escape in JSON.
const NOISE_LETTERS: usize = 32;
const LETTERS: &[u8; 16] = b"ABCDEFGHIJKLMNOP";
const ID_LETTERS: usize = 36;
/// Up to here a body is put together in one buffer; beyond, pieces are passed on without a copy.
const ONE_BUFFER: usize = 64 * 1024;

/// What a body is made of.
enum Part {
    /// The same in all.
    Fixed(Bytes),
    /// The message's id.
    Id,
    /// Noise of this place.
    Noise(u64),
}

/// A text with places in it.
pub(crate) struct Template {
    parts: Vec<Part>,
    len: usize,
}

impl Template {
    /// Takes a text apart: `id` stands where the id goes, each of `marks` where noise and then `content` go.
    pub(crate) fn new(
        text: &str,
        id: &str,
        marks: &[String],
        content: &str,
        escaped: bool,
    ) -> Self {
        let written = |text: &str| {
            if escaped {
                Bytes::from(text.replace('/', "\\/"))
            } else {
                Bytes::copy_from_slice(text.as_bytes())
            }
        };
        // One buffer for all files: 7 MB rather than 70.
        let content = written(content);
        let mut parts = Vec::new();
        let (before, mut rest) = text.split_once(id).unwrap_or((text, ""));
        parts.extend([Part::Fixed(written(before)), Part::Id]);
        for (place, mark) in (0..).zip(marks) {
            let Some((before, after)) = rest.split_once(mark.as_str()) else {
                continue;
            };
            parts.extend([
                Part::Fixed(written(before)),
                Part::Noise(place),
                Part::Fixed(content.clone()),
            ]);
            rest = after;
        }
        parts.push(Part::Fixed(written(rest)));
        let len = parts.iter().map(Part::len).sum();
        Self { parts, len }
    }

    /// A body with this id and this noise in its places.
    pub(crate) fn fill(&self, id: Uuid, noise: impl Fn(u64) -> u128) -> Body {
        let mut letters = [0; ID_LETTERS];
        let id: &str = id.hyphenated().encode_lower(&mut letters);
        if self.len <= ONE_BUFFER {
            let mut whole = Vec::with_capacity(self.len);
            for part in &self.parts {
                match part {
                    Part::Fixed(bytes) => whole.extend_from_slice(bytes),
                    Part::Id => whole.extend_from_slice(id.as_bytes()),
                    Part::Noise(place) => whole.extend_from_slice(&spell(noise(*place))),
                }
            }
            return Body::from(whole);
        }
        Body::pieces(self.parts.iter().map(|part| match part {
            Part::Fixed(bytes) => bytes.clone(),
            Part::Id => Bytes::copy_from_slice(id.as_bytes()),
            Part::Noise(place) => Bytes::copy_from_slice(&spell(noise(*place))),
        }))
    }
}

impl Part {
    fn len(&self) -> usize {
        match self {
            Self::Fixed(bytes) => bytes.len(),
            Self::Id => ID_LETTERS,
            Self::Noise(_) => NOISE_LETTERS,
        }
    }
}

/// 128 bits as Base64.
fn spell(mut bits: u128) -> [u8; NOISE_LETTERS] {
    std::array::from_fn(|_| {
        let letter = usize::try_from(bits & 15).unwrap_or(0);
        bits >>= 4;
        LETTERS.get(letter).copied().unwrap_or(b'A')
    })
}
