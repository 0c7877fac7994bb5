//! Text for a picture: cleaned of what XML does not take, escaped, broken into lines, HTML read as text.

use std::fmt::Write as _;

/// Text that may stand in an SVG document.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // XML has no place for these, not even escaped.
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            letter if letter.is_control() => out.push(' '),
            letter => out.push(letter),
        }
    }
    out
}

/// Text in lines of at most `width` characters, broken between words where that is possible; at most `most` lines,
/// the last of which then says that there is more.
pub(super) fn lines(text: &str, width: usize, most: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        let mut length = 0;
        for word in paragraph.split_whitespace() {
            for piece in pieces(word, width) {
                let count = piece.chars().count();
                let gap = usize::from(length > 0);
                if length + gap + count > width {
                    lines.push(std::mem::take(&mut line));
                    length = 0;
                }
                if length > 0 {
                    line.push(' ');
                    length += 1;
                }
                line.push_str(&piece);
                length += count;
            }
        }
        lines.push(line);
        if lines.len() > most {
            lines.truncate(most.saturating_sub(1));
            lines.push("… (goes on)".to_owned());
            break;
        }
    }
    lines
}

/// A word in parts of at most `width` characters.
fn pieces(word: &str, width: usize) -> Vec<String> {
    let letters: Vec<char> = word.chars().collect();
    letters
        .chunks(width.max(1))
        .map(|part| part.iter().collect())
        .collect()
}

/// What a reader sees of HTML, roughly: tags away, blocks on lines of their own, common entities read.
pub(super) fn of_html(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        let (before, tag) = rest.split_at(start);
        text.push_str(before);
        let Some(end) = tag.find('>') else {
            rest = "";
            break;
        };
        let (tag, after) = tag.split_at(end + 1);
        let name: String = tag
            .trim_start_matches(['<', '/'])
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .collect();
        let name = name.to_ascii_lowercase();
        if matches!(name.as_str(), "script" | "style") && !tag.starts_with("</") {
            let close = format!("</{name}");
            let skipped = after.to_ascii_lowercase().find(&close);
            rest = skipped.and_then(|at| after.get(at..)).unwrap_or_default();
            continue;
        }
        if matches!(
            name.as_str(),
            "p" | "br" | "div" | "li" | "tr" | "h1" | "h2" | "h3" | "h4"
        ) {
            text.push('\n');
        }
        rest = after;
    }
    text.push_str(rest);
    let entities = [
        ("&nbsp;", " "),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&amp;", "&"),
    ];
    let read = entities
        .iter()
        .fold(text, |text, (from, to)| text.replace(from, to));
    let mut out = String::new();
    for line in read.lines().map(str::trim).filter(|line| !line.is_empty()) {
        // Writing to a String does not fail.
        let _ = writeln!(out, "{line}");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_gets_out_of_a_text() {
        assert_eq!(
            escaped("<script>alert(\"x\" & 'y')</script>\u{0}\u{ffff}"),
            "&lt;script&gt;alert(&quot;x&quot; &amp; &#39;y&#39;)&lt;/script&gt; \u{fffd}"
        );
    }

    #[test]
    fn lines_keep_to_their_width_and_number() {
        assert_eq!(lines("one two three", 7, 9), ["one two", "three"]);
        assert_eq!(lines("abcdefghij", 4, 9), ["abcd", "efgh", "ij"]);
        assert_eq!(lines("a\n\nb", 4, 9), ["a", "", "b"]);
        assert_eq!(lines("a\nb\nc\nd", 4, 3), ["a", "b", "… (goes on)"]);
    }

    #[test]
    fn html_is_read_as_its_text() {
        let html =
            "<p>Dear <b>Dr A</b> &amp; team</p><script>alert(1)</script><ul><li>one<li>two</ul> <";
        assert_eq!(of_html(html), "Dear Dr A & team\none\ntwo\n");
        assert_eq!(of_html("<style>p{}"), "");
    }
}
