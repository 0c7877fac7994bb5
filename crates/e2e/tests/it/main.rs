//! Journeys through the real program: `journeys` over HTTP and by the command line, `browser` in Chromium,
//! `crash` while it is being broken, `cluster` as three nodes on PostgreSQL and S3, `desktop` in the practice's window.
//!
//! Every test has a [`world`] of its own (an environment on free ports with an empty folder), so that tests
//! run side by side. Nothing waits for a fixed time: what must happen is looked for until a limit.

// `cfg(test)` tells clippy that these are tests, helpers included.
#[cfg(test)]
mod browser;
#[cfg(test)]
mod cluster;
#[cfg(test)]
mod crash;
#[cfg(test)]
mod desktop;
#[cfg(test)]
mod journeys;
#[cfg(test)]
mod world;
