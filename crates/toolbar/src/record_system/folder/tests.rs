//! Names in the folder, and a ledger that somebody damaged.

use super::*;
use bytes::Bytes;
use model::attachment::Kind;
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

#[test]
fn a_file_ends_as_its_kind_does() {
    let long = format!("{}.hta", "x".repeat(250));
    let sent = [
        ("letter.pdf", Kind::Pdf, "letter.pdf"),
        ("Scan.JPEG", Kind::Jpeg, "Scan.JPEG"),
        ("letter.bat", Kind::Text, "letter.bat.txt"),
        ("desktop.ini", Kind::ConsultationNotes, "desktop.ini.txt"),
        ("letter", Kind::Pdf, "5-letter.pdf"),
        ("letter.pdf.lnk", Kind::Pdf, "letter.pdf.lnk.pdf"),
        ("con", Kind::Text, "attachment-7.txt"),
        ("Letter.BAT", Kind::Text, "8-Letter.BAT.txt"),
        (&long, Kind::Text, ""),
    ];
    let given = names::files(sent.iter().map(|(name, kind, _)| (*name, *kind)));
    for (given, (_, _, expected)) in given.iter().zip(sent).take(8) {
        assert_eq!(given, expected);
    }
    let last = given.last().unwrap();
    assert!(last.len() <= 180 && last.ends_with("x.txt"), "{last}");
}

#[test]
fn what_others_leave_among_the_incoming_stops_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let filing = Filing::new(dir.path());
    let _lock = filing.lock_file().unwrap();
    let incoming = dir.path().join(".incoming");
    std::fs::write(incoming.join("Thumbs.db"), "x").unwrap();
    std::fs::write(incoming.join("message-1"), "x").unwrap();
    std::fs::create_dir_all(incoming.join("__MACOSX/a")).unwrap();
    // A note that can't be read is about that message alone.
    std::fs::write(incoming.join("message-2"), "x").unwrap();
    std::fs::write(dir.path().join(".filed/message-2"), "mov").unwrap();
    let contents = vec![("a.txt".to_owned(), Bytes::from_static(b"a"))];
    let filed = filing.file("message-1", &contents);
    assert!(matches!(filed, Ok(Filed::Now)), "{filed:?}");
    let file = dir.path().join("message-1/a.txt");
    assert_eq!(std::fs::read(file).unwrap(), b"a");
    let stays = std::fs::read_dir(&incoming).unwrap();
    let stays: Vec<_> = stays.map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(stays, ["message-2"]);
}

proptest! {
    #[test]
    fn every_file_gets_a_name_of_its_own_that_a_disk_takes(
        sent in proptest::collection::vec(any::<String>(), 1..12)
    ) {
        let kinds = Kind::ALL.into_iter().cycle();
        let given = names::files(sent.iter().map(String::as_str).zip(kinds.clone()));
        prop_assert_eq!(given.len(), sent.len());
        let mut folded: Vec<_> = given.iter().map(|name| name.to_uppercase()).collect();
        folded.push(names::MESSAGE_FILE.to_uppercase());
        folded.sort();
        folded.dedup();
        prop_assert_eq!(folded.len(), sent.len() + 1);
        for (name, kind) in given.iter().zip(kinds) {
            prop_assert!(model::FileName::parse(name).is_ok() && name.len() < 255);
            let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_lowercase());
            let wanted = match kind {
                Kind::Pdf => vec!["pdf"],
                Kind::Jpeg => vec!["jpg", "jpeg"],
                Kind::Text | Kind::ConsultationNotes => vec!["txt"],
            };
            prop_assert!(wanted.contains(&extension.unwrap_or_default().as_str()), "{}", name);
        }
    }
}
