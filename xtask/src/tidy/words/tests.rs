//! Words that must not be committed.

use super::*;

#[test]
fn every_word_is_found_where_it_is_looked_for() {
    for word in WORDS {
        let path = word
            .files
            .first()
            .map_or("a.md".to_owned(), |end| format!("a{end}"));
        let text = format!("One\nsee {} there\n", word.text);
        let faults = check(&Tree::of(&[(path.as_str(), text.as_str())]));
        assert!(
            faults
                .iter()
                .any(|fault| fault.line == 2 && fault.mend == word.mend),
            "{}",
            word.text
        );
    }
}

#[test]
fn a_word_for_one_kind_of_file_is_let_be_in_others() {
    assert_eq!(
        check(&Tree::of(&[(
            "a.md",
            concat!("Never commit dbg", "!(x).\n")
        )])),
        []
    );
}

#[test]
fn ordinary_prose_is_fine() {
    assert_eq!(
        check(&Tree::of(&[(
            "a.md",
            "See https://www.nhs.uk/ and `npm ci`; work/life; a todo list.\n"
        )])),
        []
    );
}
