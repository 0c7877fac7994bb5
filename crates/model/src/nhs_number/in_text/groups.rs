//! A text as groups of digits, and what stands between them.

use super::characters::{Sort, sort};

/// Digits without anything between them.
pub(super) struct Group {
    pub(super) digits: String,
    /// Right after a `+`.
    pub(super) plus: bool,
    /// What stands between it and the next.
    pub(super) gap: Gap,
}

/// What stands between two groups of digits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Gap {
    pub(super) blanks: u16,
    pub(super) tabs: u16,
    pub(super) breaks: u16,
    /// Hyphens, dots and other signs, all of them.
    pub(super) signs: u16,
    /// The first of them.
    pub(super) sign: Option<char>,
    /// The one sign is a hyphen or a dot.
    mark: bool,
    /// The one sign ties dates and times together: `:` or `/`.
    tie: bool,
    /// A letter, a `+`, or anything else that is no sign: nothing goes on across it.
    other: bool,
}

impl Gap {
    fn take(&mut self, sort: Sort) {
        match sort {
            Sort::Digit(_) | Sort::Unseen => {}
            Sort::Blank => self.blanks = self.blanks.saturating_add(1),
            Sort::Tab => self.tabs = self.tabs.saturating_add(1),
            Sort::Break => self.breaks = self.breaks.saturating_add(1),
            Sort::Mark(sign) | Sort::Tie(sign) | Sort::Sign(sign) => {
                self.signs = self.signs.saturating_add(1);
                self.sign = self.sign.or(Some(sign));
                self.mark = self.signs == 1 && matches!(sort, Sort::Mark(_));
                self.tie = self.signs == 1 && matches!(sort, Sort::Tie(_));
            }
            Sort::Plus | Sort::Other => self.other = true,
        }
    }

    /// May stand between two groups that are not the shape of an NHS number and nothing else's.
    pub(super) fn joins(self) -> bool {
        let signs = self.signs == 0 || self.mark;
        !self.other && signs && self.blanks <= 4 && self.tabs <= 1 && self.breaks <= 1
    }

    /// May stand between the groups of a 3-3-4: whatever signs somebody likes.
    pub(super) fn joins_three(self) -> bool {
        !self.other && self.signs <= 3 && self.blanks <= 8 && self.tabs <= 3 && self.breaks <= 2
    }

    /// Nothing but blanks on one line.
    pub(super) fn is_blank(self) -> bool {
        self.joins() && self.signs == 0 && self.breaks == 0
    }

    /// A sign of numbers, dates or times and nothing else.
    pub(super) fn is_tight(self) -> bool {
        !self.other && (self.tie || self.mark) && self.blanks + self.tabs + self.breaks == 0
    }

    /// As close as the parts of a telephone number.
    pub(super) fn is_near(self) -> bool {
        !self.other && self.signs <= 2 && self.blanks <= 1 && self.tabs + self.breaks == 0
    }
}

/// The groups of digits of a text.
pub(super) fn groups(text: &str) -> Vec<Group> {
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
