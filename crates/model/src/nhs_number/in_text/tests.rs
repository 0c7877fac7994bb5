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
        "999\u{1}000\u{7f}00\u{9b}18",
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
fn what_stands_before_does_not_hide_one() {
    for text in [
        "Reflexes +2, oedema 0. NHS number 999 000 0018",
        "Ward 00123, pain score 0, NHS 9990000018",
        "CRP +5\n999 000 0018",
        "Blood +1 999 000 0018",
        "00421\t9990000018",
        "00421 999 000 0018",
        "00421\n999 000\n0018",
        "Extension +44\n999 000 0018",
        "+44\t9990000018",
        "+44, oedema 0. 999 000 0018",
        "NHS+999 000 0018",
        "+9990000018",
        "2026 999 000 0018",
        "0212 999 000 0018",
        "0212 9990000018, 4 times; 01",
        "Age 43 999 000 0018",
        "DOB 01/02/1980 NHS 999 000 0018",
        "954 785 2140/999 000 0018",
        "1-999-000-0018",
        "999-000-0018-2",
        "letter-999-000-0018-20261121.pdf",
    ] {
        assert_eq!(found(text), [OTHER], "{text:?}");
    }
    // No telephone number begins with 4 or 6.
    assert_eq!(found("+44 400 000 0012"), ["4000000012"]);
}

#[test]
fn signs_between_the_groups_do_not_hide_one() {
    for text in [
        "999/000/0018",
        "999_000_0018",
        "letter_999_000_0018_20261121.pdf",
        "(999) 000 0018",
        "[999] [000] [0018]",
        "999 000 (0018)",
        "999,000,0018",
        "999:000:0018",
        "999--000--0018",
        "999 \u{2013}\u{2013} 000 \u{2013}\u{2013} 0018",
        "999\n000\n0018",
        "999 000\n\n0018",
        "999 | 000 | 0018",
        "999      000      0018",
        "9_9_9_0_0_0_0_0_1_8",
        "9/9/9/0/0/0/0/0/1/8",
        "9 - 9 - 9 - 0 - 0 - 0 - 0 - 0 - 1 - 8.",
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
        "+44 9990000018",
        "0044 9990000018",
        "+44 (0)9990000018",
        "+44 (0) 999 000 0018",
        "(+44) 999-000-0018",
        "0044 (0)999 000 0018",
        "Tel. +44\u{a0}(999) 000 0018",
        "01632 960 006, 0800 555 111",
        "01632 960 006\n0800 555 111",
        "9-9-9-0-0-0-0-0-1-8-3",
        "0-9-9-9-0-0-0-0-0-1-8",
        "9 9 9 0 0 0 0 0 1 8 3",
        "1 9 9 9 0 0 0 0 0 1 8",
        "1\t9\t9\t9\t0\t0\t0\t0\t0\t1\t8",
        "9\t9\t9\t0\t0\t0\t0\t0\t1\t8\t4",
        "999 a 000 b 0018",
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

fn gap(signs: Vec<&'static str>) -> impl Strategy<Value = String> {
    let sign = prop::sample::select(signs);
    let blank = prop::sample::select(vec!["", " ", "\u{a0}", "  ", "\u{200b} "]);
    (blank.clone(), sign, blank).prop_map(|(a, sign, b)| format!("{a}{sign}{b}"))
}

/// What may stand between groups of any shape.
fn plain() -> impl Strategy<Value = String> {
    gap(vec!["", "-", ".", "\u{2013}"])
}

/// What may stand between the groups of a 3-3-4.
fn signed() -> impl Strategy<Value = String> {
    gap(vec!["-", "/", "_", ")", "--", "\n", ",", "\t", "\n\n", ":"])
}

proptest! {
    #[test]
    fn a_number_is_found_in_any_prose(number in valid(), before in "[a-zA-Z ,;()é]{0,40}", first in plain(), second in plain(), after in "[a-zA-Z ,;()é]{0,40}") {
        let digits = number.as_str();
        let text = format!("{before}{}{first}{}{second}{}{after}", &digits[..3], &digits[3..6], &digits[6..]);
        prop_assert_eq!(in_text(&text, None).others, vec![number.clone()], "{}", text);
        prop_assert!(in_text(&text, Some(&number)).own_seen);
    }

    #[test]
    fn groups_of_3_3_4_are_found_whatever_signs_join_them(number in valid(), before in "[a-zA-Z ,;()é]{0,40}", first in signed(), second in signed(), after in "[a-zA-Z ,;()é]{0,40}") {
        let digits = number.as_str();
        let text = format!("{before}{}{first}{}{second}{}{after}", &digits[..3], &digits[3..6], &digits[6..]);
        prop_assert_eq!(in_text(&text, None).others, vec![number.clone()], "{}", text);
        prop_assert!(in_text(&text, Some(&number)).own_seen);
    }

    #[test]
    fn findings_before_it_never_hide_a_number(number in valid(), before in "[+]?(0|00)?[0-9]{1,3}[a-z ,;()]{0,3}[.\t\n]") {
        // The one code that makes a telephone number of what follows it.
        prop_assume!(!before.contains("44"));
        let text = format!("{before}{}", number.spaced());
        prop_assert!(in_text(&text, None).others.contains(&number), "{}", text);
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
