//! Rows of operators and their sessions.

use super::Cells;
use crate::Result;
use crate::platform::{Operator, OperatorSession};

/// An operator: name, password hash, made at, failures, locked until.
///
/// # Errors
/// [`crate::StoreError::Inconsistent`], as of every function here.
pub fn operator(cells: &mut impl Cells) -> Result<Operator> {
    Ok(Operator {
        name: cells.take("operator.name")?,
        password_hash: cells.take("operator.password_hash")?,
        made_at: cells.take("operator.made_at")?,
        failures: cells.take("operator.failures")?,
        locked_until: cells.take("operator.locked_until")?,
    })
}

/// A session at the pages: hash, operator, made at, ends at, used at.
///
/// # Errors
/// As [`operator`].
pub fn session(cells: &mut impl Cells) -> Result<OperatorSession> {
    Ok(OperatorSession {
        hash: cells.take("operator_session.hash")?,
        operator: cells.take("operator_session.operator")?,
        made_at: cells.take("operator_session.made_at")?,
        ends_at: cells.take("operator_session.ends_at")?,
        used_at: cells.take("operator_session.used_at")?,
    })
}
