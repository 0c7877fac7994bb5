//! Names and bounds of parts.

use super::{Month, Part};
use jiff::Timestamp;
use model::entropy::{SeededEntropy, uuid_v7};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn a_part_is_known_by_its_name() {
    let wanted = Part::wanted(at("2026-11-21T12:00:00Z"), 7);
    assert_eq!(wanted.len(), 18);
    for part in &wanted {
        assert_eq!(Part::named(&part.name()), Some(*part));
    }
    let names: Vec<_> = wanted.iter().map(Part::name).collect();
    assert!(names.contains(&"message_p202611".to_owned()));
    assert!(names.contains(&"message_body_p202701".to_owned()));
    assert!(names.contains(&"feed_p9".to_owned()));
    for other in [
        "message_default",
        "message_p2026",
        "other_p202611",
        "message_p202613",
        "feed_px",
    ] {
        assert_eq!(Part::named(other), None, "{other}");
    }
}

#[test]
fn a_month_has_the_references_of_its_messages() {
    let entropy = SeededEntropy::new(1);
    let month = Month::of(at("2026-11-21T12:00:00Z"));
    let (from, to) = (month.first_reference().unwrap(), month.later(1).unwrap());
    let to = to.first_reference().unwrap();
    let within = |time: &str| {
        let reference = uuid_v7(at(time), &entropy);
        from <= reference && reference < to
    };
    assert!(within("2026-11-01T00:00:00Z") && within("2026-11-30T23:59:59.999Z"));
    assert!(!within("2026-10-31T23:59:59.999Z") && !within("2026-12-01T00:00:00Z"));
}

#[test]
fn a_year_ends() {
    let december = Month::of(at("2026-12-31T23:59:59Z"));
    assert_eq!(
        december.later(1),
        Some(Month {
            year: 2027,
            month: 1
        })
    );
    assert!(december < december.later(1).unwrap());
}

#[test]
fn small_files_stay_in_their_rows() {
    let is_told = |name: &str| {
        let made = Part::named(name).unwrap().made();
        made.contains("INCLUDING ALL) WITH (toast_tuple_target = ")
    };
    assert!(is_told("attachment_p202611"));
    assert!(!is_told("message_p202611") && !is_told("feed_p3"));
}
