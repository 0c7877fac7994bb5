//! Rows of the vault: data keys, and what is sealed under them wherever it lies.

use crate::gateway::{DataKey, Sealed, SealedPlace, SealedRow};
use crate::row::Cells;
use crate::{Result, StoreError};
use model::{AppUserId, AttemptId, UserId, WebhookId, WidgetSecretId};

/// What [`sealed_row`] finds first for a user's token.
pub const TOKEN: &str = "token";
/// What [`sealed_row`] finds first for an endpoint's secret.
pub const SECRET: &str = "secret";
/// What [`sealed_row`] finds first for an endpoint's secret before the last rotation.
pub const FORMER: &str = "former";

/// A data key: id, wrapped by, wrapped, made at.
///
/// # Errors
/// [`StoreError::Inconsistent`], as of every function here.
pub fn data_key(cells: &mut impl Cells) -> Result<DataKey> {
    Ok(DataKey {
        id: cells.take("data_key.id")?,
        wrapped_by: cells.take("data_key.wrapped_by")?,
        wrapped: cells.take("data_key.wrapped")?,
        made_at: cells.take("data_key.made_at")?,
    })
}

/// What [`sealed_row`] finds first for the tokens of a patient's link.
pub const LINK: &str = "link";
/// What [`sealed_row`] finds first for what PKB says of a patient.
pub const DETAILS: &str = "details";
/// What [`sealed_row`] finds first for what an attempt at linking holds.
pub const ATTEMPT: &str = "attempt";
/// What [`sealed_row`] finds first for a widget's secret.
pub const WIDGET: &str = "widget";

/// A sealed secret: one of the words above; the user's or patient's id, or nothing; the endpoint's, attempt's or secret's id, or
/// nothing; data key, bytes.
///
/// # Errors
/// As [`data_key`].
pub fn sealed_row(cells: &mut impl Cells) -> Result<SealedRow> {
    let what: String = cells.take("sealed.what")?;
    let named: Option<String> = cells.take("sealed.name")?;
    let numbered: Option<WebhookId> = cells.take("sealed.number")?;
    let place = match (what.as_str(), named, numbered) {
        (TOKEN, Some(name), None) => UserId::parse(&name).ok().map(SealedPlace::UserToken),
        (LINK, Some(name), None) => AppUserId::parse(&name).ok().map(SealedPlace::LinkTokens),
        (DETAILS, Some(name), None) => AppUserId::parse(&name)
            .ok()
            .map(SealedPlace::PatientDetails),
        (SECRET, None, Some(id)) => Some(SealedPlace::WebhookSecret(id)),
        (FORMER, None, Some(id)) => Some(SealedPlace::FormerWebhookSecret(id)),
        (ATTEMPT, None, Some(id)) => Some(SealedPlace::AttemptSecret(AttemptId(id.0))),
        (WIDGET, None, Some(id)) => Some(SealedPlace::WidgetSecret(WidgetSecretId(id.0))),
        _ => None,
    };
    let place = place.ok_or(StoreError::Inconsistent {
        place: "sealed.what",
    })?;
    let sealed = Sealed {
        key: cells.take("sealed.key")?,
        bytes: cells.take("sealed.bytes")?,
    };
    Ok(SealedRow { place, sealed })
}
