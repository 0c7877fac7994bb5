//! The platform's ports on PostgreSQL, one noun a file.

mod audit;
mod devices;
mod directory;
mod feed;
mod health;
mod messages;
mod operators;
mod oversight;
mod permissions;
mod shared;
mod upkeep;
mod widgets;

pub(crate) use directory::known::Known;
pub(crate) use feed::GO_ON_GROWING;
pub(crate) use shared::Platform;

use crate::core::Core;
use crate::horizon::Horizon;
use crate::lookup::Lookup;
use messages::Batches;
use std::ops::Deref;
use std::sync::Arc;
use store::platform::{Session, Token};

/// What implements every port. Tasks hold the [`Core`], and end when this goes.
pub(crate) struct Db {
    core: Arc<Core>,
    batches: Batches,
    horizon: Horizon,
    tokens: Lookup<Token>,
    sessions: Lookup<Session>,
}

impl Db {
    pub(crate) fn start(core: Arc<Core>) -> Self {
        Self {
            batches: Batches::default(),
            horizon: Horizon::default(),
            tokens: Lookup::new(&permissions::TOKENS),
            sessions: Lookup::new(&devices::SESSIONS),
            core,
        }
    }
}

impl Deref for Db {
    type Target = Core;

    fn deref(&self) -> &Core {
        &self.core
    }
}

/// Every statement of the ports, for the test of their plans.
#[cfg(test)]
pub(crate) fn statements() -> [&'static [(&'static str, crate::sql::Sql)]; 11] {
    [
        messages::ALL,
        feed::ALL,
        upkeep::ALL,
        permissions::ALL,
        devices::ALL,
        directory::ALL,
        widgets::ALL,
        operators::ALL,
        oversight::ALL,
        audit::ALL,
        health::ALL,
    ]
}
