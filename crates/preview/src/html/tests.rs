//! Bodies good and bad, and the blocks they become.

use super::*;
use proptest::prelude::*;

/// Blocks as text that a test can compare.
fn shown(html: &str) -> Vec<String> {
    let blocks = blocks(html).unwrap();
    blocks.iter().map(one).collect()
}

fn one(block: &Block) -> String {
    let words = |spans: &[Span]| -> String {
        let mark = |span: &Span| {
            let b = if span.bold { "*" } else { "" };
            let i = if span.italic { "/" } else { "" };
            let u = if span.underline { "_" } else { "" };
            format!("{b}{i}{u}{}{u}{i}{b}", span.text)
        };
        spans.iter().map(mark).collect()
    };
    match block {
        Block::Heading { level, spans } => format!("h{level} {}", words(spans)),
        Block::Paragraph { spans } => format!("p {}", words(spans)),
        Block::Item {
            depth,
            marker,
            spans,
        } => format!("{depth} {marker:?} {}", words(spans)),
        Block::Row { head, cells } => {
            let cells: Vec<String> = cells.iter().map(|cell| words(cell)).collect();
            format!("{} {}", if *head { "head" } else { "row" }, cells.join("|"))
        }
        Block::Rule => "---".to_owned(),
    }
}

#[test]
fn a_letter_becomes_blocks() {
    let html = "<h2>Plan</h2><p>Please <b>start <i>now</i></b>:<br>one<u>two</u></p>
        <ul><li>a<ol><li>b</li><li><p>c</p></li></ol></li><li>d</li></ul><hr>
        <table><thead><tr><th>Test</th><th>Value</th></tr></thead><tr><td>Hb</td><td>1 &lt; 2 &amp;amp;</td></tr></table>
        tail";
    assert_eq!(
        shown(html),
        [
            "h2 Plan",
            "p Please *start **/now/*:\none_two_",
            "1 Bullet a",
            "2 Number(1) b",
            "2 Number(2) c",
            "1 Bullet d",
            "---",
            "head Test|Value",
            "row Hb|1 < 2 &amp;",
            "p tail",
        ]
    );
}

#[test]
fn a_link_shows_where_it_leads() {
    assert_eq!(
        shown(
            "<a href=\"https://evil.test/x?a=1&amp;b=2\">www.nhs.uk</a> <a href='https://a.test'>https://a.test</a>"
        ),
        ["p _www.nhs.uk (https://evil.test/x?a=1&b=2)_ _https://a.test_"]
    );
    assert_eq!(
        shown("<a href='javascript:alert(1)'>here</a>"),
        ["p _here_"]
    );
}

#[test]
fn nothing_that_acts_or_loads_is_left() {
    let html = "<script>alert(1)</script><style>p{}</style><img src=x onerror=alert(1) alt=hidden>
        <iframe src=//a.test>frame</iframe><svg><text>t</text></svg><form><input value=v><button>go</button></form>
        <p onclick=x style='background:url(//a.test)'>kept</p><object data=x>o</object>";
    assert_eq!(shown(html), ["p go", "p kept"]);
}

#[test]
fn a_number_in_pieces_is_one_in_the_text() {
    let blocks = blocks("<p>954<b>&#8203;785</b><span>2140</span></p>").unwrap();
    assert_eq!(text(&blocks), "9547852140");
}

#[test]
fn depth_and_size_have_limits() {
    let deep = "<div>".repeat(50_000);
    assert_eq!(blocks(&deep), Err(PreviewError::TooLarge));
    let long = "x".repeat(limits::HTML_BYTES + 1);
    assert_eq!(blocks(&long), Err(PreviewError::TooLarge));
    let many = blocks(&"<p>a</p>".repeat(limits::HTML_BLOCKS + 5)).unwrap();
    assert_eq!(many.len(), limits::HTML_BLOCKS + 1);
    assert!(is_cut(&many));
    let whole = blocks(&"<p>a</p>".repeat(limits::HTML_BLOCKS)).unwrap();
    assert!(!is_cut(&whole));
}

#[test]
fn depth_cannot_be_hidden_and_work_is_limited() {
    for html in [
        "<div><!--</div>-->".repeat(10_000),
        "<div a='</div>'>".repeat(10_000),
        "<div><script></div></script>".repeat(6_000),
        "<div><style></div></style><textarea></div></textarea>".repeat(3_000),
        format!("<svg>{}", "<style><g></style></g>".repeat(8_000)),
        format!("<math>{}", "<mi></p></mi><mrow>".repeat(8_000)),
        "<b><p>".repeat(20_000),
        format!(
            "<p>{}{}",
            (0..150)
                .map(|n| format!("<b a={n}>"))
                .collect::<Vec<_>>()
                .concat(),
            "<p>x".repeat(40_000)
        ),
        "<table><tr><td>".repeat(12_000),
        "<select>".repeat(20_000),
        "<a><p></b>".repeat(16_000),
    ] {
        let blocks = blocks(&html);
        assert!(
            blocks.is_err(),
            "{:.40} {:?}",
            html,
            blocks.map(|b| b.len())
        );
    }
}

#[test]
fn a_long_letter_is_no_attack() {
    let row = "<tr><td><b>Hb</b></td><td><font color=red>1<br>2</font></td></tr>";
    let html = format!(
        "<div><p>a<p>b<ul><li>c<li>d</ul><table>{}</table></div>",
        row.repeat(1_000)
    );
    assert_eq!(blocks(&html).unwrap().len(), 1_004);
}

#[test]
fn words_of_a_body_are_in_no_debug_text() {
    let blocks =
        blocks("<p>secret <b>words</b></p><table><tr><td>secret</td></tr></table>").unwrap();
    assert!(!format!("{blocks:?}").contains("secret"));
}

proptest! {
    #[test]
    fn any_body_is_taken(html in "(<[a-z]{1,6}( [a-z]{1,4}=[\"'a-z]{0,5})?>|</[a-z]{1,6}>|[<>&;a-z \"']|<(table|tr|td|ul|ol|li|a|p|b|h1|pre)>|</(table|tr|td|ul|li|a|p|b)>){0,120}") {
        let blocks = blocks(&html);
        prop_assert!(blocks.is_ok() || blocks == Err(PreviewError::TooLarge));
    }
}
