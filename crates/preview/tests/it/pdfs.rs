//! Good PDFs: sizes, pictures, and words found however they are set.

use crate::make::{Maker, letter, words};
use model::NhsNumber;
use preview::{Looked, PageSize, PageText, Part, PreviewError, Reading, Search, pdf};
use proptest::prelude::*;
use std::fmt::Write as _;
use std::sync::Arc;

fn texts(bytes: Vec<u8>) -> Vec<PageText> {
    pdf::texts(&Arc::from(bytes), || false).unwrap()
}

/// The other numbers that the guard finds on a page with this content.
fn others(content: &str) -> Vec<String> {
    let mut maker = Maker::new();
    maker.page(content);
    others_in(&texts(maker.finish()))
}

fn others_in(pages: &[PageText]) -> Vec<String> {
    let own = NhsNumber::parse("9547852140").unwrap();
    let mut search = Search::new(Some(&own));
    search.pages(Part::Attachment(0), pages);
    let searched = search.finish();
    let numbers = searched.others.iter();
    numbers
        .map(|found| found.number.as_str().to_owned())
        .collect()
}

#[test]
fn pages_have_sizes_words_and_pictures() {
    let bytes: Arc<[u8]> = letter().into();
    let a4 = PageSize {
        width: 595.0,
        height: 842.0,
    };
    assert_eq!(
        pdf::look(&bytes),
        Ok(Looked::Pdf {
            pages: vec![a4, a4],
            all_pages: 2
        })
    );
    let pages = pdf::texts(&bytes, || false).unwrap();
    assert_eq!(pages.len(), 2);
    assert_eq!(pages[0].reading, Reading::Words);
    assert_eq!(
        pages[0].text,
        "Clinic letter\nNHS number: 954 785 2140\nThank you for seeing this patient.\n"
    );
    let picture = pdf::render(&bytes, 0, 0.5).unwrap();
    assert_eq!((picture.width, picture.height), (297, 421));
    assert_eq!(picture.rgba.len(), 4 * 297 * 421);
    assert!(picture.rgba.chunks(4).all(|pixel| pixel[3] == 255));
    assert!(picture.rgba.chunks(4).any(|pixel| pixel[0] < 100));
    assert_eq!(pdf::render(&bytes, 2, 1.0), Err(PreviewError::NoSuchPage));
}

#[test]
fn a_turned_page_is_wide_and_read_as_it_is_held() {
    let mut maker = Maker::new();
    let content = words(&[(72.0, 700.0, "999 000"), (130.0, 700.0, "0018")]);
    maker.page_with("/MediaBox[0 0 595 842]/Rotate 90", "", &content);
    let bytes: Arc<[u8]> = maker.finish().into();
    let Looked::Pdf { pages, .. } = pdf::look(&bytes).unwrap() else {
        panic!("no PDF");
    };
    assert_eq!((pages[0].width, pages[0].height), (842.0, 595.0));
    assert_eq!(
        others_in(&pdf::texts(&bytes, || false).unwrap()),
        ["9990000018"]
    );
}

