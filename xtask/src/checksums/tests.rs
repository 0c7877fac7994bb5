//! Lists as `sha256sum` writes them.

use super::*;

#[test]
fn a_hash_is_what_sha256sum_prints() {
    assert_eq!(
        of_bytes(b"abc"),
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
}

#[test]
fn a_list_is_read_back_as_it_was_written() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a b.txt"), "abc").unwrap();
    let text = of_files(folder.path(), &["a b.txt".to_owned()]).unwrap();
    let entries = parse(&text);
    assert_eq!(
        entries,
        [Entry {
            hash: of_bytes(b"abc"),
            path: "a b.txt".to_owned(),
            line: 1
        }]
    );
}

#[test]
fn a_line_that_is_no_entry_is_left_out() {
    assert_eq!(parse("\nnonsense\n"), []);
}
