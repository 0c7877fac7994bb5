//! Rows of practitioners by the product's own ids.

use crate::Result;
use crate::gateway::{Sealed, User};
use crate::row::Cells;

/// A user: id, name, made at, authorisation, grant's number, authorised at, verified at.
///
/// # Errors
/// [`crate::StoreError::Inconsistent`], as of every function here.
pub fn user(cells: &mut impl Cells) -> Result<User> {
    Ok(User {
        id: cells.take("app_user.id")?,
        name: cells.take("app_user.name")?,
        made_at: cells.take("app_user.made_at")?,
        authorisation: cells.take("app_user.authorisation")?,
        grant: cells.take("app_user.grant_number")?,
        authorised_at: cells.take("app_user.authorised_at")?,
        verified_at: cells.take("app_user.verified_at")?,
    })
}

/// A sealed token: grant's number, data key, bytes.
///
/// # Errors
/// As [`user`].
pub fn token(cells: &mut impl Cells) -> Result<(u64, Sealed)> {
    let grant = cells.take("app_user.grant_number")?;
    let sealed = Sealed {
        key: cells.take("app_user.token_key")?,
        bytes: cells.take("app_user.token")?,
    };
    Ok((grant, sealed))
}
