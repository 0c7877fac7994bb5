//! The window that a practice installs: a bar at the top of the screen, and what opens from it.
//!
//! [`screens`] draw a [`snapshot::Snapshot`] and collect [`command::Command`]s; the bridge makes the one and
//! carries out the others with the crate `toolbar`. Nothing in `screens` speaks to the network.

pub mod app;
pub mod bridge;
pub mod command;
mod dock;
pub mod keyring;
pub mod look;
pub mod place;
pub mod screens;
pub mod snapshot;
pub mod topic;
pub mod when;

/// What the program is called on screen.
pub const TITLE: &str = "Baton toolbar";
