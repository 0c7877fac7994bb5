//! Rows of the vault: data keys, and what is sealed under them wherever it lies.

use crate::gateway::{DataKey, Sealed, SealedPlace, SealedRow};
use crate::row::Cells;
use crate::{Result, StoreError};

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

/// A sealed secret: one of [`TOKEN`], [`SECRET`] and [`FORMER`], the user's id or nothing, the endpoint's id or
/// nothing, data key, bytes.
///
/// # Errors
/// As [`data_key`].
pub fn sealed_row(cells: &mut impl Cells) -> Result<SealedRow> {
    let what: String = cells.take("sealed.what")?;
    let user = cells.take("app_user.id")?;
    let webhook = cells.take("webhook.id")?;
    let place = match (what.as_str(), user, webhook) {
        (TOKEN, Some(user), None) => SealedPlace::UserToken(user),
        (SECRET, None, Some(webhook)) => SealedPlace::WebhookSecret(webhook),
        (FORMER, None, Some(webhook)) => SealedPlace::FormerWebhookSecret(webhook),
        _ => {
            return Err(StoreError::Inconsistent {
                place: "sealed.what",
            });
        }
    };
    let sealed = Sealed {
        key: cells.take("sealed.key")?,
        bytes: cells.take("sealed.bytes")?,
    };
    Ok(SealedRow { place, sealed })
}
