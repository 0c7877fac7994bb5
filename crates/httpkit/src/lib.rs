//! What every server of ours shares: serving, problems, log and metrics, guards, pages.
//!
//! No route of ours stands here but the assets' and those of an API's own documentation.

pub mod assets;
pub mod clock;
pub mod conditional;
pub mod csrf;
pub mod entropy;
pub mod front;
pub mod host;
pub mod json_body;
pub mod lifecycle;
pub mod live;
pub mod metrics;
pub mod operator;
pub mod outbound;
pub mod pace;
pub mod paced;
pub mod page;
pub mod private_file;
pub mod problem;
pub mod query;
pub mod security_headers;
pub mod segment;
pub mod serve;
pub mod site;
pub mod uk_time;
