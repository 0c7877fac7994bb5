//! Pages of any size at any scale stay within the limits.

use super::*;
use proptest::prelude::*;

proptest! {
    #[test]
    fn every_page_fits_the_limits_and_has_a_pixel(width in 0.001_f32..1.0e9, height in 0.001_f32..1.0e9, scale in -10.0_f32..1000.0) {
        let (x, y) = fitting(PageSize { width, height }, scale);
        let (x, y) = (width * x, height * y);
        let most = f32::from(limits::PICTURE_SQUARE).powi(2);
        prop_assert!(x >= 1.0 && y >= 1.0, "{x} {y}");
        prop_assert!(x <= 16_001.0 && y <= 16_001.0, "{x} {y}");
        prop_assert!(x * y <= most * 1.01, "{x} {y}");
    }
}

#[test]
fn a_usual_page_is_drawn_at_the_scale_asked_for() {
    let a4 = PageSize {
        width: 595.0,
        height: 842.0,
    };
    assert_eq!(fitting(a4, 2.0), (2.0, 2.0));
    assert_eq!(fitting(a4, f32::NAN), (1.0, 1.0));
}
