//! Names in the folder, and a ledger that somebody damaged.

use super::*;
use proptest::prelude::*;

#[test]
fn different_messages_have_different_folders() {
    let key = names::key;
    assert_eq!(key("c1", "m1"), key("c1", "m1"));
    assert_ne!(key("c1", "m1"), key("c1", "m2"));
    assert_ne!(key("a", "b/c"), key("a/b", "c"));
    assert_eq!(key("c1", "../..").len(), "message-".len() + 32);
}

#[test]
fn a_damaged_ledger_files_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let filing = Filing::new(dir.path());
    let _lock = filing.lock_file().unwrap();
    std::fs::write(dir.path().join(".filed/message-1"), "mov").unwrap();
    assert!(matches!(
        filing.file("message-1", &Vec::new()),
        Err(Fault::Unsure(_))
    ));
    assert!(matches!(
        filing.is_filed("message-1"),
        Err(Fault::Unsure(_))
    ));
}

proptest! {
    #[test]
    fn every_file_gets_a_name_of_its_own_that_a_disk_takes(
        sent in proptest::collection::vec(any::<String>(), 1..12)
    ) {
        let given = names::files(sent.iter().map(String::as_str));
        prop_assert_eq!(given.len(), sent.len());
        let mut folded: Vec<_> = given.iter().map(|name| name.to_uppercase()).collect();
        folded.push(names::MESSAGE_FILE.to_uppercase());
        folded.sort();
        folded.dedup();
        prop_assert_eq!(folded.len(), sent.len() + 1);
        for name in &given {
            prop_assert!(model::FileName::parse(name).is_ok() && name.len() < 255);
        }
    }
}
