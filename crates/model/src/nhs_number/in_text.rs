//! NHS numbers as people write them in letters: found, so that a letter about somebody else is noticed.
//!
//! Found are ten digits in one piece; 3-3-4 with spaces, tabs, line breaks or signs between the groups;
//! 3-7 and 6-4 with spaces, a hyphen or a dot, one line break among them; any groups set apart by blanks
//! alone on one line, if they are ten digits in all; and ten single digits in boxes or with the same sign
//! between them. Digits of any script count, marks that nobody sees are passed over. Digits of a longer
//! run in one piece, and a number right after the country code 44, are left alone. One in eleven of
//! other numbers of ten digits passes the check by chance: whoever asks for confirmation should say
//! "may be". A needless question costs a moment, a missed number a letter in the wrong record: in doubt
//! it is found.

mod characters;
mod groups;

use super::NhsNumber;
use groups::{Gap, Group, groups};

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

/// The number that begins with the first of `groups`; `before` are the groups before it.
fn number_at(before: &[Group], groups: &[Group]) -> Option<NhsNumber> {
    if dialled(before, groups) {
        return None;
    }
    let digits = shaped(groups, &[10], Gap::joins)
        .or_else(|| three_three_four(before, groups))
        .or_else(|| shaped(groups, &[3, 7], Gap::joins))
        .or_else(|| shaped(groups, &[6, 4], Gap::joins))
        .or_else(|| signed_run(before.last(), groups))
        .or_else(|| blank_run(before.last(), groups))?;
    NhsNumber::parse(&digits).ok()
}

/// Whether these groups go on from the United Kingdom's country code (`+44`, `0044`, `+44 (0)`). Other
/// codes are not asked for: a letter has more `+1` and `+2` of findings than calls from abroad. Nor is
/// there any telephone number that begins with 4 or 6, as most NHS numbers do.
fn dialled(before: &[Group], groups: &[Group]) -> bool {
    if groups
        .first()
        .is_none_or(|first| first.digits.starts_with(['4', '6']))
    {
        return false;
    }
    let code = |group: &Group| {
        group.gap.is_near() && ((group.plus && group.digits == "44") || group.digits == "0044")
    };
    match before {
        [.., country, trunk] if trunk.digits == "0" => trunk.gap.is_near() && code(country),
        [.., country] => code(country),
        [] => false,
    }
}

/// A 3-3-4, unless it is the end of one telephone number and the beginning of the next: `01632 960 001,
/// 0800`.
fn three_three_four(before: &[Group], groups: &[Group]) -> Option<String> {
    let digits = shaped(groups, &[3, 3, 4], Gap::joins_three)?;
    let telephones = match (before, groups) {
        ([.., area], [first, second, third, ..]) => {
            area.digits.starts_with('0')
                && !area.digits.starts_with("00")
                && matches!(area.digits.len(), 4 | 5)
                && area.gap.is_near()
                && first.gap != second.gap
                && third.digits.starts_with('0')
        }
        _ => false,
    };
    (!telephones).then_some(digits)
}

/// Ten digits in groups of these lengths, with gaps that may stand between them.
fn shaped(groups: &[Group], shape: &[usize], joins: fn(Gap) -> bool) -> Option<String> {
    let used = groups.get(..shape.len())?;
    let lengths = used.iter().map(|group| group.digits.len());
    let (_, joined) = used.split_last()?;
    let fits = lengths.eq(shape.iter().copied()) && joined.iter().all(|group| joins(group.gap));
    fits.then(|| used.iter().map(|group| group.digits.as_str()).collect())
}

/// Ten single digits with the same sign between each and the next, no more of them.
fn signed_run(before: Option<&Group>, groups: &[Group]) -> Option<String> {
    let gap = groups.first()?.gap;
    let digits = shaped(groups, &[1; 10], |gap| gap.joins_three() && gap.signs == 1)?;
    let same = |group: &Group| group.gap == gap;
    let run = groups.iter().take_while(|group| same(group)).count();
    (run == 9 && !before.is_some_and(same)).then_some(digits)
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
