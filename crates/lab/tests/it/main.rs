//! The Test PAS and the PKB sandbox through their front doors: pages as a browser sees them, the rest as
//! programs do.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "helpers of tests may stop the test"
)]

mod fhir_reading;
mod log_in;
mod manage_data;
mod pkb_authorize;
mod pkb_controls;
mod pkb_data;
mod pkb_sockets;
mod pkb_token;
mod pkb_world;
mod record;
mod subjects;
mod transaction;
mod world;
