//! What a character is to somebody who looks for numbers: a digit of any script, a gap, or nothing.

/// What a character is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    /// A digit, as its ASCII one.
    Digit(char),
    /// A space of any width.
    Blank,
    /// A tab, or the line between two boxes.
    Tab,
    /// The end of a line.
    Break,
    /// A hyphen or dash (as `-`) or a dot (as `.`).
    Mark(char),
    /// `:` or `/`, which tie dates and times together.
    Tie(char),
    /// Another sign that somebody may set between groups of digits.
    Sign(char),
    /// `+`.
    Plus,
    /// Not seen on a page: directions, joiners, soft hyphens, control characters, accents without a letter.
    Unseen,
    /// Anything else.
    Other,
}

/// The digit 0 of every script in the Unicode standard (general category Nd) outside ASCII; its 9 others follow.
const ZEROS: [u32; 69] = [
    0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66,
    0x0DE6, 0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90,
    0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10,
    0x104A0, 0x10D30, 0x11066, 0x110F0, 0x11136, 0x111D0, 0x112F0, 0x11450, 0x114D0, 0x11650,
    0x116C0, 0x11730, 0x118E0, 0x11950, 0x11C50, 0x11D50, 0x11DA0, 0x11F50, 0x16A60, 0x16AC0,
    0x16B50, 0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6, 0x1E140, 0x1E2F0, 0x1E4F0, 0x1E950,
    0x1FBF0, 0x10D40, 0x16D70,
];

/// Says what a character is.
pub(super) fn sort(character: char) -> Sort {
    match character {
        '0'..='9' => Sort::Digit(character),
        ' '
        | '\r'
        | '\u{a0}'
        | '\u{1680}'
        | '\u{2000}'..='\u{200a}'
        | '\u{202f}'
        | '\u{205f}'
        | '\u{3000}' => Sort::Blank,
        '\t' | '|' | '\u{a6}' | '\u{2502}' => Sort::Tab,
        '\n' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => Sort::Break,
        '-'
        | '\u{2010}'..='\u{2015}'
        | '\u{2043}'
        | '\u{2212}'
        | '\u{fe58}'
        | '\u{fe63}'
        | '\u{ff0d}'
        | '\u{2e3a}'
        | '\u{2e3b}' => Sort::Mark('-'),
        '.' | '\u{b7}' | '\u{2022}' | '\u{2024}' | '\u{2027}' | '\u{2219}' | '\u{22c5}'
        | '\u{30fb}' | '\u{fe52}' | '\u{ff0e}' => Sort::Mark('.'),
        ':' | '\u{ff1a}' => Sort::Tie(':'),
        '/' | '\u{2044}' | '\u{2215}' | '\u{ff0f}' => Sort::Tie('/'),
        '_' | ',' | ';' | '(' | ')' | '[' | ']' | '{' | '}' | '*' | '~' | '=' | '#' | '\''
        | '"' | '\\' | '\u{2018}' | '\u{2019}' | '\u{201c}' | '\u{201d}' | '\u{ff08}'
        | '\u{ff09}' | '\u{ff0c}' | '\u{ff1b}' | '\u{ff3f}' => Sort::Sign(character),
        '+' | '\u{ff0b}' => Sort::Plus,
        '\u{ad}'
        | '\u{34f}'
        | '\u{61c}'
        | '\u{180e}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}'
        | '\u{300}'..='\u{34e}'
        | '\u{350}'..='\u{36f}'
        | '\u{20d0}'..='\u{20ff}'
        | '\u{e0000}'..='\u{e0fff}' => Sort::Unseen,
        // Nobody draws one.
        _ if character.is_control() => Sort::Unseen,
        _ if character.is_ascii() => Sort::Other,
        _ => digit(u32::from(character)).map_or(Sort::Other, Sort::Digit),
    }
}

/// The ASCII digit of one in another script.
fn digit(code: u32) -> Option<char> {
    let value = ZEROS
        .iter()
        .find_map(|zero| code.checked_sub(*zero).filter(|value| *value < 10))?;
    char::from_digit(value, 10)
}
