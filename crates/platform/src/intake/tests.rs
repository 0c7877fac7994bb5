//! Requests through the whole intake.
