//! One search over a whole message.

use super::*;
use crate::Reading;

fn page(text: &str, reading: Reading) -> PageText {
    PageText {
        text: text.to_owned(),
        reading,
    }
}

#[test]
fn a_whole_message_is_one_search() {
    let own = NhsNumber::parse("9547852140").unwrap();
    let other = NhsNumber::parse("9990000018").unwrap();
    let mut search = Search::new(Some(&own));
    search.text(Part::Body, "For 954 785 2140.");
    search.text(Part::Coded(2), "nothing");
    search.pages(
        Part::Attachment(0),
        &[
            page("999 000 0018", Reading::Words),
            page("", Reading::Blank),
            page("9990000018 and 9990000018", Reading::Words),
        ],
    );
    let clean = search.finish();
    let at = |page| Place {
        part: Part::Attachment(0),
        page: Some(page),
    };
    assert_eq!(
        clean,
        Searched {
            others: vec![Found {
                number: other,
                places: vec![at(1), at(3)],
            }],
            own_seen: true,
            unsearchable: false,
            unread: vec![],
            failed: vec![],
            pictures: false,
        }
    );
}

#[test]
fn pictures_among_words_are_told_and_ask_for_nothing() {
    let own = NhsNumber::parse("9547852140").unwrap();
    let mut search = Search::new(Some(&own));
    let pages = [
        page("NHS 954 785 2140", Reading::Illustrated),
        page("", Reading::Blank),
    ];
    search.pages(Part::Attachment(0), &pages);
    let searched = search.finish();
    assert!(searched.own_seen && searched.pictures);
    assert!(!searched.needs_care() && !searched.unsearchable);
}

#[test]
fn what_nobody_could_read_is_told() {
    let own = NhsNumber::parse("9547852140").unwrap();
    for reading in [Reading::Pictures, Reading::Unreadable, Reading::NotRead] {
        let mut search = Search::new(Some(&own));
        search.pages(
            Part::Attachment(1),
            &[page("a", reading), page("b", reading)],
        );
        search.unread(Part::Attachment(3));
        let searched = search.finish();
        assert!(searched.unsearchable);
        assert_eq!(searched.unread, [Part::Attachment(1), Part::Attachment(3)]);
        // A scan has no words; that is told, and no more.
        let pictures = reading == Reading::Pictures;
        assert_eq!(searched.failed.contains(&Part::Attachment(1)), !pictures);
        assert!(searched.failed.contains(&Part::Attachment(3)));
        assert!(searched.needs_care());
        assert!(!searched.own_seen);
    }
}
