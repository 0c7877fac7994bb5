//! Tokens in the compact forms of JOSE: signed with Ed25519 ([`jws`]), encrypted under a shared secret ([`jwe`]).
//!
//! There is nothing to choose at run time. A signature is `EdDSA` or it is refused; an encrypted token is `dir` with
//! the one content encryption that the *caller* names, or it is refused. What a header says is compared, never
//! obeyed: keys and addresses of keys in it are not looked at, and `crit`, `zip` and `b64` are refused.
//!
//! Everything here is a pure function: time, chance and keys are arguments.

mod error;
pub mod jwe;
pub mod jws;
mod lifetime;
mod parts;

pub use error::Error;
pub use lifetime::{Lifetime, Untimely};
