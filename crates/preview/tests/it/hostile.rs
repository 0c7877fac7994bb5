//! Documents that mean harm: the caller is told something, soon, and lives.

use crate::asked::{pdf, worker};
use crate::make::{Maker, words};
use preview::{Document, Limits, Looked, PreviewError, Reading, Worker};
use std::time::{Duration, Instant};

/// A worker that is given little time, for documents that take all of it.
fn hurried() -> Worker {
    worker().with_limits(Limits {
        picture: Duration::from_secs(3),
        text: Duration::from_secs(3),
    })
}

/// Asks everything about a document and checks that it ends in time.
fn survived(name: &str, document: &Document) -> Result<Looked, PreviewError> {
    let worker = worker();
    let begun = Instant::now();
    let looked = worker.look(document);
    let _ = worker.picture(document, 0, 2.0);
    let _ = worker.text(document);
    let took = begun.elapsed();
    println!("{name}: {looked:?} in {took:?}");
    assert!(took < Duration::from_secs(45), "{name} took {took:?}");
    looked
}

#[test]
fn nothing_and_fragments_are_damaged() {
    let whole = crate::make::letter();
    for bytes in [
        &b""[..],
        b"%PDF-1.7",
        b"%PDF-1.7\n%%EOF",
        &whole[..30],
        &[0; 5000],
    ] {
        let looked = worker().look(&pdf(bytes));
        assert!(
            matches!(looked, Err(PreviewError::Damaged | PreviewError::NoPages)),
            "{looked:?}"
        );
    }
    assert_eq!(
        worker().look(&pdf(vec![b'%'; preview::limits::DOCUMENT_BYTES + 1])),
        Err(PreviewError::TooLarge)
    );
    // Cut in the middle, its pages may still be found; whatever is said, it is said.
    let _ = survived("cut", &pdf(&whole[..whole.len() / 2]));
}

#[test]
fn ten_thousand_pages_are_counted_and_the_first_are_searched() {
    let mut maker = Maker::new();
    let content = maker.stream("", words(&[(72.0, 700.0, "999 000 0018")]).as_bytes());
    let kids: Vec<String> = (0..10_000).map(|n| format!("{} 0 R", 6 + n)).collect();
    let kids = kids.join(" ");
    // Object 5 is the real tree of pages.
    maker.object(format!("<</Type/Pages/Count 10000/Kids[{kids}]>>"));
    for _ in 0..10_000 {
        maker.object(format!(
            "<</Type/Page/Parent 5 0 R/Contents {content} 0 R/MediaBox[0 0 200 200]/Resources<</Font<</F 3 0 R>>>>>>"
        ));
    }
    let file = maker.finish_with_catalogue("<</Type/Catalog/Pages 5 0 R>>");
    let document = pdf(file);
    let Ok(Looked::Pdf { pages, all_pages }) = survived("10,000 pages", &document) else {
        panic!("no pages");
    };
    assert_eq!(
        (pages.len(), all_pages),
        (preview::limits::PAGES_SHOWN, 10_000)
    );
    let text = worker().text(&document).unwrap();
    assert_eq!(text[0].reading, Reading::Words);
    assert_eq!(text.last().unwrap().reading, Reading::NotRead);
}

#[test]
fn huge_pages_and_pages_without_size_are_drawn_within_the_limits() {
    for media_box in [
        "[0 0 100000000 100000000]",
        "[0 0 0 0]",
        "[0 0 99999999999999999999999999999999999999 1]",
        "[0 0 1 99999999999999999999999999999999999999]",
        "[0 0 -5 -5]",
        "[2147483647 2147483647 -2147483648 -2147483648]",
        "[0 0 0.0001 0.0001]",
    ] {
        let mut maker = Maker::new();
        let content = words(&[(1.0, 1.0, "x")]);
        maker.page_with(&format!("/MediaBox{media_box}"), "", &content);
        let document = pdf(maker.finish());
        let worker = worker();
        let picture = worker.picture(&document, 0, 3.0);
        let Ok(picture) = picture else {
            panic!("{media_box}: {picture:?}");
        };
        assert!(picture.rgba.len() <= 70_000_000, "{media_box}: {picture:?}");
    }
}

