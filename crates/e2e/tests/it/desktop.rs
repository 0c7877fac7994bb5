//! The practice's window itself: `baton-toolbar` on an X server of its own, worked by mouse and keys, read as a
//! screen reader reads it, against a whole `baton up`.
//!
//! Pictures of every station go to `target/screenshots/window-*.png`, for somebody to look at. A machine without
//! Xvfb says so and skips; `scripts/test desktop` installs what is needed.

mod away;
mod by_keyboard;
mod by_mouse;
mod command_line;
mod ear;
mod permission;
mod screen;
mod thousand;
mod window;
