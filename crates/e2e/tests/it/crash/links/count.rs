//! The counts, and the table that is printed.

use std::ops::AddAssign;

/// What came of kills.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    /// Processes that died without a word.
    pub(crate) kills: u64,
    /// Links looked at after a death.
    pub(crate) links: u64,
    /// Of these: they stand, and were read.
    pub(crate) kept: u64,
    /// The call was noted, and the token was not spent.
    pub(crate) window: u64,
    /// The token was spent, and the new pair was in the memory that died.
    pub(crate) in_memory: u64,
    /// The answer was lost on its way to a gateway that lived.
    pub(crate) answer_lost: u64,
    /// The patient has to authorise again, and need not have to.
    pub(crate) needless: u64,
    /// Second uses of a refresh token or of a code, as the sandbox and the way there saw them.
    pub(crate) reused: u64,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.kills += other.kills;
        self.links += other.links;
        self.kept += other.kept;
        self.window += other.window;
        self.in_memory += other.in_memory;
        self.answer_lost += other.answer_lost;
        self.needless += other.needless;
        self.reused += other.reused;
    }
}

impl Counts {
    /// The heads of the columns.
    pub(crate) const HEAD: &str =
        "kills  links  kept | can't be helped: window  in memory  answer lost | needless  reused";

    /// A line of the table.
    pub(crate) fn line(&self) -> String {
        format!(
            "{:>5}  {:>5}  {:>4} | {:>23}  {:>9}  {:>11} | {:>8}  {:>6}",
            self.kills,
            self.links,
            self.kept,
            self.window,
            self.in_memory,
            self.answer_lost,
            self.needless,
            self.reused
        )
    }

    /// What must never be.
    pub(crate) fn check(&self) {
        assert_eq!(self.reused, 0, "a token or code was used a second time");
        assert_eq!(self.needless, 0, "a session was lost that need not be");
        let accounted = self.kept + self.window + self.in_memory + self.answer_lost;
        assert_eq!(self.links, accounted, "links that nobody accounts for");
    }
}
