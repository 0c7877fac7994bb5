//! Every row, and its goal: the gate that must hold, and the target that is aimed at.

/// Which way is better.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Better {
    /// At least.
    More,
    /// At most.
    Less,
}

/// What a goal is held against.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Of {
    /// Ours divided by the limit of the same round.
    Ratio,
    /// Our own figure, in the row's unit.
    Ours,
}

/// What must hold, and what is aimed at.
#[derive(Clone, Copy)]
pub(crate) struct Goal {
    pub(crate) better: Better,
    pub(crate) of: Of,
    /// Never to be crossed.
    pub(crate) gate: f64,
    /// Where to stop.
    pub(crate) target: f64,
}

/// How a figure stands to its goal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Verdict {
    Target,
    Gate,
    Below,
    /// A row without a goal.
    Told,
}

impl Verdict {
    /// The word in the table.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Target => "target",
            Self::Gate => "gate",
            Self::Below => "below",
            Self::Told => "-",
        }
    }
}

impl Goal {
    /// How `figure` stands.
    pub(crate) fn verdict(&self, figure: f64) -> Verdict {
        if self.holds(figure, self.target) {
            Verdict::Target
        } else if self.holds(figure, self.gate) {
            Verdict::Gate
        } else {
            Verdict::Below
        }
    }

    fn holds(&self, figure: f64, bound: f64) -> bool {
        match self.better {
            Better::More => figure >= bound,
            Better::Less => figure <= bound,
        }
    }

    /// How much of the target is reached: 1 is the target, more is better, whichever way the row counts.
    pub(crate) fn reached(&self, figure: f64) -> f64 {
        match self.better {
            Better::More => figure / self.target,
            Better::Less => self.target / figure,
        }
    }
}

/// A row of the table.
pub(crate) struct Row {
    /// What `--row` takes.
    pub(crate) name: &'static str,
    /// What is measured, and what it is held against.
    pub(crate) what: &'static str,
    /// The unit of both figures.
    pub(crate) unit: &'static str,
    pub(crate) goal: Option<Goal>,
}

const fn goal(better: Better, of: Of, gate: f64, target: f64) -> Goal {
    Goal {
        better,
        of,
        gate,
        target,
    }
}

/// At least so much of the limit.
const fn at_least(gate: f64, target: f64) -> Goal {
    goal(Better::More, Of::Ratio, gate, target)
}

/// At most so many times the limit.
const fn at_most(gate: f64, target: f64) -> Goal {
    goal(Better::Less, Of::Ratio, gate, target)
}

/// At most so much, in the row's unit.
const fn up_to(gate: f64, target: f64) -> Goal {
    goal(Better::Less, Of::Ours, gate, target)
}

const fn row(name: &'static str, what: &'static str, unit: &'static str, goal: Goal) -> Row {
    Row {
        name,
        what,
        unit,
        goal: Some(goal),
    }
}

/// A row that is only told.
const fn told(name: &'static str, what: &'static str) -> Row {
    Row {
        name,
        what,
        unit: "msg/s",
        goal: None,
    }
}

/// Bytes in a body of ten full attachments, as MiB.
const BODY_MIB: f64 = 66.67;

/// Durable accepts of tiny messages.
pub(crate) const ACCEPT: &[Row] = &[
    row(
        "P1",
        "durable accept, 64 connections / bare writer thread",
        "msg/s",
        at_least(0.50, 0.75),
    ),
    row(
        "P2",
        "its p99 / the bare writer thread's p99",
        "ms",
        at_most(2.5, 1.5),
    ),
    row(
        "P3",
        "accept on one connection, p50 / a bare transaction, p50",
        "ms",
        at_most(4.0, 2.5),
    ),
    row(
        "P4",
        "accepts of 64 connections / of one: group commit",
        "msg/s",
        at_least(3.0, 4.0),
    ),
];

/// Messages of full attachments.
pub(crate) const LARGE: &[Row] = &[
    row(
        "P5",
        "10 x 5 MiB, p50 / decode, hash and write, bare",
        "ms",
        at_most(1.8, 1.25),
    ),
    row(
        "P6",
        "1 x 5 MiB, p50 / decode, hash and write, bare",
        "ms",
        at_most(2.5, 1.6),
    ),
    row(
        "P7",
        "10 x 5 MiB with escaped slashes / plain",
        "ms",
        at_most(2.0, 1.5),
    ),
];

