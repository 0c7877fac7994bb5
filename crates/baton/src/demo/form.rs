//! Forms on a page of HTML, as a browser without scripts finds them. Good for our own pages.

/// A form with what stands in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Form {
    /// Where it goes; empty for the page's own address.
    pub(super) action: String,
    /// Whether it is posted.
    pub(super) is_post: bool,
    fields: Vec<Field>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Field {
    kind: String,
    name: String,
    value: String,
    /// Whether it is sent: boxes when ticked, buttons when pressed.
    is_sent: bool,
}

impl Form {
    /// All forms of a page.
    pub(super) fn all(html: &str) -> Vec<Self> {
        let mut forms: Vec<Self> = Vec::new();
        let mut inside = false;
        for tag in tags(html) {
            let of = |name: &str| attribute(tag, name);
            match name_of(tag).as_str() {
                "form" => {
                    let method = of("method").unwrap_or_default();
                    forms.push(Self {
                        action: of("action").unwrap_or_default(),
                        is_post: method.eq_ignore_ascii_case("post"),
                        fields: Vec::new(),
                    });
                    inside = true;
                }
                "/form" => inside = false,
                kind @ ("input" | "button") if inside => {
                    let usual = if kind == "button" { "submit" } else { "text" };
                    let kind = of("type").unwrap_or_else(|| usual.to_owned());
                    let is_sent = match kind.as_str() {
                        "submit" | "button" => false,
                        "checkbox" | "radio" => of("checked").is_some(),
                        _ => true,
                    };
                    if let (Some(name), Some(form)) = (of("name"), forms.last_mut()) {
                        form.fields.push(Field {
                            kind,
                            name,
                            value: of("value").unwrap_or_default(),
                            is_sent,
                        });
                    }
                }
                _ => {}
            }
        }
        forms
    }

    /// Types into every field of this kind.
    pub(super) fn fill(mut self, kind: &str, text: &str) -> Self {
        for field in self.fields.iter_mut().filter(|field| field.kind == kind) {
            text.clone_into(&mut field.value);
        }
        self
    }

    /// Ticks every box.
    pub(super) fn tick(mut self) -> Self {
        let boxes = |field: &&mut Field| field.kind == "checkbox";
        for field in self.fields.iter_mut().filter(boxes) {
            field.is_sent = true;
        }
        self
    }

    /// Presses the button with this value.
    pub(super) fn press(mut self, value: &str) -> Self {
        let this = |field: &&mut Field| field.kind == "submit" && field.value == value;
        if let Some(button) = self.fields.iter_mut().find(this) {
            button.is_sent = true;
        }
        self
    }

    /// What is sent.
    pub(super) fn pairs(&self) -> Vec<(&str, &str)> {
        let sent = self.fields.iter().filter(|field| field.is_sent);
        sent.map(|field| (field.name.as_str(), field.value.as_str()))
            .collect()
    }
}

/// What stands between `<` and `>`.
fn tags(html: &str) -> impl Iterator<Item = &str> {
    html.split('<').skip(1).map(|rest| {
        let mut quoted = None;
        let end = rest.find(|letter| match (quoted, letter) {
            (None, '>') => true,
            (None, '"' | '\'') => {
                quoted = Some(letter);
                false
            }
            (Some(mark), _) if mark == letter => {
                quoted = None;
                false
            }
            _ => false,
        });
        end.and_then(|end| rest.get(..end)).unwrap_or_default()
    })
}

fn name_of(tag: &str) -> String {
    let name = tag.split(|letter: char| letter.is_whitespace()).next();
    name.unwrap_or_default().to_ascii_lowercase()
}

/// An attribute's value; empty when it has none.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let mut rest = tag.split_once(char::is_whitespace)?.1.trim_start();
    while !rest.is_empty() {
        let end = rest
            .find(|letter: char| letter == '=' || letter.is_whitespace())
            .unwrap_or(rest.len());
        let (key, after) = rest.split_at_checked(end)?;
        let (value, after) = match after.strip_prefix('=') {
            None => ("", after),
            Some(after) => match after.chars().next() {
                Some(mark @ ('"' | '\'')) => after.get(1..)?.split_once(mark)?,
                _ => after.split_once(char::is_whitespace).unwrap_or((after, "")),
            },
        };
        if key.eq_ignore_ascii_case(name) {
            return Some(unescape(value));
        }
        rest = after.trim_start();
        if key.is_empty() && value.is_empty() {
            rest = rest.get(1..).unwrap_or_default();
        }
    }
    None
}

/// The few character references that our pages write.
fn unescape(text: &str) -> String {
    [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&#x27;", "'"),
        ("&#39;", "'"),
        ("&#x2f;", "/"),
        ("&#47;", "/"),
        ("&amp;", "&"),
    ]
    .into_iter()
    .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = r#"<!doctype html><form action="/search"><input name=q></form>
        <form method="post" action="/go?a=1&amp;b=2" novalidate>
        <input type="hidden" name="csrf" value="x&#x2f;y > z">
        <label>Address <input class="wide" type="email" name="email" value=""></label>
        <input name="password" type="password"><input type="checkbox" name="yes" value="on">
        <input type=text name=town value='Old "Town"'>
        <button name="decision" value="approve">Approve</button>
        <button type="submit" name="decision" value="deny">Deny</button></form><input name="lost">"#;

    #[test]
    fn a_form_sends_what_a_browser_would() {
        let forms = Form::all(PAGE);
        assert_eq!(forms.len(), 2);
        let form = forms.into_iter().find(|form| form.is_post).unwrap();
        assert_eq!(form.action, "/go?a=1&b=2");
        let sent = |form: &Form| {
            let pairs = form.pairs().into_iter();
            pairs
                .map(|(name, value)| format!("{name}={value}"))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            sent(&form),
            ["csrf=x/y > z", "email=", "password=", "town=Old \"Town\""]
        );
        let filled = form
            .fill("email", "a@example.com")
            .fill("password", "secret")
            .tick()
            .press("approve");
        assert_eq!(
            sent(&filled),
            [
                "csrf=x/y > z",
                "email=a@example.com",
                "password=secret",
                "yes=on",
                "town=Old \"Town\"",
                "decision=approve",
            ]
        );
    }

    #[test]
    fn what_is_no_html_has_no_forms() {
        for text in ["", "<", "<form", "a < b > c", "<input name=\"x>"] {
            assert!(
                Form::all(text).iter().all(|form| form.pairs().is_empty()),
                "{text}"
            );
        }
    }
}
