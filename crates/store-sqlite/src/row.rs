//! Cells of SQLite's rows, for the decoders in [`store::row`].

use rusqlite::Row;
use rusqlite::types::ValueRef;
use store::row::{Cells, Value};

/// The cells of a row, taken from left to right.
pub(crate) struct RowCells<'r> {
    row: &'r Row<'r>,
    next: usize,
}

impl<'r> RowCells<'r> {
    pub(crate) fn of(row: &'r Row<'r>) -> Self {
        Self { row, next: 0 }
    }
}

impl Cells for RowCells<'_> {
    fn next(&mut self) -> Option<Value<'_>> {
        let value = self.row.get_ref(self.next).ok();
        self.next += 1;
        match value? {
            ValueRef::Null => Some(Value::Null),
            ValueRef::Integer(number) => Some(Value::Int(number)),
            ValueRef::Text(text) => str::from_utf8(text).ok().map(Value::Text),
            ValueRef::Blob(bytes) => Some(Value::Bytes(bytes)),
            // None of our tables has such a column.
            ValueRef::Real(_) => None,
        }
    }
}
