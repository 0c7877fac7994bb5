//! A part of a table: its name, its bounds, and the text that makes or drops it.

use super::{AHEAD, CONTENT, LASTING, PART};
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use std::fmt::Write as _;
use uuid::Uuid;

#[cfg(test)]
mod tests;

/// How long others may have to wait behind us.
const PATIENCE: &str = "SET LOCAL lock_timeout = '100ms'";
/// Whoever holds a lock for longer is not disturbed again before the next round.
const UNLESS_BUSY: &str =
    "EXCEPTION WHEN lock_not_available THEN PERFORM set_config('baton.busy', 'yes', true);";
/// So many rows are moved from the default part at most: others wait for that. With more, they stay there.
const MOST_MOVED: u32 = 10_000;
/// A default part of more bytes is left alone: it is read through whenever a part is made beside it. If rows
/// would be moved, what is stored beside them counts as well.
const MOST_READ: u32 = 64 * 1024 * 1024;

/// A month of UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Month {
    year: i16,
    month: i8,
}

impl Month {
    pub(super) fn of(time: Timestamp) -> Self {
        let date = time.to_zoned(TimeZone::UTC).date();
        Self {
            year: date.year(),
            month: date.month(),
        }
    }

    fn first_day(self) -> Date {
        date(self.year, self.month, 1)
    }

    fn later(self, months: i16) -> Option<Self> {
        let day = self.first_day().checked_add(Span::new().months(months));
        day.ok().map(|day| Self {
            year: day.year(),
            month: day.month(),
        })
    }

    /// The lowest reference of a message that is accepted in this month: a UUID of version 7 begins with
    /// the milliseconds of Unix.
    fn first_reference(self) -> Option<Uuid> {
        let start = self.first_day().to_zoned(TimeZone::UTC).ok()?.timestamp();
        let milliseconds = u128::try_from(start.as_millisecond()).ok()?;
        Some(Uuid::from_u128(milliseconds << 80))
    }
}

/// A part that is made or dropped by the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// A month of a table about messages.
    Month { table: &'static str, month: Month },
    /// A range of transactions of the feed.
    Feed { number: i64 },
}

impl Part {
    /// The parts that there should be at a time, when the feed has come to a number.
    pub(super) fn wanted(now: Timestamp, feed: i64) -> Vec<Self> {
        let months = (0..=AHEAD).filter_map(|ahead| Month::of(now).later(ahead));
        let tables = || LASTING.into_iter().chain(CONTENT);
        let months =
            months.flat_map(|month| tables().map(move |table| Self::Month { table, month }));
        let numbers = feed..=feed + i64::from(AHEAD);
        months
            .chain(numbers.map(|number| Self::Feed { number }))
            .collect()
    }

    /// The part of this name, if it is one of ours.
    pub(super) fn named(name: &str) -> Option<Self> {
        let (table, which) = name.rsplit_once("_p")?;
        if table == "feed" {
            let number = which.parse().ok()?;
            return Some(Self::Feed { number });
        }
        let mut tables = LASTING.into_iter().chain(CONTENT);
        let table = tables.find(|known| *known == table)?;
        let (year, month) = (which.get(..4)?.parse().ok()?, which.get(4..)?.parse().ok()?);
        let month = (1..=12).contains(&month).then_some(Month { year, month })?;
        Some(Self::Month { table, month })
    }

    pub(super) fn name(&self) -> String {
        match self {
            Self::Month { table, month } => {
                format!("{table}_p{:04}{:02}", month.year, month.month)
            }
            Self::Feed { number } => format!("feed_p{number}"),
        }
    }

    fn table(&self) -> &'static str {
        match self {
            Self::Month { table, .. } => table,
            Self::Feed { .. } => "feed",
        }
    }

    fn key(&self) -> &'static str {
        match self.table() {
            "message" => "reference",
            "feed" => "place",
            _ => "message",
        }
    }

    /// The lowest key in it, and the lowest after it.
    fn bounds(&self) -> Option<(String, String)> {
        match self {
            Self::Month { month, .. } => {
                let (from, to) = (month.first_reference()?, month.later(1)?.first_reference()?);
                Some((format!("'{from}'::uuid"), format!("'{to}'::uuid")))
            }
            Self::Feed { number } => Some((
                format!("{}::bigint", number << PART),
                format!("{}::bigint", (number + 1) << PART),
            )),
        }
    }

    /// How its rows lie. A file of up to half a page stays in its row: elsewhere it would be two rows more, each
    /// with an entry of an index.
    fn options(&self) -> &'static str {
        match self.table() {
            "attachment" => " WITH (toast_tuple_target = 4080)",
            _ => "",
        }
    }

    /// Makes it, with the rows that are its own and have come to the default part already. The whole table
    /// is locked for that moment: a statement that has looked which parts there are, and then waits for one,
    /// would not find what was moved meanwhile.
    pub(super) fn made(&self) -> String {
        let (table, key, name) = (self.table(), self.key(), self.name());
        let mut text = format!("{PATIENCE};\n");
        let Some((from, to)) = self.bounds() else {
            return text;
        };
        let its_own = format!("{key} >= {from} AND {key} < {to}");
        // What is moved is written anew, with all that is stored beside the rows.
        let unless = format!(
            "to_regclass('{name}') IS NOT NULL OR pg_relation_size('{table}_default') > {MOST_READ} OR (
        SELECT count(*) > {MOST_MOVED} OR (count(*) > 0 AND pg_table_size('{table}_default') > {MOST_READ})
        FROM (SELECT FROM {table}_default WHERE {its_own} LIMIT {MOST_MOVED} + 1) AS rows)"
        );
        // Looked at before the locks as well: what cannot be made is asked for in every round.
        // Into a `String`: never fails.
        let _ = write!(
            text,
            "DO $part$ BEGIN
    IF {unless} THEN
        RETURN;
    END IF;
    LOCK TABLE ONLY {table} IN ACCESS EXCLUSIVE MODE;
    LOCK TABLE {table}_default IN ACCESS EXCLUSIVE MODE;
    IF {unless} THEN
        RETURN;
    END IF;
    CREATE TABLE {name} (LIKE {table} INCLUDING ALL){};
    WITH moved AS (DELETE FROM {table}_default WHERE {its_own} RETURNING *)
        INSERT INTO {name} SELECT * FROM moved;
    ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES FROM ({from}) TO ({to});
{UNLESS_BUSY}
END $part$;
",
            self.options()
        );
        text
    }

    /// Drops it, unless it holds rows that are needed.
    pub(super) fn dropped(&self) -> String {
        let (table, name) = (self.table(), self.name());
        let unless = match self {
            Self::Month { .. } => String::new(),
            Self::Feed { .. } => {
                " WHERE place > (SELECT forgotten FROM feed_state WHERE id = 1)".to_owned()
            }
        };
        // Looked at before the lock as well, which most often spares it.
        format!(
            "{PATIENCE};
DO $part$ BEGIN
    IF to_regclass('{name}') IS NULL OR EXISTS (SELECT FROM {name}{unless}) THEN
        RETURN;
    END IF;
    LOCK TABLE ONLY {table} IN ACCESS EXCLUSIVE MODE;
    LOCK TABLE {name} IN ACCESS EXCLUSIVE MODE;
    IF NOT EXISTS (SELECT FROM {name}{unless}) THEN
        DROP TABLE {name};
    END IF;
{UNLESS_BUSY}
END $part$;
"
        )
    }
}
