//! Gateways against a platform that misbehaves on request.

// `cfg(test)` tells clippy that these are tests, helpers included.
#[cfg(test)]
mod access;
#[cfg(test)]
mod authorise;
#[cfg(test)]
mod browser;
#[cfg(test)]
mod canary;
#[cfg(test)]
mod client;
#[cfg(test)]
mod console;
#[cfg(test)]
mod dry_run;
#[cfg(test)]
mod entering;
#[cfg(test)]
mod fake;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod follow;
#[cfg(test)]
mod foreign;
#[cfg(test)]
mod launch;
#[cfg(test)]
mod listing;
#[cfg(test)]
mod lost_answers;
#[cfg(test)]
mod order;
#[cfg(test)]
mod outbox;
#[cfg(test)]
mod patient;
#[cfg(test)]
mod patients;
#[cfg(test)]
mod pkb;
#[cfg(test)]
mod stubborn;
#[cfg(test)]
mod users;
#[cfg(test)]
mod vault;
#[cfg(test)]
mod webhooks;
#[cfg(test)]
mod world;
