//! Who is calling the product API, and what a call asks. Operators and patients come in by a password: that is the
//! crate `signin`, and what it needs of the gateway is in [`house`].

pub(crate) mod asked;
mod house;
pub(crate) mod product;
