//! Rows of accounts of the patient app and their sessions.

use crate::Result;
use crate::gateway::{Account, AccountSession};
use crate::row::Cells;

/// An account: patient, address, password hash, made at, failures, locked until.
///
/// # Errors
/// [`crate::StoreError::Inconsistent`], as of every function here.
pub fn account(cells: &mut impl Cells) -> Result<Account> {
    Ok(Account {
        patient: cells.take("account.patient")?,
        email: cells.take("account.email")?,
        password_hash: cells.take("account.password_hash")?,
        made_at: cells.take("account.made_at")?,
        failures: cells.take("account.failures")?,
        locked_until: cells.take("account.locked_until")?,
    })
}

/// A patient's session: hash, patient, made at, ends at, used at.
///
/// # Errors
/// As [`account`].
pub fn session(cells: &mut impl Cells) -> Result<AccountSession> {
    Ok(AccountSession {
        hash: cells.take("account_session.hash")?,
        patient: cells.take("account_session.patient")?,
        made_at: cells.take("account_session.made_at")?,
        ends_at: cells.take("account_session.ends_at")?,
        used_at: cells.take("account_session.used_at")?,
    })
}
