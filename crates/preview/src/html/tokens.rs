//! Reads what a sanitiser has written: known tags, quoted attributes, five entities.

/// A piece of clean HTML.
pub(super) enum Token<'a> {
    /// Words.
    Text(String),
    /// A tag opens.
    Open {
        /// In lower case.
        name: &'a str,
        /// Where a link leads.
        href: Option<String>,
    },
    /// A tag closes.
    Close(&'a str),
}

/// The pieces in order. Anything unexpected is words, which can do no harm.
pub(super) fn read(clean: &str) -> impl Iterator<Item = Token<'_>> {
    let mut rest = clean;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let tag = rest.strip_prefix('<').and_then(|after| {
            let end = tag_end(after)?;
            Some((after.get(..end)?, after.get(end + 1..)?))
        });
        if let Some((inside, after)) = tag {
            rest = after;
            return Some(of_tag(inside));
        }
        // A `<` that opens no tag is a word.
        let skip = usize::from(rest.starts_with('<'));
        let next = rest.get(skip..).and_then(|text| text.find('<'));
        let (text, after) = rest.split_at_checked(next.map_or(rest.len(), |at| at + skip))?;
        rest = after;
        Some(Token::Text(unescape(text)))
    })
}

/// Where the `>` is that ends a tag: not one inside quotes.
fn tag_end(after: &str) -> Option<usize> {
    let mut quoted = false;
    after.char_indices().find_map(|(at, character)| {
        match character {
            '"' => quoted = !quoted,
            '>' if !quoted => return Some(at),
            _ => {}
        }
        None
    })
}

fn of_tag(inside: &str) -> Token<'_> {
    if let Some(name) = inside.strip_prefix('/') {
        return Token::Close(name.trim());
    }
    let (name, attributes) = inside
        .split_once(|c: char| c.is_ascii_whitespace() || c == '/')
        .unwrap_or((inside, ""));
    let href = attributes
        .split_once("href=\"")
        .and_then(|(_, value)| value.split_once('"'))
        .map(|(value, _)| unescape(value));
    Token::Open { name, href }
}

fn unescape(text: &str) -> String {
    // `&amp;` last, so that what it makes is not read again.
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&nbsp;", "\u{a0}")
        .replace("&amp;", "&")
}
