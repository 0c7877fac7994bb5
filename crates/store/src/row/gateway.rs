//! Rows of the gateway's tables, one noun a file; how its types are stored in one column.

pub mod access;
pub mod accounts;
mod cell;
pub mod events;
pub mod launches;
pub mod message;
pub mod patients;
pub mod users;
pub mod vault;
pub mod webhooks;
