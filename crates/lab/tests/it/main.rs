//! The Test PAS through its front door: pages as a browser sees them, FHIR as a program does.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "helpers of tests may stop the test"
)]

mod fhir_reading;
mod log_in;
mod manage_data;
mod record;
mod subjects;
mod transaction;
mod world;
