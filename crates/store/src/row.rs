//! Rows of SQL back ends: each domain type knows how it is stored, each kind of row how it is read.
//!
//! A back end hands over a row's cells from left to right, in the order that the decoder's documentation
//! or its code gives. Whatever does not fit is an inconsistency that names its place, never its content.

mod cell;
#[cfg(test)]
mod tests;

pub mod audit;
pub mod content;
pub mod devices;
pub mod directory;
pub mod feed;
pub mod gateway;
pub mod message;
pub mod operators;
pub mod oversight;
pub mod permissions;
pub mod stage;
pub mod widgets;

use crate::{Result, StoreError};
pub use cell::Cell;

/// What a column holds. A truth value is 0 or 1, a UUID its 16 bytes, a time whole milliseconds of Unix.
#[derive(Clone, Copy)]
pub enum Value<'a> {
    /// Nothing.
    Null,
    /// A whole number.
    Int(i64),
    /// Text.
    Text(&'a str),
    /// Bytes.
    Bytes(&'a [u8]),
}

impl<'a> Value<'a> {
    fn int(self) -> Option<i64> {
        match self {
            Self::Int(number) => Some(number),
            _ => None,
        }
    }

    fn text(self) -> Option<&'a str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    fn bytes(self) -> Option<&'a [u8]> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }
}

/// The cells of one row, taken from left to right.
pub trait Cells {
    /// The next cell; `None` when there is no such column, or its type is none of [`Value`]'s.
    fn next(&mut self) -> Option<Value<'_>>;

    /// The next cell as what it should be; `place` is its table and column.
    ///
    /// # Errors
    /// [`StoreError::Inconsistent`] at `place`.
    fn take<T: Cell>(&mut self, place: &'static str) -> Result<T> {
        self.next()
            .and_then(T::read)
            .ok_or(StoreError::Inconsistent { place })
    }
}

/// A count or place as databases store it. None of ours comes near the limit.
pub fn int(number: impl TryInto<i64>) -> i64 {
    number.try_into().unwrap_or(i64::MAX)
}
