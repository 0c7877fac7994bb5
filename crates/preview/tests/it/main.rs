//! The front door of `preview`: documents that are good, broken or harmful, in process and in the worker.

// `cfg(test)` tells clippy that these are tests, helpers included.
#[cfg(test)]
mod asked;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod jpegs;
#[cfg(test)]
mod make;
#[cfg(test)]
mod mutations;
#[cfg(test)]
mod pdfs;
#[cfg(test)]
mod worker;
