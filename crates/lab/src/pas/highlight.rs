//! Finding words in notes, whatever their case and accents, and marking where they stand.

use serde::Serialize;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Words of a query that are looked for; more help nobody.
const MOST_TERMS: usize = 32;
/// Marks in one text; more help nobody.
const MOST_MARKS: usize = 1_000;

/// A piece of a text, found or not.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Piece {
    text: String,
    hit: bool,
}

/// The words that a reader looks for.
pub(super) fn terms(query: &str) -> Vec<String> {
    query
        .split_whitespace()
        .map(|word| plain(word, 0).0)
        .filter(|term| !term.is_empty())
        .take(MOST_TERMS)
        .collect()
}

/// The first `most` bytes of the text, or a little less, cut where any term stands; `None` if a term
/// is nowhere in the whole text.
pub(super) fn search(text: &str, most: usize, terms: &[String]) -> Option<Vec<Piece>> {
    let shown = beginning(text, most);
    let (plain, places) = if terms.is_empty() {
        Default::default()
    } else {
        plain(text, shown.len())
    };
    let mut hits = Vec::new();
    for term in terms {
        let mut found = plain
            .match_indices(term.as_str())
            .map(|(at, _)| (at, at + term.len()))
            .peekable();
        found.peek()?;
        hits.extend(
            found
                .take_while(|(at, _)| *at < places.len())
                .take(MOST_MARKS),
        );
    }
    hits.sort_unstable();
    // Hits that touch are one.
    let mut spans: Vec<(usize, usize)> = Vec::with_capacity(hits.len());
    for (from, to) in hits {
        match spans.last_mut() {
            Some((_, end)) if from <= *end => *end = to.max(*end),
            _ => spans.push((from, to)),
        }
    }
    let original = |at: usize| places.get(at).copied().unwrap_or(shown.len());
    let mut pieces = Vec::new();
    let mut done = 0;
    for (from, to) in spans.into_iter().take(MOST_MARKS) {
        let (from, to) = (original(from).max(done), original(to));
        push(&mut pieces, shown.get(done..from), false);
        push(&mut pieces, shown.get(from..to), true);
        done = to.max(done);
    }
    push(&mut pieces, shown.get(done..), false);
    Some(pieces)
}

/// The text, cut between two characters if it has more than `most` bytes.
fn beginning(text: &str, most: usize) -> &str {
    text.get(..text.floor_char_boundary(most)).unwrap_or(text)
}

fn push(pieces: &mut Vec<Piece>, text: Option<&str>, hit: bool) {
    if let Some(text) = text.filter(|text| !text.is_empty()) {
        let text = text.to_owned();
        pieces.push(Piece { text, hit });
    }
}

/// Lower case without accents, and where each of its bytes stands in the first `placed` bytes of `text`.
fn plain(text: &str, placed: usize) -> (String, Vec<usize>) {
    let mut out = String::with_capacity(text.len());
    let mut places = Vec::with_capacity(placed);
    let mut buffer = [0; 4];
    for (place, letter) in text.char_indices() {
        if letter.is_ascii() {
            out.push(letter.to_ascii_lowercase());
        } else {
            let parts = letter
                .encode_utf8(&mut buffer)
                .nfd()
                .flat_map(char::to_lowercase)
                .filter(|c| !is_combining_mark(*c));
            out.extend(parts);
        }
        if place < placed {
            places.resize(out.len(), place);
        }
    }
    (out, places)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(text: &str, query: &str) -> Option<String> {
        let pieces = search(text, usize::MAX, &terms(query))?;
        Some(
            pieces
                .iter()
                .map(|p| {
                    if p.hit {
                        format!("[{}]", p.text)
                    } else {
                        p.text.clone()
                    }
                })
                .collect(),
        )
    }

    #[test]
    fn words_are_marked_whatever_their_case_and_accents() {
        assert_eq!(
            marked("Café and CAFE", "cafe").as_deref(),
            Some("[Café] and [CAFE]")
        );
        assert_eq!(
            marked("Blood pressure 120/80", "pressure blood").as_deref(),
            Some("[Blood] [pressure] 120/80")
        );
        assert_eq!(marked("aaa", "aa a").as_deref(), Some("[aaa]"));
        assert_eq!(
            marked("İstanbul ist", "ist").as_deref(),
            Some("[İst]anbul [ist]")
        );
    }

    #[test]
    fn every_word_must_be_there() {
        assert_eq!(marked("Blood pressure", "blood sugar"), None);
    }

    #[test]
    fn the_pieces_make_the_text_again() {
        let text = "Ünïcode \u{1F600} straße e\u{301}a";
        for query in ["a", "e", "u s", "straße", "\u{1F600}"] {
            if let Some(pieces) = search(text, usize::MAX, &terms(query)) {
                assert_eq!(
                    pieces.iter().map(|p| p.text.as_str()).collect::<String>(),
                    text,
                    "{query}"
                );
            }
        }
    }

    #[test]
    fn a_large_text_is_searched_whole_and_shown_in_part_with_few_marks() {
        let text = format!("é {}Omega", "e.".repeat(1_000_000));
        let pieces = search(&text, 5_000, &terms("e omega")).unwrap();
        assert_eq!(pieces.iter().filter(|p| p.hit).count(), MOST_MARKS);
        let shown: String = pieces.into_iter().map(|p| p.text).collect();
        assert_eq!(shown, text[..5_000]);
        assert_eq!(search("aé", 2, &[]).unwrap()[0].text, "a");
        assert_eq!(search(&text, 5_000, &terms("e alpha")), None);
    }
}
