//! The screens. Each is `fn show(ui, &Snapshot, &mut its own state, &mut Vec<Command>)`: it draws what is, and says what
//! somebody asked for. None speaks to the network, reads a clock or opens a window.

pub mod about;
pub mod bar;
pub mod codes;
mod guard;
pub mod inbox;
pub mod menu;
pub mod notices;
mod parts;
mod preview;
pub mod registration;
mod reject;
mod review;
pub mod settings;
pub mod standing;
pub mod widgets;
