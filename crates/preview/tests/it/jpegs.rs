//! JPEGs: sizes, pixels, the way the camera was held, and lies in the head.

use preview::{Looked, PreviewError, jpeg};

const PAGE: &[u8] = include_bytes!("../fixtures/page.jpg");

/// The same picture with an Exif tag that says how the camera was held.
fn held(value: u8) -> Vec<u8> {
    let mut exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    exif.extend([value, 0, 0, 0, 0, 0, 0]);
    let length = u8::try_from(exif.len() + 2).unwrap();
    [&PAGE[..2], &[0xff, 0xe1, 0, length], &exif, &PAGE[2..]].concat()
}

/// The same picture, whose head says another size.
fn lying(width: u16, height: u16) -> Vec<u8> {
    let mut bytes = PAGE.to_vec();
    let head = bytes.windows(2).position(|w| w == [0xff, 0xc0]).unwrap();
    bytes[head + 5..head + 7].copy_from_slice(&height.to_be_bytes());
    bytes[head + 7..head + 9].copy_from_slice(&width.to_be_bytes());
    bytes
}

#[test]
fn a_picture_has_a_size_and_pixels() {
    let Looked::Picture { width, height } = jpeg::look(PAGE).unwrap() else {
        panic!("no picture");
    };
    let picture = jpeg::picture(PAGE, 1.0).unwrap();
    assert_eq!((picture.width, picture.height), (width, height));
    assert_eq!(
        picture.rgba.len(),
        usize::try_from(4 * width * height).unwrap()
    );
    let white = picture.rgba.chunks(4).filter(|p| p[0] > 200).count();
    assert!(white > picture.rgba.len() / 8, "most of a page is white");
    let half = jpeg::picture(PAGE, 0.5).unwrap();
    assert_eq!(
        (half.width, half.height),
        (width.div_ceil(2), height.div_ceil(2))
    );
}

#[test]
fn a_camera_held_on_its_side_is_turned_back() {
    let upright = jpeg::picture(PAGE, 1.0).unwrap();
    let turned = held(6);
    let picture = jpeg::picture(&turned, 1.0).unwrap();
    assert_eq!(
        (picture.width, picture.height),
        (upright.height, upright.width)
    );
    assert_eq!(
        jpeg::look(&turned),
        Ok(Looked::Picture {
            width: upright.height,
            height: upright.width
        })
    );
}

#[test]
fn what_the_head_promises_is_limited_before_it_is_decoded() {
    assert_eq!(
        jpeg::look(&lying(60_000, 60_000)),
        Err(PreviewError::TooLarge)
    );
    assert_eq!(
        jpeg::picture(&lying(60_000, 60_000), 1.0),
        Err(PreviewError::TooLarge)
    );
    assert!(jpeg::look(&lying(0, 0)).is_err());
}

#[test]
fn what_is_no_picture_is_an_error() {
    for bytes in [
        &b""[..],
        b"\xff\xd8",
        b"\xff\xd8\xff",
        b"%PDF-1.7",
        &PAGE[..200],
    ] {
        assert_eq!(
            jpeg::look(bytes),
            Err(PreviewError::Damaged),
            "{}",
            bytes.len()
        );
    }
}
