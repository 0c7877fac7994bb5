//! The clients against a small server of made-up answers, over loopback HTTP.

// `cfg(test)` tells clippy that these are tests, helpers included.
#[cfg(test)]
mod errors;
#[cfg(test)]
mod gateway;
#[cfg(test)]
mod partner;
#[cfg(test)]
mod pkb;
#[cfg(test)]
mod record_system;
#[cfg(test)]
mod server;
#[cfg(test)]
mod toolbar;
