//! The little markup of descriptions as HTML: paragraphs, `code`, **bold**.

/// Paragraphs, parted by empty lines.
pub(super) fn paragraphs(text: &str) -> Vec<String> {
    text.split("\n\n").map(line).collect()
}

/// One paragraph's inside, escaped.
pub(super) fn line(text: &str) -> String {
    let mut html = String::with_capacity(text.len() + 32);
    for (index, part) in text.split('`').enumerate() {
        if index % 2 == 1 {
            html.push_str("<code>");
            escape(part, &mut html);
            html.push_str("</code>");
        } else {
            for (index, part) in part.split("**").enumerate() {
                let strong = index % 2 == 1;
                html.push_str(if strong { "<strong>" } else { "" });
                escape(part, &mut html);
                html.push_str(if strong { "</strong>" } else { "" });
            }
        }
    }
    html
}

fn escape(text: &str, html: &mut String) {
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            c => html.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_and_bold_are_marked_and_the_rest_escaped() {
        assert_eq!(
            line("a < `b & **c**` **d**"),
            "a &lt; <code>b &amp; **c**</code> <strong>d</strong>"
        );
        assert_eq!(paragraphs("one\n\ntwo"), ["one", "two"]);
    }
}
