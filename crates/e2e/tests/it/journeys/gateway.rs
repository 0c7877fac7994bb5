//! A product and its gateway: from an entry to the record, and everything that may come between.

pub(crate) mod alone;
mod authorising;
mod keeping;
mod link_secrets;
mod secrets;
mod sending;
mod trouble;
mod walks;
