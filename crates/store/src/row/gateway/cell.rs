//! How the gateway's types are stored in one column.

use crate::gateway::{DeliveryState, HappeningKind};
use crate::row::{Cell, Value};
use model::gateway_user::Authorisation;
use model::outbox::{Bucket, Kind, State};
use model::patient::Email;
use model::pkb_link::{Lapse, Risk};
use model::{
    AppUserId, AttemptId, DataKeyId, PublicId, UploadId, UserId, WebhookId, WidgetSecretId,
};
use uuid::Uuid;

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
    AttemptId,
    DataKeyId,
    PublicId,
    UploadId,
    WebhookId,
    WidgetSecretId
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
    UserId = |text| UserId::parse(text).ok();
    AppUserId = |text| AppUserId::parse(text).ok();
    Email = |text| Email::parse(text).ok();
    Lapse = Lapse::parse;
    Risk = Risk::parse;
    State = State::parse;
    Kind = Kind::parse;
    Bucket = Bucket::parse;
    Authorisation = Authorisation::parse;
    DeliveryState = DeliveryState::parse;
    HappeningKind = HappeningKind::parse;
}
