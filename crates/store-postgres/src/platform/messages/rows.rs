//! Many rows in one statement: a column of them is an array.

use store::row::int;
use store::{Result, StoreError};
use uuid::Uuid;

/// One column of many rows.
pub(super) fn each<'a, R: ?Sized, T>(rows: &'a [&'a R], column: impl Fn(&'a R) -> T) -> Vec<T> {
    rows.iter().map(|row| column(row)).collect()
}

/// So many rows were to be written.
pub(super) fn exactly(written: u64, wanted: usize, place: &'static str) -> Result<()> {
    if int(written) == int(wanted) {
        Ok(())
    } else {
        Err(StoreError::Inconsistent { place })
    }
}

/// The lowest and the highest of references: with them, PostgreSQL looks into the parts between only.
pub(super) fn bounds(references: &[Uuid]) -> (Uuid, Uuid) {
    let lowest = references.iter().min().copied().unwrap_or(Uuid::nil());
    let highest = references.iter().max().copied().unwrap_or(Uuid::max());
    (lowest, highest)
}
