//! Values out of columns: each domain type knows how it is stored; whatever does not fit is an
//! inconsistency that names its place, never its content.

use jiff::Timestamp;
use model::attachment::Kind;
use model::coded_data::Number;
use model::message::{BodyType, ClaimMode, Fence, Status, SubStatus};
use model::{
    ClientMessageId, ClientSystemId, DeviceId, FileName, Hash, MessageRef, NhsNumber, OdsCode,
    SessionId, SnomedCode, SpineUserId, TokenId,
};
use rusqlite::Row;
use rusqlite::types::ValueRef;
use store::{Result, StoreError};
use uuid::Uuid;

/// The cells of a row, taken from left to right.
pub(crate) struct Cells<'r> {
    row: &'r Row<'r>,
    next: usize,
}

impl<'r> Cells<'r> {
    pub(crate) fn of(row: &'r Row<'r>) -> Self {
        Self { row, next: 0 }
    }

    /// The next cell; `place` is its table and column.
    pub(crate) fn take<T: Cell>(&mut self, place: &'static str) -> Result<T> {
        let value = self.row.get_ref(self.next).ok().and_then(T::read);
        self.next += 1;
        value.ok_or(StoreError::Inconsistent { place })
    }
}

/// A count or place as SQLite stores it. None of ours comes near the limit.
pub(crate) fn int(number: impl TryInto<i64>) -> i64 {
    number.try_into().unwrap_or(i64::MAX)
}

/// Something that one column holds.
pub(crate) trait Cell: Sized {
    /// `None` when the value is not one of these.
    fn read(value: ValueRef<'_>) -> Option<Self>;
}

impl<T: Cell> Cell for Option<T> {
    fn read(value: ValueRef<'_>) -> Option<Self> {
        match value {
            ValueRef::Null => Some(None),
            other => T::read(other).map(Some),
        }
    }
}

impl Cell for i64 {
    fn read(value: ValueRef<'_>) -> Option<Self> {
        value.as_i64().ok()
    }
}

impl Cell for u64 {
    fn read(value: ValueRef<'_>) -> Option<Self> {
        value.as_i64().ok()?.try_into().ok()
    }
}

impl Cell for u32 {
    fn read(value: ValueRef<'_>) -> Option<Self> {
        value.as_i64().ok()?.try_into().ok()
    }
}

impl Cell for bool {
    fn read(value: ValueRef<'_>) -> Option<Self> {
        match value.as_i64().ok()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}

impl Cell for String {
    fn read(value: ValueRef<'_>) -> Option<Self> {
        value.as_str().ok().map(ToOwned::to_owned)
    }
}

impl Cell for Vec<u8> {
    fn read(value: ValueRef<'_>) -> Option<Self> {
        value.as_blob().ok().map(ToOwned::to_owned)
    }
}

impl Cell for [u8; 32] {
    fn read(value: ValueRef<'_>) -> Option<Self> {
        value.as_blob().ok()?.try_into().ok()
    }
}

impl Cell for Timestamp {
    fn read(value: ValueRef<'_>) -> Option<Self> {
        Timestamp::from_millisecond(value.as_i64().ok()?).ok()
    }
}

impl Cell for Hash {
    fn read(value: ValueRef<'_>) -> Option<Self> {
        Hash::from_slice(value.as_blob().ok()?)
    }
}

impl Cell for Fence {
    fn read(value: ValueRef<'_>) -> Option<Self> {
        u64::read(value).map(Fence)
    }
}

impl Cell for Status {
    fn read(value: ValueRef<'_>) -> Option<Self> {
        let text = value.as_str().ok()?;
        Status::ALL
            .into_iter()
            .find(|status| status.as_str() == text)
    }
}

impl Cell for SubStatus {
    fn read(value: ValueRef<'_>) -> Option<Self> {
        let text = value.as_str().ok()?;
        SubStatus::ALL.into_iter().find(|sub| sub.as_str() == text)
    }
}

impl Cell for ClaimMode {
    fn read(value: ValueRef<'_>) -> Option<Self> {
        match value.as_str().ok()? {
            "automatic" => Some(Self::Automatic),
            "review" => Some(Self::Review),
            _ => None,
        }
    }
}

macro_rules! ids {
    ($($name:ident),+) => {$(
        impl Cell for $name {
            fn read(value: ValueRef<'_>) -> Option<Self> {
                Uuid::from_slice(value.as_blob().ok()?).ok().map(Self)
            }
        }
    )+};
}

ids!(
    ClientMessageId,
    ClientSystemId,
    DeviceId,
    MessageRef,
    SessionId,
    TokenId
);

macro_rules! texts {
    ($($name:ident = $parse:expr;)+) => {$(
        impl Cell for $name {
            fn read(value: ValueRef<'_>) -> Option<Self> {
                $parse(value.as_str().ok()?)
            }
        }
    )+};
}

texts! {
    OdsCode = |text| OdsCode::parse(text).ok();
    SpineUserId = |text| SpineUserId::parse(text).ok();
    NhsNumber = |text| NhsNumber::parse(text).ok();
    FileName = |text| FileName::parse(text).ok();
    SnomedCode = |text| SnomedCode::parse(text).ok();
    Number = Number::parse;
    Kind = Kind::from_mime_type;
    BodyType = BodyType::from_mime_type;
}
