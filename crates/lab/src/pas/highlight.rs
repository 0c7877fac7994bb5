//! Finding words in notes, whatever their case and accents, and marking where they stand.

use serde::Serialize;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// A piece of a text, found or not.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Piece<'t> {
    text: &'t str,
    hit: bool,
}

/// The words that a reader looks for.
pub(super) fn terms(query: &str) -> Vec<String> {
    query
        .split_whitespace()
        .map(|word| plain(word).0)
        .filter(|term| !term.is_empty())
        .collect()
}

/// The text cut where any term stands, or `None` if a term is nowhere in it.
pub(super) fn search<'t>(text: &'t str, terms: &[String]) -> Option<Vec<Piece<'t>>> {
    let (plain, places) = plain(text);
    let mut hits = Vec::new();
    for term in terms {
        let found = plain
            .match_indices(term.as_str())
            .map(|(at, _)| (at, at + term.len()));
        let before = hits.len();
        hits.extend(found);
        if hits.len() == before {
            return None;
        }
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
    let original = |at: usize| places.get(at).copied().unwrap_or(text.len());
    let mut pieces = Vec::new();
    let mut done = 0;
    for (from, to) in spans {
        let (from, to) = (original(from).max(done), original(to));
        push(&mut pieces, text.get(done..from), false);
        push(&mut pieces, text.get(from..to), true);
        done = to.max(done);
    }
    push(&mut pieces, text.get(done..), false);
    Some(pieces)
}

fn push<'t>(pieces: &mut Vec<Piece<'t>>, text: Option<&'t str>, hit: bool) {
    if let Some(text) = text.filter(|text| !text.is_empty()) {
        pieces.push(Piece { text, hit });
    }
}

/// Lower case without accents, and for each of its bytes where the letter stands in `text`.
fn plain(text: &str) -> (String, Vec<usize>) {
    let mut out = String::with_capacity(text.len());
    let mut places = Vec::with_capacity(text.len());
    let mut buffer = [0; 4];
    for (place, letter) in text.char_indices() {
        let single = letter.encode_utf8(&mut buffer);
        let parts = single
            .nfd()
            .flat_map(char::to_lowercase)
            .filter(|c| !is_combining_mark(*c));
        for part in parts {
            out.push(part);
            places.extend(std::iter::repeat_n(place, part.len_utf8()));
        }
    }
    (out, places)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(text: &str, query: &str) -> Option<String> {
        let pieces = search(text, &terms(query))?;
        Some(
            pieces
                .iter()
                .map(|p| {
                    if p.hit {
                        format!("[{}]", p.text)
                    } else {
                        p.text.to_owned()
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
            if let Some(pieces) = search(text, &terms(query)) {
                assert_eq!(
                    pieces.iter().map(|p| p.text).collect::<String>(),
                    text,
                    "{query}"
                );
            }
        }
    }
}
