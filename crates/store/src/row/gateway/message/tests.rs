//! What is written is read again, and what cannot be is refused.

use super::*;
use jiff::SignedDuration;
use model::SnomedCode;
use model::coded_data::{CodedItem, Number};

fn at(second: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_secs(second)
}

#[test]
fn coded_data_comes_back_as_it_was() {
    let item = |value: Option<&str>, text: Option<&str>| CodedItem {
        code: SnomedCode::parse("271649006").unwrap(),
        value: value.and_then(Number::parse),
        unit: value.map(|_| "mm[Hg]".to_owned()),
        additional_text: text.map(ToOwned::to_owned),
    };
    let items = vec![
        item(Some("37.50"), None),
        item(None, Some("a\0\"b\\ \u{1f48a}")),
    ];
    let text = coded_data_text(&items);
    assert!(!text.contains('\0'));
    assert!(coded::read(Some(&text)).unwrap() == items);
    assert!(coded::read(Some(&coded_data_text(&[]))).unwrap().is_empty());
    assert!(coded::read(None).unwrap().is_empty());
    for damaged in [
        "",
        "{}",
        "[[]]",
        "[[\"x\",null,null,null]]",
        "[[\"271649006\",\"a\",null,null]]",
    ] {
        let error = coded::read(Some(damaged)).unwrap_err().to_string();
        assert!(error.ends_with("message.coded_data"), "{error}");
    }
}

#[test]
fn an_end_never_changes_and_an_older_word_is_taken_only_from_a_later_look() {
    let standing = |status, since, looked| Standing {
        status,
        sub_status: None,
        since: at(since),
        answer: String::new(),
        looked_at: at(looked),
    };
    let takes = |known: Option<Standing>, found| is_newer(known.as_ref(), &found);
    let (pending, completed) = (Status::Pending, Status::Completed);
    assert!(takes(None, standing(pending, 0, 0)));
    let known = Some(standing(pending, 10, 20));
    assert!(takes(known.clone(), standing(pending, 10, 30)));
    assert!(takes(known.clone(), standing(completed, 11, 15)));
    assert!(!takes(known.clone(), standing(pending, 9, 30)));
    assert!(!takes(known.clone(), standing(completed, 9, 20)));
    assert!(takes(known, standing(completed, 9, 21)));
    let known = Some(standing(completed, 10, 20));
    assert!(!takes(known.clone(), standing(completed, 10, 30)));
    assert!(!takes(known, standing(Status::Rejected, 30, 30)));
}
