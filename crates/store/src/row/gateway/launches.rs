//! Rows of launches: secrets of our widget, practitioners.

use crate::gateway::{Known, Sealed, Seat, WidgetSecret};
use crate::row::Cells;
use crate::{Result, StoreError};
use model::widget::{LaunchUrl, Method};

/// A widget's secret: id, name, launch URL, method, data key, bytes, made at.
///
/// # Errors
/// [`StoreError::Inconsistent`], as of every function here.
pub fn widget_secret(cells: &mut impl Cells) -> Result<WidgetSecret> {
    Ok(WidgetSecret {
        id: cells.take("widget_secret.id")?,
        name: cells.take("widget_secret.name")?,
        launch_url: LaunchUrl::kept(cells.take("widget_secret.launch_url")?),
        method: {
            let place = "widget_secret.method";
            let text: String = cells.take(place)?;
            Method::parse(&text).map_err(|_| StoreError::Inconsistent { place })?
        },
        secret: Sealed {
            key: cells.take("widget_secret.secret_key")?,
            bytes: cells.take("widget_secret.secret")?,
        },
        made_at: cells.take("widget_secret.made_at")?,
    })
}

/// A practitioner at a practice: Spine User ID, ODS code.
///
/// # Errors
/// As [`widget_secret`].
pub fn seat(cells: &mut impl Cells) -> Result<Seat> {
    Ok(Seat {
        spine_user_id: cells.take("practitioner.spine_user_id")?,
        ods_code: cells.take("practitioner.ods_code")?,
    })
}

/// A practitioner: Spine User ID, ODS code, user, name, linked at, last launch at.
///
/// # Errors
/// As [`widget_secret`].
pub fn known(cells: &mut impl Cells) -> Result<Known> {
    Ok(Known {
        seat: seat(cells)?,
        user: cells.take("practitioner.app_user")?,
        name: cells.take("practitioner.name")?,
        linked_at: cells.take("practitioner.linked_at")?,
        last_launch_at: cells.take("practitioner.last_launch_at")?,
    })
}
