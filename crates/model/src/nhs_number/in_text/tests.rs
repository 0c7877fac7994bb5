//! Numbers in the shapes people write, and what only looks like one.

use super::*;
use proptest::prelude::*;

/// Numbers made up for tests: valid, in the range that is never issued, or the documented sample.
const OWN: &str = "9547852140";
const OTHER: &str = "9990000018";

fn found(text: &str) -> Vec<String> {
    let own = NhsNumber::parse(OWN).unwrap();
    let numbers = others_in(text, &own);
    numbers.iter().map(|n| n.as_str().to_owned()).collect()
}

#[test]
fn the_shapes_people_write_are_found() {
    for text in [
        "9990000018",
        "NHS number: 999 000 0018.",
        "NHS No.999-000-0018, born 1.2.1950",
        "999.000.0018",
        "999\u{a0}000\u{a0}0018",
        "999\u{2009}000\u{202f}0018",
        "999 000\n0018",
        "999 000\r\n0018",
        "999-000-\n0018",
        "999 \u{2013} 000 \u{2013} 0018",
        "\u{202d}999\u{200b} 000 0018\u{202c}",
        "99\u{ad}90\u{2060}000018",
        "９９９ ０００ ００１８",
        "٩٩٩ ٠٠٠ ٠٠١٨",
        "𝟗𝟗𝟗𝟎𝟎𝟎𝟎𝟎𝟏𝟖",
        "9 9 9 0 0 0 0 0 1 8",
        "9 9 9  0 0 0  0 0 1 8",
        "|9|9|9|0|0|0|0|0|1|8|",
        "9\t9\t9\t0\t0\t0\t0\t0\t1\t8",
        "99 90 0000 18",
        "9990 000 018",
        "999000 0018",
        "999 0000018",
        "NHS9990000018X",
        "letter_9990000018_20261121.pdf",
        "9990000018-1",
        "(999 000 0018)",
        "1. 999 000 0018 01/02/1950",
        "12 999 000 0018 03 04 1980",
        "999\t000\t0018",
        "7\t9 9 9 0 0 0 0 0 1 8\t5",
    ] {
        assert_eq!(found(text), [OTHER], "{text:?}");
    }
}

#[test]
fn what_only_looks_like_one_is_left_alone() {
    for text in [
        "",
        "999 000 0019",
        "99900000180",
        "19990000018",
        "+44 999 000 0018",
        "+9990000018",
        "+44 9990000018",
        "0044 9990000018",
        "+44 (0)9990000018",
        "+44 (0) 999 000 0018",
        "1-999-000-0018",
        "999-000-0018-2",
        "999\n000\n0018",
        "9 9 9 0 0 0 0 0 1 8 3",
        "1 9 9 9 0 0 0 0 0 1 8",
        "1\t9\t9\t9\t0\t0\t0\t0\t0\t1\t8",
        "9\t9\t9\t0\t0\t0\t0\t0\t1\t8\t4",
        "999 000 (0018)",
        "999 a 000 b 0018",
        "999,000,0018",
        "99 90 00 00 18 22",
        "0800 555 11 1",
        "020 7946 0958 and 07700 900123",
        "01632 960 001",
        "21 11 2026 10:30",
        "2026-11-21 10:30",
    ] {
        assert_eq!(found(text), Vec::<String>::new(), "{text:?}");
    }
}

#[test]
fn the_patients_own_number_is_seen_and_not_told() {
    let own = NhsNumber::parse(OWN).unwrap();
    let text = "Re: 954 785 2140 (999 000 0018), again 9990000018 and 9547852140";
    let seen = in_text(text, Some(&own));
    assert!(seen.own_seen);
    assert_eq!(seen.others, [NhsNumber::parse(OTHER).unwrap()]);
    assert!(!in_text(OTHER, Some(&own)).own_seen);
    assert_eq!(in_text(text, None).others.len(), 2);
}

#[test]
fn each_is_told_once_in_the_order_of_the_text() {
    assert_eq!(
        found("999 000 0026 then 9990000018, 999 000 0026"),
        ["9990000026", "9990000018"]
    );
}

fn valid() -> impl Strategy<Value = NhsNumber> {
    "[0-9]{9}".prop_filter_map("no check digit fits", |stem| {
        (0..10).find_map(|digit| NhsNumber::parse(&format!("{stem}{digit}")).ok())
    })
}

fn gap() -> impl Strategy<Value = String> {
    let sign = prop::sample::select(vec!["", "-", ".", "\u{2013}"]);
    let blank = prop::sample::select(vec!["", " ", "\u{a0}", "  ", "\u{200b} "]);
    (blank.clone(), sign, blank).prop_map(|(a, sign, b)| format!("{a}{sign}{b}"))
}

proptest! {
    #[test]
    fn a_number_is_found_in_any_prose(number in valid(), before in "[a-zA-Z ,;()é]{0,40}", first in gap(), second in gap(), after in "[a-zA-Z ,;()é]{0,40}") {
        let digits = number.as_str();
        let text = format!("{before}{}{first}{}{second}{}{after}", &digits[..3], &digits[3..6], &digits[6..]);
        prop_assert_eq!(in_text(&text, None).others, vec![number.clone()], "{}", text);
        prop_assert!(in_text(&text, Some(&number)).own_seen);
    }

    #[test]
    fn a_number_inside_more_digits_is_not_one(number in valid(), before in "[0-9]{0,3}", after in "[0-9]{1,3}") {
        let text = format!("{before}{}{after}", number.as_str());
        prop_assert!(in_text(&text, None).others.is_empty());
    }

    #[test]
    fn any_text_is_taken(text in "\\PC{0,300}") {
        in_text(&text, None);
    }

    #[test]
    fn what_is_found_is_made_of_the_texts_digits(text in "[0-9 .\\-\n+:/x|]{0,200}") {
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        for number in in_text(&text, None).others {
            prop_assert!(digits.contains(number.as_str()));
        }
    }
}
