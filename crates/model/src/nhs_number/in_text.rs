//! NHS numbers as people write them in letters: found, so that a letter about somebody else is noticed.
//!
//! Found are ten digits in one piece, and 3-3-4 (also 3-7 and 6-4) with spaces, hyphens or dots between
//! the groups, one line break among them; and any groups set apart by blanks alone on one line, down to
//! single digits in boxes, if they are ten digits in all. Digits of any script count, marks that nobody
//! sees are passed over. A number that is part of a longer run of digits, or follows a `+` and a country
//! code, is a telephone or order number and is left alone. One in eleven of other numbers of ten digits
//! passes the check by chance: whoever asks for confirmation should say "may be".

mod characters;

use super::NhsNumber;
use characters::{Sort, sort};

/// What a text says about whose it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InText {
    /// Every valid number other than the one asked about: each once, in the order of the text.
    pub others: Vec<NhsNumber>,
    /// Whether the one asked about is in the text.
    pub own_seen: bool,
}

/// Finds the valid NHS numbers in a text; `own` is the patient's, if it is known.
pub fn in_text(text: &str, own: Option<&NhsNumber>) -> InText {
    let groups = groups(text);
    let mut found = InText::default();
    for index in 0..groups.len() {
        let rest = groups.get(index..).unwrap_or_default();
        let before = groups.get(..index).unwrap_or_default();
        let Some(number) = number_at(before, rest) else {
            continue;
        };
        if own == Some(&number) {
            found.own_seen = true;
        } else if !found.others.contains(&number) {
            found.others.push(number);
        }
    }
    found
}

/// Every valid NHS number in a text other than `own`: each once, in the order of the text.
pub fn others_in(text: &str, own: &NhsNumber) -> Vec<NhsNumber> {
    in_text(text, Some(own)).others
}

/// Digits without anything between them.
struct Group {
    digits: String,
    /// Right after a `+`.
    plus: bool,
    /// What stands between it and the next.
    gap: Gap,
}

/// What stands between two groups of digits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Gap {
    blanks: u16,
    tabs: u16,
    breaks: u16,
    /// The one hyphen or dot.
    mark: Option<char>,
    /// More than one mark, a letter, or anything else.
    other: bool,
    /// Another sign that ties numbers together: `:` or `/`, alone.
    tie: bool,
}

impl Gap {
    fn take(&mut self, sort: Sort) {
        match sort {
            Sort::Digit(_) | Sort::Unseen => {}
            Sort::Blank => self.blanks = self.blanks.saturating_add(1),
            Sort::Tab => self.tabs = self.tabs.saturating_add(1),
            Sort::Break => self.breaks = self.breaks.saturating_add(1),
            Sort::Mark(mark) if self.mark.is_none() => self.mark = Some(mark),
            Sort::Tie if !self.tie && self.mark.is_none() => self.tie = true,
            Sort::Mark(_) | Sort::Tie | Sort::Plus | Sort::Other => self.other = true,
        }
    }

    /// May stand between the groups of one number.
    fn joins(self) -> bool {
        !self.other && !self.tie && self.blanks <= 4 && self.tabs <= 1 && self.breaks <= 1
    }

    /// Nothing but blanks on one line.
    fn is_blank(self) -> bool {
        self.joins() && self.mark.is_none() && self.breaks == 0
    }

    /// A sign and nothing else: what it ties is one longer number, a date or a time.
    fn is_tight(self) -> bool {
        !self.other
            && (self.tie || self.mark.is_some())
            && self.blanks + self.tabs + self.breaks == 0
    }
}

