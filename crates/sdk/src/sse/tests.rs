//! The parser against the rules of the standard.

use super::*;
use proptest::prelude::*;

fn parse(pieces: &[&[u8]]) -> Result<Vec<(String, String, Option<String>)>, TooLong> {
    let mut parser = Parser::new();
    let mut events = Vec::new();
    for piece in pieces {
        parser.feed(piece, &mut events)?;
    }
    Ok(events
        .into_iter()
        .map(|event| (event.name, event.data, event.id))
        .collect())
}

fn event(name: &str, data: &str, id: Option<&str>) -> (String, String, Option<String>) {
    (name.to_owned(), data.to_owned(), id.map(str::to_owned))
}

#[test]
fn lines_of_data_are_joined_and_the_name_lasts_for_one_event() {
    let text = b"event: add\ndata: one\ndata:two\n\ndata: three\n\n";
    assert_eq!(
        parse(&[text]).unwrap(),
        [
            event("add", "one\ntwo", None),
            event("message", "three", None)
        ]
    );
}

#[test]
fn only_the_first_space_after_the_colon_goes() {
    assert_eq!(
        parse(&[b"data:  x\n\ndata:y\n\n"]).unwrap(),
        [event("message", " x", None), event("message", "y", None)]
    );
}

#[test]
fn an_id_stays_in_force_until_another_comes_and_an_empty_one_clears_it() {
    let text = b"id: 1\ndata: a\n\ndata: b\n\nid\ndata: c\n\nid: x\0y\ndata: d\n\n";
    let ids: Vec<_> = parse(&[text]).unwrap().into_iter().map(|e| e.2).collect();
    assert_eq!(
        ids,
        [Some("1".to_owned()), Some("1".to_owned()), None, None]
    );
}

#[test]
fn comments_unknown_fields_and_events_without_data_are_nothing() {
    assert_eq!(
        parse(&[b": heartbeat\n\nevent: x\n\nfoo: bar\n\n"]).unwrap(),
        []
    );
}

#[test]
fn an_unfinished_event_at_the_end_is_discarded() {
    assert_eq!(
        parse(&[b"data: a\n\ndata: b\n"]).unwrap(),
        [event("message", "a", None)]
    );
}

#[test]
fn a_byte_order_mark_at_the_very_start_is_skipped() {
    assert_eq!(
        parse(&[b"\xEF\xBB\xBFdata: a\n\n\xEF\xBB\xBFdata: b\n\n"]).unwrap(),
        [event("message", "a", None)]
    );
}

#[test]
fn the_reconnection_time_must_be_digits() {
    let mut parser = Parser::new();
    parser
        .feed(b"retry: 1500\nretry: 2s\n", &mut Vec::new())
        .unwrap();
    assert_eq!(parser.retry(), Some(Duration::from_millis(1500)));
}

#[test]
fn a_line_over_the_limit_breaks_the_stream_for_good() {
    let mut parser = Parser::new();
    let mut out = Vec::new();
    let long = vec![b'x'; MAX_LINE + 1];
    assert_eq!(parser.feed(&long, &mut out), Err(TooLong));
    assert_eq!(parser.feed(b"data: a\n\n", &mut out), Err(TooLong));
    assert!(out.is_empty());
}

#[test]
fn much_data_in_short_lines_is_limited_too() {
    let line = [b"data: ".as_slice(), &vec![b'x'; 60_000], b"\n"].concat();
    let mut parser = Parser::new();
    let broke = (0..100).any(|_| parser.feed(&line, &mut Vec::new()).is_err());
    assert!(broke);
}

proptest! {
    #[test]
    fn pieces_do_not_change_the_events(
        lines in proptest::collection::vec("(data|event|id|retry|x)?:? ?[a-zé\u{1F600}\0]{0,4}", 0..20),
        ends in proptest::collection::vec(0_usize..3, 20),
        cut in 1_usize..9,
    ) {
        let mut text = String::new();
        for (line, end) in lines.iter().zip(ends) {
            text.push_str(line);
            text.push_str(["\n", "\r", "\r\n"][end]);
        }
        let pieces: Vec<_> = text.as_bytes().chunks(cut).collect();
        prop_assert_eq!(parse(&pieces), parse(&[text.as_bytes()]));
    }

    #[test]
    fn any_bytes_are_survived(noise in proptest::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(parse(&[&noise]).is_ok());
    }

    #[test]
    fn the_kind_of_line_end_does_not_matter(data in proptest::collection::vec("[a-z]{1,8}", 1..5), end in 0_usize..3) {
        let end = ["\n", "\r", "\r\n"][end];
        let mut text = String::new();
        for line in &data {
            text.push_str("data: ");
            text.push_str(line);
            text.push_str(end);
        }
        text.push_str(end);
        prop_assert_eq!(parse(&[text.as_bytes()]).unwrap(), [event("message", &data.join("\n"), None)]);
    }
}