#[test]
fn nesting_in_every_way_ends() {
    let deep = |open: &str, close: &str| {
        let mut maker = Maker::new();
        let nested = format!("{}{}", open.repeat(200_000), close.repeat(200_000));
        maker.object(nested.clone());
        maker.page(&format!("{nested} BT /F 12 Tf (x) Tj ET"));
        pdf(maker.finish())
    };
    let _ = survived("arrays", &deep("[", "]"));
    let _ = survived("dictionaries", &deep("<</A ", ">>"));
    let _ = survived("states", &deep("q ", "Q "));
    let _ = survived("words", &deep("BT ", "ET "));
    let _ = survived("functions", &deep("{", "}"));
    let _ = survived("strings", &deep("(", ")"));

    // A form that draws itself, a tree of pages that is its own child, a page tree without end.
    let mut maker = Maker::new();
    let entries = "/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 4 0 R>>>>";
    maker.stream(entries, b"/X Do /X Do");
    maker.page_with("/MediaBox[0 0 9 9]", "/XObject<</X 4 0 R>>", "/X Do");
    let _ = survived("a form in itself", &pdf(maker.finish()));
    let mut maker = Maker::new();
    maker.object("<</Type/Pages/Count 1/Kids[4 0 R 4 0 R]>>");
    let file = maker.finish_with_catalogue("<</Type/Catalog/Pages 4 0 R>>");
    let _ = survived("a tree in itself", &pdf(file));
    let mut maker = Maker::new();
    for next in 5..50_000 {
        maker.object(format!("<</Type/Pages/Count 1/Kids[{next} 0 R]>>"));
    }
    let file = maker.finish_with_catalogue("<</Type/Catalog/Pages 4 0 R>>");
    let _ = survived("a tall tree", &pdf(file));
}

/// A stream that says how it is packed.
fn bomb(maker: &mut Maker, filters: &str, entries: &str, content: &[u8]) -> usize {
    maker.stream(&format!("{entries}/Filter[{filters}]"), content)
}

#[test]
fn streams_that_unpack_to_gigabytes_end() {
    // 258 bytes that are 4 GiB of zeros after three rounds.
    let packed = include_bytes!("../fixtures/bomb.flate");
    let mut maker = Maker::new();
    let filters = "/FlateDecode/FlateDecode/FlateDecode";
    let content = bomb(&mut maker, filters, "", packed);
    let worker = hurried();
    let document = pdf(maker.finish_with_content(&format!("{content} 0 R")));
    let (drawn, read) = (worker.picture(&document, 0, 1.0), worker.text(&document));
    println!("zeros: {drawn:?} {read:?}");
    assert!(drawn.is_err() && read.is_err());
    // The same content again and again on one page.
    let mut maker = Maker::new();
    let mut packed = [129_u8, b' '].repeat(100_000);
    packed.push(128);
    let content = bomb(&mut maker, "/RunLengthDecode", "", &packed);
    let all = format!("[{}]", format!("{content} 0 R ").repeat(20_000));
    let document = pdf(maker.finish_with_content(&all));
    let (drawn, read) = (worker.picture(&document, 0, 1.0), worker.text(&document));
    println!("one content, often: {drawn:?} {read:?}");
    assert!(drawn.is_err() && read.is_err());
    // A picture that says it is larger than any memory.
    let mut maker = Maker::new();
    let entries = "/Type/XObject/Subtype/Image/Width 2000000000/Height 2000000000/ColorSpace/DeviceRGB/BitsPerComponent 8";
    let picture = maker.stream(entries, b"x");
    let resources = format!("/XObject<</X {picture} 0 R>>");
    let scan = "q 595 0 0 842 0 0 cm /X Do Q";
    maker.page_with("/MediaBox[0 0 595 842]", &resources, scan);
    let _ = survived("a picture of four exapixels", &pdf(maker.finish()));
}

#[test]
fn patterns_and_masks_that_call_themselves_end() {
    let mut maker = Maker::new();
    let entries = "/Type/Pattern/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 1 1]/XStep 0.001/YStep 0.001/Resources<</Pattern<</P 4 0 R>>>>";
    maker.stream(entries, b"/Pattern cs /P scn 0 0 1 1 re f");
    let fill = "/Pattern cs /P scn 0 0 595 842 re f";
    maker.page_with("/MediaBox[0 0 595 842]", "/Pattern<</P 4 0 R>>", fill);
    let _ = survived("a pattern of itself", &pdf(maker.finish()));

    let mut maker = Maker::new();
    let state = "<</SMask<</S/Luminosity/G 5 0 R>>>>";
    maker.object(state);
    let entries = "/Type/XObject/Subtype/Form/BBox[0 0 600 900]/Group<</S/Transparency/CS/DeviceGray>>/Resources<</ExtGState<</G 4 0 R>>>>";
    maker.stream(entries, b"/G gs 0 0 100 100 re f");
    let fill = "/G gs 0 0 100 100 re f";
    maker.page_with("/MediaBox[0 0 595 842]", "/ExtGState<</G 4 0 R>>", fill);
    let _ = survived("a mask of itself", &pdf(maker.finish()));
}
