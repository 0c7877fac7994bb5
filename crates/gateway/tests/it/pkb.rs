//! Links to PKB records, against a PKB in the test's hand that counts what it is asked.

mod begun;
mod connecting;
pub(crate) mod fake;
mod flaky;
mod linking;
mod nodes;
mod outage;
mod reading;
mod refreshing;
mod restarting;
pub(crate) mod setting;
mod silence;
mod spent;
mod storm;
