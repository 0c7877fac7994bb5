//! What every server of ours shares: serving, pages, guards.

pub mod assets;
pub mod csrf;
pub mod page;
pub mod security_headers;
