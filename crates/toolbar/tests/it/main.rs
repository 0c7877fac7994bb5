//! The toolbar through its front door: a real agent between a pretended platform and a pretended record
//! system, over loopback HTTP.

// `cfg(test)` tells clippy that these are tests, helpers included.
#[cfg(test)]
mod control;
#[cfg(test)]
mod doubt;
#[cfg(test)]
mod folder;
#[cfg(test)]
mod import;
#[cfg(test)]
mod inbox;
#[cfg(test)]
mod opened;
#[cfg(test)]
mod platform;
#[cfg(test)]
mod records;
#[cfg(test)]
mod registering;
#[cfg(test)]
mod review;
#[cfg(test)]
mod sign_in;
#[cfg(test)]
mod staying;
#[cfg(test)]
mod trouble;
#[cfg(test)]
mod widgets;
#[cfg(test)]
mod world;
