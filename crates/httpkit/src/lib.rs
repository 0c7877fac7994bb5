//! What every server of ours shares: serving, problems, log and metrics, guards, pages.
//!
//! No route of ours stands here but the assets'.

pub mod assets;
pub mod clock;
pub mod csrf;
pub mod entropy;
pub mod front;
pub mod host;
pub mod lifecycle;
pub mod metrics;
pub mod outbound;
pub mod pace;
pub mod paced;
pub mod page;
pub mod private_file;
pub mod problem;
pub mod security_headers;
pub mod serve;
