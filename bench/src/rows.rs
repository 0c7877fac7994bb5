//! The rows, in groups that share a set-up.

mod accept;
mod backlog;
mod delivery;
mod gateway;
mod inline_line;
mod kept;
mod large;
mod memory;
mod postgres;
mod reads;
mod start;

use crate::bench::Bench;
use crate::goals::{self, Row};
use crate::measured::Measured;
use anyhow::Result;

/// Rows that are measured together.
#[derive(Clone, Copy)]
pub(crate) enum Group {
    Accept,
    Large,
    Memory,
    Reads,
    Delivery,
    Start,
    Backlog,
    Kept,
    Inline,
    Postgres,
    Gateway,
}

impl Group {
    /// All of them, in the order in which they are measured.
    pub(crate) const ALL: [Self; 11] = [
        Self::Accept,
        Self::Large,
        Self::Memory,
        Self::Reads,
        Self::Delivery,
        Self::Start,
        Self::Backlog,
        Self::Kept,
        Self::Inline,
        Self::Postgres,
        Self::Gateway,
    ];

    /// What people call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Large => "large messages",
            Self::Memory => "memory",
            Self::Reads => "reads and tokens",
            Self::Delivery => "delivery",
            Self::Start => "start",
            Self::Kept => "kept after kill -9",
            Self::Inline => "inline line",
            Self::Backlog => "backlog",
            Self::Postgres => "PostgreSQL",
            Self::Gateway => "gateway",
        }
    }

    /// Its rows.
    pub(crate) fn rows(self) -> &'static [Row] {
        match self {
            Self::Accept => goals::ACCEPT,
            Self::Large => goals::LARGE,
            Self::Memory => goals::MEMORY,
            Self::Reads => goals::READS,
            Self::Delivery => goals::DELIVERY,
            Self::Start => goals::START,
            Self::Kept => goals::KEPT,
            Self::Inline => goals::INLINE,
            Self::Backlog => goals::BACKLOG,
            Self::Postgres => goals::POSTGRES,
            Self::Gateway => goals::GATEWAY,
        }
    }

    /// Measures all its rows, in their order.
    ///
    /// # Errors
    /// When a row could not be measured at all.
    pub(crate) async fn measure(self, bench: &Bench) -> Result<Vec<Measured>> {
        let mut all: Vec<_> = self.rows().iter().map(Measured::of).collect();
        match self {
            Self::Accept => accept::measure(bench, &mut all).await?,
            Self::Large => large::measure(bench, &mut all).await?,
            Self::Memory => memory::measure(bench, &mut all).await?,
            Self::Reads => reads::measure(bench, &mut all).await?,
            Self::Delivery => delivery::measure(bench, &mut all).await?,
            Self::Start => start::measure(bench, &mut all).await?,
            Self::Kept => kept::measure(bench, &mut all).await?,
            Self::Inline => inline_line::measure(bench, &mut all).await?,
            Self::Backlog => backlog::measure(bench, &mut all).await?,
            Self::Postgres => postgres::measure(bench, &mut all).await?,
            Self::Gateway => gateway::measure(bench, &mut all).await?,
        }
        Ok(all)
    }
}
