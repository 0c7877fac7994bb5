//! Journeys of messages through the real program, by its command line, HTTP and a browser alone.
//!
//! All of it is tests: see `tests/it/main.rs`.
