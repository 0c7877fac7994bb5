//! Places: a transaction's number, moved up by the feed's base, times 2^20, plus the row's number in it.

use crate::core::{Call, Core, Side};
use crate::sql::Sql;
use store::Result;

#[cfg(test)]
mod tests;

/// A transaction's rows are numbered with so many bits.
const ROWS: u32 = 20;
/// The places of so many transactions are in one part: 2^22 of them, as bits of a place.
pub(crate) const PART: u32 = ROWS + 22;

/// The lowest place of a transaction.
pub(super) fn place_of(base: i64, transaction: i64) -> i64 {
    (base + transaction) << ROWS
}

/// A transaction's whole number, of which PostgreSQL's statistics tell the lower 32 bits. It is less than
/// 2^31 away from that of the `next` transaction.
pub(super) fn whole(next: i64, short: i64) -> i64 {
    let low = |number: i64| u32::try_from(number & i64::from(u32::MAX)).unwrap_or(0);
    next + i64::from(low(short).wrapping_sub(low(next)).cast_signed())
}

/// Moves the base of the feed in a table. Only when the tables were moved to another server are there places that
/// no transaction here has had.
macro_rules! go_on_growing {
    ($table:literal) => {
        concat!(
            "WITH newest AS (SELECT greatest(forgotten, (SELECT place FROM ",
            $table,
            " ORDER BY place DESC LIMIT 1)) AS place FROM feed_state WHERE id = 1) \
             UPDATE feed_state SET base = (newest.place >> 20) + 1 - pg_snapshot_xmin(pg_current_snapshot())::text::bigint \
             FROM newest WHERE id = 1 \
             AND newest.place >= (base + pg_snapshot_xmax(pg_current_snapshot())::text::bigint) << 20"
        )
    };
}
pub(crate) use go_on_growing;

/// Moves the base when the newest place is one that no transaction of this server can have had: the tables
/// were moved here from another. Before anything is written. `sql` is what [`go_on_growing!`] makes.
pub(crate) async fn go_on<S: Side>(core: &Core<S>, sql: Sql) -> Result<()> {
    let call = Call::new("let the feed go on").repeatable();
    let moved = core.write(call, |tx| async move { tx.write(sql, &[]).await });
    if moved.await? > 0 {
        tracing::info!("the feed goes on from the places of another server");
    }
    Ok(())
}
