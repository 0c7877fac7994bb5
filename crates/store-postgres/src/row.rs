//! Rows as the decoders of [`store::row`] read them.

use model::Hash;
use std::borrow::Cow;
use store::row::{Cells, Value};
use tokio_postgres::types::{FromSql, Type};

/// One row, its cells taken from left to right.
pub(crate) struct Row {
    row: tokio_postgres::Row,
    next: usize,
}

impl Row {
    pub(crate) fn of(row: tokio_postgres::Row) -> Self {
        Self { row, next: 0 }
    }
}

impl Cells for Row {
    fn next(&mut self) -> Option<Value<'_>> {
        let place = self.next;
        self.next += 1;
        self.row.try_get::<_, Raw<'_>>(place).ok()?.0
    }
}

/// A hash as a statement is given it.
pub(crate) fn bytes(hash: &Hash) -> &[u8] {
    hash.as_bytes()
}

/// Text that PostgreSQL takes: it has no U+0000, which JSON may bring into names and identifiers.
pub(crate) fn clean(text: &str) -> Cow<'_, str> {
    if text.contains('\0') {
        Cow::Owned(text.replace('\0', "\u{FFFD}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// A cell; `None` inside when it is of a type that is none of ours.
struct Raw<'a>(Option<Value<'a>>);

impl<'a> FromSql<'a> for Raw<'a> {
    fn from_sql(
        kind: &Type,
        raw: &'a [u8],
    ) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        let value = match *kind {
            Type::INT8 => raw.try_into().ok().map(i64::from_be_bytes).map(Value::Int),
            Type::INT4 => raw
                .try_into()
                .ok()
                .map(|bytes| Value::Int(i32::from_be_bytes(bytes).into())),
            Type::INT2 => raw
                .try_into()
                .ok()
                .map(|bytes| Value::Int(i16::from_be_bytes(bytes).into())),
            Type::BOOL => raw.first().map(|byte| Value::Int((*byte).into())),
            Type::TEXT | Type::VARCHAR => std::str::from_utf8(raw).ok().map(Value::Text),
            Type::BYTEA | Type::UUID => Some(Value::Bytes(raw)),
            _ => None,
        };
        Ok(Self(value))
    }

    fn from_sql_null(_: &Type) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Self(Some(Value::Null)))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}
