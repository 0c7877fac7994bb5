//! Pages in Debian's Chromium: what they say, that they work without JavaScript too, and no axe violation.
//!
//! Pictures of every page go to `target/screenshots`, for somebody to look at.

mod admin;
mod chromium;
mod driver;
mod gateway;
mod inspect;
mod patient;
mod platform_pages;
mod record;
mod test_pas;
mod window;
mod without_javascript;
