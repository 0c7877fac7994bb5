//! How a camera was held: one tag of a picture's Exif data, and the turn it asks for.

use super::shape::Pixels;

/// What must be done to the pixels: first swapped over the diagonal, then mirrored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Orientation {
    /// Rows become columns.
    transpose: bool,
    /// Left becomes right.
    mirror: bool,
    /// Top becomes bottom.
    flip: bool,
}

/// Reads the tag 0x0112 out of a TIFF directory; anything odd means "as it is".
pub(super) fn read(exif: &[u8]) -> Orientation {
    value(exif).map_or(Orientation::default(), from_value)
}

fn value(exif: &[u8]) -> Option<u16> {
    let tiff = exif.strip_prefix(b"Exif\0\0").unwrap_or(exif);
    let little = match tiff.get(..4)? {
        b"II*\0" => true,
        b"MM\0*" => false,
        _ => return None,
    };
    let short = |at: usize| -> Option<u16> {
        let bytes = tiff.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if little {
            u16::from_le_bytes(bytes)
        } else {
            u16::from_be_bytes(bytes)
        })
    };
    let offset = {
        let bytes = tiff.get(4..8)?.try_into().ok()?;
        let offset = if little {
            u32::from_le_bytes(bytes)
        } else {
            u32::from_be_bytes(bytes)
        };
        usize::try_from(offset).ok()?
    };
    let entries = usize::from(short(offset)?);
    let entry = |index: usize| offset.checked_add(2)?.checked_add(index.checked_mul(12)?);
    (0..entries)
        .map_while(entry)
        .find(|at| short(*at) == Some(0x0112))
        .and_then(|at| short(at.checked_add(8)?))
}

fn from_value(value: u16) -> Orientation {
    let (transpose, mirror, flip) = match value {
        2 => (false, true, false),
        3 => (false, true, true),
        4 => (false, false, true),
        5 => (true, false, false),
        6 => (true, true, false),
        7 => (true, true, true),
        8 => (true, false, true),
        _ => (false, false, false),
    };
    Orientation {
        transpose,
        mirror,
        flip,
    }
}

impl Orientation {
    /// The size after turning.
    pub(super) fn size(self, width: usize, height: usize) -> (usize, usize) {
        if self.transpose {
            (height, width)
        } else {
            (width, height)
        }
    }

    /// Turns the pixels.
    pub(super) fn turn(self, pixels: Pixels) -> Pixels {
        if self == Self::default() {
            return pixels;
        }
        let (width, height) = self.size(pixels.width, pixels.height);
        let mut rgba = Vec::with_capacity(pixels.rgba.len());
        for y in 0..height {
            let y = if self.flip { height - 1 - y } else { y };
            for x in 0..width {
                let x = if self.mirror { width - 1 - x } else { x };
                let (from_x, from_y) = if self.transpose { (y, x) } else { (x, y) };
                rgba.extend_from_slice(&pixels.at(from_x, from_y));
            }
        }
        Pixels {
            width,
            height,
            rgba,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A picture of 2 by 3 whose pixels are 1 to 6.
    fn picture() -> Pixels {
        let rgba = (1..=6).flat_map(|n| [n, n, n, 255]).collect();
        Pixels {
            width: 2,
            height: 3,
            rgba,
        }
    }

    #[test]
    fn every_way_of_holding_a_camera_is_undone() {
        let expected: [(u16, [u8; 6]); 8] = [
            (1, [1, 2, 3, 4, 5, 6]),
            (2, [2, 1, 4, 3, 6, 5]),
            (3, [6, 5, 4, 3, 2, 1]),
            (4, [5, 6, 3, 4, 1, 2]),
            (5, [1, 3, 5, 2, 4, 6]),
            (6, [5, 3, 1, 6, 4, 2]),
            (7, [6, 4, 2, 5, 3, 1]),
            (8, [2, 4, 6, 1, 3, 5]),
        ];
        for (value, pixels) in expected {
            let turned = from_value(value).turn(picture());
            let seen: Vec<u8> = turned.rgba.iter().step_by(4).copied().collect();
            assert_eq!(seen, pixels, "{value}");
        }
    }

    #[test]
    fn the_tag_is_read_in_both_byte_orders_and_nonsense_is_nothing() {
        let little = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0";
        let big = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0";
        assert_eq!(value(little), Some(6));
        assert_eq!(value(big), Some(6));
        for end in 0..little.len() - 2 {
            assert_ne!(value(&little[..end]), Some(1));
        }
        assert_eq!(read(b"II*\0\xff\xff\xff\xff"), Orientation::default());
        assert_eq!(read(b""), Orientation::default());
    }
}
