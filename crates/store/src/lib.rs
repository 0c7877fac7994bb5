//! Ports to what must survive a crash. No database is named here; `store-sqlite` is one.
//!
//! # How to read a port
//! * A method is one named transaction: it happens wholly or not at all, and when it answers, it is on
//!   stable storage. What must survive together is therefore one method, not two.
//! * The first argument of an act is who does it; the audit entry is part of the same transaction.
//! * Time and identifiers are arguments. A missing row is `Ok(None)`.
//! * Rules live in `model`; a back end reads, asks the rule, and writes if nothing changed meanwhile.
//! * Ports are object-safe, so callers compile once, whichever back end runs.
//!
//! # How to add a back end
//! Implement every port of [`platform`] (SQL ones read rows with [`row`] and write what
//! [`platform::Change`] says), run every function of the conformance suite (feature
//! `conformance`), done.

pub mod audit;
pub mod blob;
#[cfg(feature = "conformance")]
pub mod conformance;
pub mod error;
pub mod gateway;
pub mod platform;
pub mod row;
pub mod wake;

pub use error::StoreError;

/// What a port answers.
pub type Result<T> = std::result::Result<T, StoreError>;
