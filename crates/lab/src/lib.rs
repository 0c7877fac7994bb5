//! Stand-ins for other people's systems, so that everything of ours runs on one machine and in tests.
//!
//! [`pas`] is the Test PAS, a practice's record system; [`people`] are the made-up people in it; [`pkb`]
//! is the PKB sandbox, where patients let an app in. Nothing here knows our databases.

mod control_body;
pub mod pas;
pub mod people;
pub mod pkb;
mod sqlite;
pub mod switchboard;
