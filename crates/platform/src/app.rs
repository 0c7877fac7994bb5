//! Use cases, one a file. They know neither HTTP requests nor SQL.

pub(crate) mod accept_message;
pub(crate) mod access_codes;
pub(crate) mod describe;
pub(crate) mod place;
pub(crate) mod reclaim;
pub(crate) mod review;
pub(crate) mod sign_in;
pub(crate) mod widgets;
