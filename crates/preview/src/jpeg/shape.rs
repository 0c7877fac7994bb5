//! Pixels made fewer.

use crate::{Picture, PreviewError, limits};

/// Rows of RGBA pixels from the top; `rgba` has `4 * width * height` bytes.
pub(super) struct Pixels {
    /// In pixels.
    pub(super) width: usize,
    /// In pixels.
    pub(super) height: usize,
    /// Four bytes a pixel.
    pub(super) rgba: Vec<u8>,
}

impl Pixels {
    /// The pixel at a place; black outside.
    pub(super) fn at(&self, x: usize, y: usize) -> [u8; 4] {
        let start = 4 * (y * self.width + x);
        let pixel = self.rgba.get(start..start + 4);
        pixel
            .and_then(|pixel| pixel.try_into().ok())
            .unwrap_or([0, 0, 0, 255])
    }

    /// How many pixels each way must become one to be at `scale` or below and within the limits.
    pub(super) fn shrink_by(&self, scale: f32) -> usize {
        let square = usize::from(limits::PICTURE_SQUARE).pow(2);
        let side = usize::from(limits::PICTURE_SIDE);
        let mut by = 1;
        loop {
            let (width, height) = (self.width.div_ceil(by), self.height.div_ceil(by));
            let fits = width * height <= square && width.max(height) <= side;
            // 1, 1/2, 1/3 …: the largest that is not under what was asked for.
            let next_is_enough = u16::try_from(by + 1).is_ok_and(|by| 1.0 / f32::from(by) >= scale);
            if (fits && !next_is_enough) || by >= 64 {
                return by;
            }
            by += 1;
        }
    }

    /// Each square of `by` pixels as their mean.
    pub(super) fn shrunk(self, by: usize) -> Self {
        if by <= 1 {
            return self;
        }
        let (width, height) = (self.width.div_ceil(by), self.height.div_ceil(by));
        let mut rgba = Vec::with_capacity(4 * width * height);
        for y in 0..height {
            for x in 0..width {
                let mut sums = [0_u32; 3];
                let mut count = 0_u32;
                for from_y in (y * by..(y + 1) * by).take_while(|y| *y < self.height) {
                    for from_x in (x * by..(x + 1) * by).take_while(|x| *x < self.width) {
                        let pixel = self.at(from_x, from_y);
                        for (sum, value) in sums.iter_mut().zip(pixel) {
                            *sum += u32::from(value);
                        }
                        count += 1;
                    }
                }
                let mean = |sum: u32| u8::try_from(sum / count.max(1)).unwrap_or(u8::MAX);
                rgba.extend(sums.map(mean));
                rgba.push(u8::MAX);
            }
        }
        Self {
            width,
            height,
            rgba,
        }
    }

    /// As the window wants it.
    pub(super) fn into_picture(self) -> Result<Picture, PreviewError> {
        let (Ok(width), Ok(height)) = (u32::try_from(self.width), u32::try_from(self.height))
        else {
            return Err(PreviewError::TooLarge);
        };
        Ok(Picture {
            width,
            height,
            rgba: self.rgba,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grey(width: usize, height: usize) -> Pixels {
        Pixels {
            width,
            height,
            rgba: vec![128; 4 * width * height],
        }
    }

    #[test]
    fn pixels_are_averaged_and_edges_kept() {
        let pixels = Pixels {
            width: 3,
            height: 1,
            rgba: vec![0, 0, 0, 255, 100, 100, 100, 255, 30, 30, 30, 255],
        };
        let small = pixels.shrunk(2);
        assert_eq!((small.width, small.height), (2, 1));
        assert_eq!(small.rgba, [50, 50, 50, 255, 30, 30, 30, 255]);
    }

    #[test]
    fn a_picture_is_no_larger_than_asked_for_needs() {
        assert_eq!(grey(10, 10).shrink_by(1.0), 1);
        assert_eq!(grey(10, 10).shrink_by(0.5), 2);
        assert_eq!(grey(10, 10).shrink_by(0.4), 2);
        assert_eq!(grey(10, 10).shrink_by(4.0), 1);
        assert_eq!(grey(40_000, 1).shrink_by(1.0), 3);
    }
}