/// Memory.
pub(crate) const MEMORY: &[Row] = &[
    row(
        "P8-1",
        "peak memory over idle, 1 body of 70 MB / its size",
        "MiB",
        at_most(0.25, 8.0 / BODY_MIB),
    ),
    row(
        "P8-4",
        "the same, 4 bodies in flight",
        "MiB",
        at_most(0.25, 8.0 / BODY_MIB),
    ),
    row(
        "P8-32",
        "the same, 32 bodies in flight: at most 256 MB",
        "MiB",
        at_most(0.1144, 0.1144),
    ),
    row(
        "P9",
        "4 refused bodies in flight, worst of four kinds; no file left",
        "MiB",
        at_most(0.25, 8.0 / BODY_MIB),
    ),
];

/// Reads and tokens.
pub(crate) const READS: &[Row] = &[
    row(
        "P10",
        "status, 64 connections / GET /health/live",
        "req/s",
        at_least(0.40, 0.60),
    ),
    row(
        "P11",
        "token exchange, 64 connections / GET /health/live",
        "req/s",
        at_least(0.25, 0.45),
    ),
];

/// Delivery to a toolbar.
pub(crate) const DELIVERY: &[Row] = &[
    row(
        "P12",
        "from 200 to the toolbar's event, p99, 500 messages/s",
        "ms",
        up_to(10.0, 2.0),
    ),
    row(
        "P13",
        "the same beside 32 saturating connections",
        "ms",
        up_to(50.0, 10.0),
    ),
];

/// Starting, idling, size.
pub(crate) const START: &[Row] = &[
    row(
        "P14",
        "start to the first 200, empty store / `--version` alone",
        "ms",
        up_to(150.0, 50.0),
    ),
    row(
        "P15",
        "the same after kill -9 under load",
        "ms",
        up_to(1000.0, 200.0),
    ),
    row("P16", "memory when idle", "MiB", up_to(48.0, 24.0)),
    row("P17", "the executable, stripped", "MB", up_to(25.0, 12.0)),
];

/// A long queue.
pub(crate) const BACKLOG: &[Row] = &[
    row(
        "P14-full",
        "start to the first 200, full queue / `--version` alone",
        "ms",
        up_to(300.0, 100.0),
    ),
    row(
        "P18-accept",
        "durable accept, 64 connections: full queue / short one",
        "msg/s",
        at_least(0.75, 0.90),
    ),
    row(
        "P18-status",
        "status p50: full queue / short one",
        "ms",
        at_most(1.5, 1.1),
    ),
    row(
        "P18-next",
        "a page of the inbox, p50: full queue / short one",
        "ms",
        at_most(1.5, 1.1),
    ),
    row(
        "P18-claim",
        "claim p50: full queue / short one",
        "ms",
        at_most(1.5, 1.1),
    ),
];

/// Durable accepts on PostgreSQL.
pub(crate) const POSTGRES: &[Row] = &[
    row(
        "P19",
        "PostgreSQL: accept, 64 connections, one node / bare statements of three rows, 32 connections",
        "msg/s",
        at_least(0.50, 1.0),
    ),
    told(
        "P19-rows-1",
        "the same / bare statements of all the rows that we write, 64 connections",
    ),
    told("P19-rows-2", "the same, two nodes with 32 connections each"),
    told("P19-rows-3", "the same, three nodes with 21 or 22 each"),
];

/// The supplier's gateway.
pub(crate) const GATEWAY: &[Row] = &[
    row(
        "P25",
        "10,000 queued messages drained by a gateway / what the platform accepts on as many connections",
        "msg/s",
        at_least(0.25, 0.50),
    ),
    row(
        "P26",
        "a gateway's peak memory while it works, 1,000,000 messages of history / none",
        "MiB",
        at_most(1.5, 1.1),
    ),
    told(
        "P27",
        "entries on 64 connections, 202 when on disk / bare writer thread",
    ),
];

/// Where small attachments should live.
pub(crate) const INLINE: &[Row] = &[
    told(
        "inline-2",
        "accept with an attachment of 2 KiB: in the row / as a file",
    ),
    told("inline-4", "the same, 4 KiB"),
    told("inline-8", "the same, 8 KiB"),
    told("inline-16", "the same, 16 KiB"),
    told("inline-32", "the same, 32 KiB"),
    told("inline-64", "the same, 64 KiB"),
    told("inline-128", "the same, 128 KiB"),
    told("inline-256", "the same, 256 KiB"),
];

/// Durable acceptance proved: what got a 200 is there after kill -9.
pub(crate) const KEPT: &[Row] = &[row(
    "kept",
    "messages found after kill -9 under load / those that got a 200",
    "messages",
    at_least(1.0, 1.0),
)];
