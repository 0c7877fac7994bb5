//! What the rounds of a row found, and what they come to.

use crate::goals::{Of, Row, Verdict};
use crate::noise::Noise;
use crate::stats;

/// One round's figures.
#[derive(Clone, Copy)]
pub(crate) struct Pair {
    pub(crate) ours: f64,
    /// The limit of the same round, where the row has one.
    pub(crate) limit: Option<f64>,
}

/// A row's rounds.
pub(crate) struct Measured {
    pub(crate) row: &'static Row,
    pairs: Vec<Pair>,
    /// Something that must be said beside the figures.
    pub(crate) remark: Option<String>,
    /// Why the figures do not count: what was promised was not kept.
    pub(crate) broken: Option<String>,
    pub(crate) noise: Option<Noise>,
}

impl Measured {
    /// The rounds of a row, to be filled.
    pub(crate) fn of(row: &'static Row) -> Self {
        Self {
            row,
            pairs: Vec::new(),
            remark: None,
            broken: None,
            noise: None,
        }
    }

    /// Adds a round.
    pub(crate) fn add(&mut self, ours: f64, limit: f64) {
        self.pairs.push(Pair {
            ours,
            limit: Some(limit),
        });
    }

    /// Adds a round of a row that has no limit.
    pub(crate) fn add_bare(&mut self, ours: f64) {
        self.pairs.push(Pair { ours, limit: None });
    }

    /// Median of our figures.
    pub(crate) fn ours(&self) -> f64 {
        let all: Vec<f64> = self.pairs.iter().map(|pair| pair.ours).collect();
        stats::median(&all)
    }

    /// Median of the limits.
    pub(crate) fn limit(&self) -> Option<f64> {
        let all: Vec<f64> = self.pairs.iter().filter_map(|pair| pair.limit).collect();
        (!all.is_empty()).then(|| stats::median(&all))
    }

    /// Each round's ratio.
    fn ratios(&self) -> Vec<f64> {
        let ratio = |pair: &Pair| pair.limit.map(|limit| pair.ours / limit);
        self.pairs.iter().filter_map(ratio).collect()
    }

    /// Median of the rounds' ratios.
    pub(crate) fn ratio(&self) -> Option<f64> {
        let all = self.ratios();
        (!all.is_empty()).then(|| stats::median(&all))
    }

    /// What the goal is held against.
    pub(crate) fn figure(&self) -> f64 {
        match self.row.goal {
            Some(goal) if goal.of == Of::Ours => self.ours(),
            _ => self.ratio().unwrap_or_else(|| self.ours()),
        }
    }

    /// Smallest and largest of what the goal is held against.
    pub(crate) fn span(&self) -> (f64, f64) {
        let of_ours = self.row.goal.is_some_and(|goal| goal.of == Of::Ours);
        let ratios = self.ratios();
        if of_ours || ratios.is_empty() {
            let all: Vec<f64> = self.pairs.iter().map(|pair| pair.ours).collect();
            stats::span(&all)
        } else {
            stats::span(&ratios)
        }
    }

    /// Whether this machine lacks what it would measure; its remark says what.
    fn is_skipped(&self) -> bool {
        self.pairs.is_empty() && self.broken.is_none()
    }

    /// How it stands to its goal.
    pub(crate) fn verdict(&self) -> Verdict {
        if self.is_skipped() {
            return Verdict::Told;
        }
        self.row
            .goal
            .map_or(Verdict::Told, |goal| goal.verdict(self.figure()))
    }

    /// Whether the machine was too noisy for it to say anything.
    pub(crate) fn is_noisy(&self) -> bool {
        self.noise.is_some_and(|noise| noise.is_noisy())
    }

    /// The verdict as the table shows it.
    pub(crate) fn word(&self) -> String {
        if self.broken.is_some() {
            return "FAILED".to_owned();
        }
        if self.is_skipped() {
            return "skipped".to_owned();
        }
        let word = self.verdict().word();
        if self.is_noisy() {
            format!("{word} (noisy)")
        } else {
            word.to_owned()
        }
    }
}