#[test]
fn a_number_is_found_across_runs_and_in_any_order_of_drawing() {
    // Groups drawn apart, and the last one first.
    let apart = [
        (130.0, 700.0, "0018"),
        (72.0, 700.0, "999"),
        (100.0, 700.0, "000"),
    ];
    assert_eq!(others(&words(&apart)), ["9990000018"]);
    // Digit by digit into boxes.
    let boxes: Vec<(f64, f64, String)> = (0_u8..)
        .zip("9990000018".chars())
        .map(|(place, digit)| (72.0 + 22.0 * f64::from(place), 600.0, digit.to_string()))
        .collect();
    let boxes: Vec<(f64, f64, &str)> = boxes.iter().map(|(x, y, d)| (*x, *y, d.as_str())).collect();
    assert_eq!(others(&words(&boxes)), ["9990000018"]);
    let mut with_label = words(&boxes);
    with_label.push_str(&words(&[(20.0, 600.0, "NHS no:")]));
    assert_eq!(others(&with_label), ["9990000018"]);
    // Set apart with space between the letters, and by kerning within one run.
    let spaced = "BT /F 12 Tf 6 Tc 72 700 Td (NHS 999 000 0018) Tj ET";
    assert_eq!(others(spaced), ["9990000018"]);
    let kerned = "BT /F 12 Tf 72 700 Td [(99) -20 (9) -400 (00) 30 (0) -400 (00) 15 (18)] TJ ET";
    assert_eq!(others(kerned), ["9990000018"]);
    // Over the end of a line.
    let broken = [
        (72.0, 700.0, "the patient 999 000"),
        (72.0, 686.0, "0018 was seen"),
    ];
    assert_eq!(others(&words(&broken)), ["9990000018"]);
    // In a column, beside another one with digits of its own at the same height.
    let columns = [
        (72.0, 700.0, "Patient 999 000"),
        (72.0, 686.0, "0018 was seen"),
        (300.0, 700.0, "12 of 13 tests"),
        (300.0, 686.0, "14 more to come"),
    ];
    assert_eq!(others(&words(&columns)), ["9990000018"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn a_number_is_found_at_any_size_spacing_place_and_order(
        size in 5.0_f64..30.0,
        between_letters in 0.0_f64..0.8,
        between_groups in 0.2_f64..2.5,
        jitter in prop::collection::vec(-0.1_f64..0.1, 3),
        turn in prop::sample::select(vec![0.0_f64, 90.0, 180.0, 270.0, 12.0, -33.0]),
        order in Just(vec![0_usize, 1, 2]).prop_shuffle(),
    ) {
        // Helvetica's digits are 0.556 em wide.
        let em = |digits: f64| digits * (0.556 + between_letters) + between_letters + between_groups;
        let starts = [0.0, em(3.0), em(6.0) + between_groups];
        let (sin, cos) = turn.to_radians().sin_cos();
        let mut content = String::new();
        for index in order {
            let (along, above) = (starts[index] * size, jitter[index] * size);
            let (x, y) = (300.0 + along * cos - above * sin, 400.0 + along * sin + above * cos);
            let spacing = between_letters * size;
            let group = ["999", "000", "0018"][index];
            writeln!(
                content,
                "BT /F {size:.3} Tf {spacing:.3} Tc {cos:.5} {sin:.5} {:.5} {cos:.5} {x:.3} {y:.3} Tm ({group}) Tj ET",
                -sin
            ).unwrap();
        }
        prop_assert_eq!(others(&content), vec!["9990000018".to_owned()], "{}", content);
    }
}

#[test]
fn a_number_is_found_upwards_slanted_drawn_twice_and_unseen() {
    let up = "BT /F 12 Tf 0 1 -1 0 300 300 Tm (999 000 0018) Tj ET";
    let slanted = "BT /F 12 Tf 0.966 0.259 -0.259 0.966 100 300 Tm (999 ) Tj (000 0018) Tj ET";
    let twice =
        "BT /F 12 Tf 72 700 Td (999 000 0018) Tj ET BT /F 12 Tf 72.4 700 Td (999 000 0018) Tj ET";
    let outlined = "BT /F 12 Tf 2 Tr 72 700 Td (999 000 0018) Tj ET";
    let unseen = "BT /F 12 Tf 3 Tr 72 700 Td (999 000 0018) Tj ET";
    let white = "1 g BT /F 12 Tf 72 700 Td (999 000 0018) Tj ET";
    for content in [up, slanted, twice, outlined, unseen, white] {
        assert_eq!(others(content), ["9990000018"], "{content}");
    }
}

#[test]
fn words_in_forms_and_in_a_scripts_own_digits_are_read() {
    let mut maker = Maker::new();
    let form = maker.stream(
        "/Type/XObject/Subtype/Form/BBox[0 0 400 100]/Resources<</Font<</F 3 0 R>>>>",
        words(&[(10.0, 10.0, "999 000 0018")]).as_bytes(),
    );
    let resources = format!("/XObject<</X {form} 0 R>>");
    maker.page_with(
        "/MediaBox[0 0 595 842]",
        &resources,
        "1 0 0 1 50 50 cm /X Do",
    );
    assert_eq!(others_in(&texts(maker.finish())), ["9990000018"]);

    // A font whose codes mean nothing until its own table says that 1 is the Arabic-Indic zero, and so on.
    let table = "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def\n\
        1 begincodespacerange <0000> <FFFF> endcodespacerange\n\
        1 beginbfrange <0001> <000A> <0660> endbfrange endcmap end end";
    let mut maker = Maker::new();
    let to_unicode = maker.stream("", table.as_bytes());
    let below = maker.object(
        "<</Type/Font/Subtype/CIDFontType2/BaseFont/X/DW 600/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>>>",
    );
    let font = maker.object(format!(
        "<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/DescendantFonts[{below} 0 R]/ToUnicode {to_unicode} 0 R>>"
    ));
    let mut codes = String::new();
    for digit in "9990000018".bytes() {
        write!(codes, "{:04x}", digit - b'0' + 1).unwrap();
    }
    let content = format!("BT /F 12 Tf 72 700 Td <{codes}> Tj ET");
    let entries = "/MediaBox[0 0 595 842]";
    maker.page_with(entries, &format!("/Font<</F {font} 0 R>>"), &content);
    let file = maker.finish();
    // The page's own fonts come first in its resources, so take that entry out.
    let file = replaced(&file, b"/Font<</F 3 0 R>>", b"                 ");
    assert_eq!(others_in(&texts(file)), ["9990000018"]);
}

fn replaced(file: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut file = file.to_vec();
    let places = file.windows(from.len()).position(|w| w == from);
    let at = places.expect("it is there");
    file[at..at + to.len()].copy_from_slice(to);
    file
}

#[test]
fn a_page_that_cannot_be_searched_says_so() {
    let reading = |content: &str, resources: &dyn Fn(&mut Maker) -> String| {
        let mut maker = Maker::new();
        let resources = resources(&mut maker);
        maker.page_with("/MediaBox[0 0 595 842]", &resources, content);
        texts(maker.finish())[0].reading
    };
    let picture = |maker: &mut Maker| {
        let entries =
            "/Type/XObject/Subtype/Image/Width 2/Height 2/ColorSpace/DeviceGray/BitsPerComponent 8";
        let picture = maker.stream(entries, &[0, 255, 255, 0]);
        format!("/XObject<</X {picture} 0 R>>")
    };
    let nothing = |_: &mut Maker| String::new();
    let scan = "q 595 0 0 842 0 0 cm /X Do Q";
    let logo = "q 60 0 0 60 0 700 cm /X Do Q";
    let label = "q 170 0 0 100 300 700 cm /X Do Q";
    let line = "BT /F 12 Tf 72 700 Td (A page with a line of words) Tj ET";
    let unseen = "BT 3 Tr /F 12 Tf 72 700 Td (A page read by a machine) Tj ET";
    assert_eq!(reading("", &nothing), Reading::Blank);
    assert_eq!(reading(line, &nothing), Reading::Words);
    assert_eq!(reading(scan, &picture), Reading::Pictures);
    assert_eq!(
        reading(&format!("{scan} {line}"), &picture),
        Reading::Pictures
    );
    assert_eq!(
        reading(&format!("{scan} {unseen}"), &picture),
        Reading::Illustrated
    );
    assert_eq!(
        reading(&format!("{label} {line}"), &picture),
        Reading::Illustrated
    );
    assert_eq!(reading(label, &picture), Reading::Pictures);
    assert_eq!(reading(&format!("{logo} {line}"), &picture), Reading::Words);
    // Letters drawn as shapes.
    let mut shapes = String::new();
    for place in 0..60 {
        write!(
            shapes,
            "{} 700 m {0} 705 {0} 710 {} 710 c f ",
            10 * place,
            10 * place + 5
        )
        .unwrap();
    }
    assert_eq!(reading(&shapes, &nothing), Reading::Unreadable);
    // A font that keeps its letters' meaning to itself.
    let secret = |maker: &mut Maker| {
        let below = maker.object(
            "<</Type/Font/Subtype/CIDFontType2/BaseFont/X/DW 600/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>>>",
        );
        let font = maker.object(format!(
            "<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/DescendantFonts[{below} 0 R]>>"
        ));
        format!("/Font<</G {font} 0 R/F 3 0 R>>")
    };
    let content = "BT /G 12 Tf 72 700 Td <000100020003000400050006> Tj ET";
    let mut maker = Maker::new();
    let resources = secret(&mut maker);
    maker.page_with("/MediaBox[0 0 595 842]", &resources, content);
    let file = replaced(&maker.finish(), b"/Font<</F 3 0 R>>", b"                 ");
    assert_eq!(texts(file)[0].reading, Reading::Unreadable);
}

#[test]
fn pages_after_the_time_is_up_count_as_not_read() {
    let mut asked = 0;
    let pages = pdf::texts(&Arc::from(letter()), || {
        asked += 1;
        asked > 1
    });
    let readings: Vec<Reading> = pages.unwrap().iter().map(|page| page.reading).collect();
    assert_eq!(readings, [Reading::Words, Reading::NotRead]);
}

#[test]
fn a_password_is_asked_for_only_if_there_is_one() {
    let locked: Arc<[u8]> = Arc::from(&include_bytes!("../fixtures/locked.pdf")[..]);
    assert_eq!(pdf::look(&locked), Err(PreviewError::Encrypted));
    // Encrypted against changes only: anybody may read it.
    let open: Arc<[u8]> = Arc::from(&include_bytes!("../fixtures/owner.pdf")[..]);
    let pages = pdf::texts(&open, || false).unwrap();
    assert_eq!(others_in(&pages), ["9990000018"]);
}
