//! Rows of product keys, operators and their sessions.

use crate::Result;
use crate::gateway::{Operator, OperatorSession, ProductKey};
use crate::row::Cells;

/// A key of the product: id, name, hash, made at, ends at.
///
/// # Errors
/// [`crate::StoreError::Inconsistent`], as of every function here.
pub fn product_key(cells: &mut impl Cells) -> Result<ProductKey> {
    Ok(ProductKey {
        id: cells.take("product_key.id")?,
        name: cells.take("product_key.name")?,
        hash: cells.take("product_key.hash")?,
        made_at: cells.take("product_key.made_at")?,
        ends_at: cells.take("product_key.ends_at")?,
    })
}

/// An operator: name, password hash, made at, failures, locked until.
///
/// # Errors
/// As [`product_key`].
pub fn operator(cells: &mut impl Cells) -> Result<Operator> {
    Ok(Operator {
        name: cells.take("operator.name")?,
        password_hash: cells.take("operator.password_hash")?,
        made_at: cells.take("operator.made_at")?,
        failures: cells.take("operator.failures")?,
        locked_until: cells.take("operator.locked_until")?,
    })
}

/// A session at the console: hash, operator, made at, ends at, used at.
///
/// # Errors
/// As [`product_key`].
pub fn session(cells: &mut impl Cells) -> Result<OperatorSession> {
    Ok(OperatorSession {
        hash: cells.take("operator_session.hash")?,
        operator: cells.take("operator_session.operator")?,
        made_at: cells.take("operator_session.made_at")?,
        ends_at: cells.take("operator_session.ends_at")?,
        used_at: cells.take("operator_session.used_at")?,
    })
}
