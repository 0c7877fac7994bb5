//! How each domain type is stored in one column.

use super::Value;
use jiff::Timestamp;
use model::attachment::Kind;
use model::coded_data::Number;
use model::message::{BodyType, ClaimMode, Fence, Status, SubStatus};
use model::{
    ClientMessageId, ClientSystemId, DeviceId, FileName, Hash, MessageRef, NhsNumber, OdsCode,
    PlatformId, SessionId, SnomedCode, SpineUserId, TokenId, WidgetId,
};
use uuid::Uuid;

/// Something that one column holds.
pub trait Cell: Sized {
    /// `None` when the value is not one of these.
    fn read(value: Value<'_>) -> Option<Self>;
}

impl<T: Cell> Cell for Option<T> {
    fn read(value: Value<'_>) -> Option<Self> {
        match value {
            Value::Null => Some(None),
            other => T::read(other).map(Some),
        }
    }
}

impl Cell for i64 {
    fn read(value: Value<'_>) -> Option<Self> {
        value.int()
    }
}

impl Cell for i32 {
    fn read(value: Value<'_>) -> Option<Self> {
        value.int()?.try_into().ok()
    }
}

impl Cell for u64 {
    fn read(value: Value<'_>) -> Option<Self> {
        value.int()?.try_into().ok()
    }
}

impl Cell for u32 {
    fn read(value: Value<'_>) -> Option<Self> {
        value.int()?.try_into().ok()
    }
}

impl Cell for u16 {
    fn read(value: Value<'_>) -> Option<Self> {
        value.int()?.try_into().ok()
    }
}

impl Cell for bool {
    fn read(value: Value<'_>) -> Option<Self> {
        match value.int()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}

impl Cell for String {
    fn read(value: Value<'_>) -> Option<Self> {
        value.text().map(ToOwned::to_owned)
    }
}

impl Cell for Vec<u8> {
    fn read(value: Value<'_>) -> Option<Self> {
        value.bytes().map(ToOwned::to_owned)
    }
}

impl Cell for [u8; 32] {
    fn read(value: Value<'_>) -> Option<Self> {
        value.bytes()?.try_into().ok()
    }
}

impl Cell for Timestamp {
    fn read(value: Value<'_>) -> Option<Self> {
        Timestamp::from_millisecond(value.int()?).ok()
    }
}

impl Cell for Hash {
    fn read(value: Value<'_>) -> Option<Self> {
        Hash::from_slice(value.bytes()?)
    }
}

impl Cell for Fence {
    fn read(value: Value<'_>) -> Option<Self> {
        u64::read(value).map(Fence)
    }
}

impl Cell for Status {
    fn read(value: Value<'_>) -> Option<Self> {
        let text = value.text()?;
        Status::ALL
            .into_iter()
            .find(|status| status.as_str() == text)
    }
}

impl Cell for SubStatus {
    fn read(value: Value<'_>) -> Option<Self> {
        let text = value.text()?;
        SubStatus::ALL.into_iter().find(|sub| sub.as_str() == text)
    }
}

impl Cell for ClaimMode {
    fn read(value: Value<'_>) -> Option<Self> {
        match value.text()? {
            "automatic" => Some(Self::Automatic),
            "review" => Some(Self::Review),
            _ => None,
        }
    }
}

macro_rules! ids {
    ($($name:ident),+) => {$(
        impl Cell for $name {
            fn read(value: Value<'_>) -> Option<Self> {
                Uuid::from_slice(value.bytes()?).ok().map(Self)
            }
        }
    )+};
}

ids!(
    ClientMessageId,
    ClientSystemId,
    DeviceId,
    MessageRef,
    PlatformId,
    SessionId,
    TokenId,
    WidgetId
);

macro_rules! texts {
    ($($name:ident = $parse:expr;)+) => {$(
        impl Cell for $name {
            fn read(value: Value<'_>) -> Option<Self> {
                $parse(value.text()?)
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
