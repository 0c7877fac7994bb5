//! Windows file names, because that is where a practice stores what it receives.

use std::collections::HashSet;

/// A file name that Windows accepts (contract A.13): 1 to 255 UTF-16 units.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct FileName(String);

/// Why a text is no file name here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAFileName {
    /// No characters at all.
    #[error("must not be empty")]
    Empty,
    /// More than 255 UTF-16 units.
    #[error("must be at most 255 characters (UTF-16 units)")]
    TooLong,
    /// One of `<>:"/\|?*` or a control character.
    #[error("must not contain any of <>:\"/\\|?* or a control character")]
    Character,
    /// White space or a period at either end.
    #[error("must not start or end with white space or a period")]
    Ends,
    /// A device's name, with or without an extension.
    #[error("must not be a name that Windows keeps for a device")]
    Device,
}

impl FileName {
    /// Reads a name as written.
    ///
    /// # Errors
    /// [`NotAFileName`].
    pub fn parse(text: &str) -> Result<Self, NotAFileName> {
        if text.is_empty() {
            return Err(NotAFileName::Empty);
        }
        if text.encode_utf16().count() > 255 {
            return Err(NotAFileName::TooLong);
        }
        if text
            .chars()
            .any(|c| c < '\u{20}' || "<>:\"/\\|?*".contains(c))
        {
            return Err(NotAFileName::Character);
        }
        let bad_end = |c: char| c == '.' || c.is_whitespace();
        if text.starts_with(bad_end) || text.ends_with(bad_end) {
            return Err(NotAFileName::Ends);
        }
        if is_device(text) {
            return Err(NotAFileName::Device);
        }
        Ok(Self(text.to_owned()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name as Windows compares it: without regard to case.
    pub fn folded(&self) -> String {
        self.0.to_uppercase()
    }
}

impl std::fmt::Debug for FileName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // File names often carry a patient's name.
        f.write_str("FileName(…)")
    }
}

fn is_device(name: &str) -> bool {
    // Windows looks at what stands before the first period, and drops the spaces before it.
    let stem = name
        .split('.')
        .next()
        .unwrap_or_default()
        .trim_end_matches(' ')
        .to_ascii_uppercase();
    if matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL") {
        return true;
    }
    let Some(number) = stem
        .strip_prefix("COM")
        .or_else(|| stem.strip_prefix("LPT"))
    else {
        return false;
    };
    let mut rest = number.chars();
    matches!(
        (rest.next(), rest.next()),
        // Superscript 1, 2 and 3 count as digits there.
        (Some('1'..='9' | '\u{b9}' | '\u{b2}' | '\u{b3}'), None)
    )
}

/// The places of names that repeat an earlier one, case folded.
pub fn repeated<'a>(names: impl IntoIterator<Item = &'a FileName>) -> Vec<usize> {
    let mut seen = HashSet::new();
    names
        .into_iter()
        .enumerate()
        .filter(|(_, name)| !seen.insert(name.folded()))
        .map(|(place, _)| place)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ordinary_names_pass() {
        for name in [
            "a",
            "Letter.pdf",
            "Dr Müller – Brief.pdf",
            "COM10.txt",
            "COM",
            "console.txt",
            "😀.jpg",
            "a..b",
            "LPT0",
        ] {
            assert!(FileName::parse(name).is_ok(), "{name}");
        }
    }

    #[test]
    fn each_rule_refuses() {
        let cases = [
            ("", NotAFileName::Empty),
            ("a/b.pdf", NotAFileName::Character),
            ("a\u{1f}b", NotAFileName::Character),
            ("what?.pdf", NotAFileName::Character),
            (" a.pdf", NotAFileName::Ends),
            ("a.pdf ", NotAFileName::Ends),
            (".a", NotAFileName::Ends),
            ("a.", NotAFileName::Ends),
            ("\u{a0}a", NotAFileName::Ends),
            ("CON", NotAFileName::Device),
            ("nul.pdf", NotAFileName::Device),
            ("com1.a.b", NotAFileName::Device),
            ("COM\u{b9}", NotAFileName::Device),
            ("lpt\u{b3}.txt", NotAFileName::Device),
            ("aux .txt", NotAFileName::Device),
        ];
        for (name, expected) in cases {
            assert_eq!(FileName::parse(name).err(), Some(expected), "{name:?}");
        }
        assert_eq!(
            FileName::parse(&"😀".repeat(128)).err(),
            Some(NotAFileName::TooLong)
        );
        assert!(FileName::parse(&"a".repeat(255)).is_ok());
    }

    #[test]
    fn names_alike_but_for_case_repeat() {
        let names: Vec<_> = ["a.pdf", "B.pdf", "A.PDF", "Ä.txt", "ä.txt"]
            .into_iter()
            .map(|n| FileName::parse(n).unwrap())
            .collect();
        assert_eq!(repeated(&names), [2, 4]);
    }

    proptest! {
        #[test]
        fn whatever_passes_keeps_every_rule(text in any::<String>()) {
            if let Ok(name) = FileName::parse(&text) {
                prop_assert_eq!(name.as_str(), &text);
                prop_assert!((1..=255).contains(&text.encode_utf16().count()));
                prop_assert!(!text.chars().any(|c| u32::from(c) < 32 || "<>:\"/\\|?*".contains(c)));
                prop_assert_eq!(text.trim_matches(|c: char| c.is_whitespace() || c == '.'), &text);
            }
        }

        #[test]
        fn devices_are_refused_with_any_extension(device in "(?i)(con|prn|aux|nul|com[1-9]|lpt[1-9])", extension in "(\\.[a-z]{1,4}){0,3}") {
            let name = format!("{device}{extension}");
            prop_assert_eq!(FileName::parse(&name).err(), Some(NotAFileName::Device));
        }

        #[test]
        fn plain_names_pass(name in "[a-zA-Z0-9_-][a-zA-Z0-9 _-]{0,40}[a-zA-Z0-9_-]\\.(pdf|jpg|txt)") {
            prop_assume!(!is_device(&name));
            prop_assert!(FileName::parse(&name).is_ok());
        }
    }
}
