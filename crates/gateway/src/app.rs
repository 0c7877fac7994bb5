//! Use cases, one a file.

pub(crate) mod capture_code;
pub(crate) mod describe;
pub(crate) mod dry_run;
pub(crate) mod enter_message;
pub(crate) mod patients;
pub(crate) mod release;
pub(crate) mod stop;
pub(crate) mod topics;
mod upload;
pub(crate) mod users;
pub(crate) mod wrong_codes;