/// The groups of digits of a text.
fn groups(text: &str) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut inside = false;
    let mut plus = false;
    for character in text.chars() {
        match sort(character) {
            Sort::Unseen => {}
            Sort::Digit(digit) => {
                match groups.last_mut() {
                    Some(group) if inside => group.digits.push(digit),
                    _ => groups.push(Group {
                        digits: digit.to_string(),
                        plus,
                        gap: Gap::default(),
                    }),
                }
                inside = true;
            }
            sort => {
                if let Some(group) = groups.last_mut() {
                    group.gap.take(sort);
                }
                inside = false;
                plus = sort == Sort::Plus;
            }
        }
    }
    if let Some(last) = groups.last_mut() {
        last.gap.other = true;
    }
    groups
}

/// The number that begins with the first of `groups`; `before` are the groups before it.
fn number_at(before: &[Group], groups: &[Group]) -> Option<NhsNumber> {
    if groups.first()?.plus || dialled(before) {
        return None;
    }
    let before = before.last();
    let shapes: [&[usize]; 4] = [&[10], &[3, 3, 4], &[3, 7], &[6, 4]];
    let of_shape = shapes
        .into_iter()
        .find_map(|shape| shaped(before, groups, shape));
    let digits = match of_shape {
        Some(digits) => digits,
        None => blank_run(before, groups)?,
    };
    NhsNumber::parse(&digits).ok()
}

/// Whether a country code (`+44`, `0044`, `+44 (0)`) stands before.
fn dialled(before: &[Group]) -> bool {
    let code = |group: &Group| {
        (group.plus && group.digits.len() <= 3)
            || (group.digits.starts_with("00") && matches!(group.digits.len(), 3..=5))
    };
    match before {
        [.., country, trunk] if trunk.digits == "0" => code(country),
        [.., country] => code(country) && (country.gap.joins() || country.gap.is_tight()),
        [] => false,
    }
}

/// Ten digits in groups of these lengths.
fn shaped(before: Option<&Group>, groups: &[Group], shape: &[usize]) -> Option<String> {
    let used = groups.get(..shape.len())?;
    let lengths = used.iter().map(|group| group.digits.len());
    if !lengths.eq(shape.iter().copied()) {
        return None;
    }
    let (last, joined) = used.split_last()?;
    let gaps: Vec<Gap> = joined.iter().map(|group| group.gap).collect();
    let breaks: u16 = gaps.iter().map(|gap| gap.breaks).sum();
    if breaks > 1 || !gaps.iter().all(|gap| gap.joins()) {
        return None;
    }
    if !joined.is_empty() {
        // The same sign before or after it makes it a part of something longer.
        let tight_mark = gaps.iter().find(|gap| gap.is_tight());
        let goes_on =
            |gap: Gap| tight_mark.is_some_and(|mark| gap.is_tight() && gap.mark == mark.mark);
        if before.is_some_and(|group| goes_on(group.gap)) || goes_on(last.gap) {
            return None;
        }
    }
    Some(used.iter().map(|group| group.digits.as_str()).collect())
}

/// All the groups that stand together on a line with nothing but blanks between them, if that is ten
/// digits; a tab ends them unless they have tabs between them themselves. Longer groups that begin with
/// 0 are telephone numbers.
fn blank_run(before: Option<&Group>, groups: &[Group]) -> Option<String> {
    let before = before
        .map(|group| group.gap)
        .filter(|gap| gap.is_blank() || gap.is_tight());
    if before.is_some_and(|gap| gap.tabs == 0) {
        return None;
    }
    let mut digits = String::new();
    let mut singles = true;
    let mut tabbed = false;
    for group in groups {
        digits.push_str(&group.digits);
        singles = singles && group.digits.len() == 1;
        if digits.len() > 10 {
            return None;
        }
        let ends = !group.gap.is_blank() || (group.gap.tabs > 0 && !tabbed && digits.len() == 10);
        if ends {
            let whole = digits.len() == 10 && !group.gap.is_tight();
            let plain = singles || (!tabbed && !digits.starts_with('0'));
            return (whole && plain).then_some(digits);
        }
        tabbed = tabbed || group.gap.tabs > 0;
        if tabbed && before.is_some() {
            return None;
        }
    }
    None
}

#[cfg(test)]
mod tests;
