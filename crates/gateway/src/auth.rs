//! Who is calling: the product by its key, an operator by a password; and what a call asks.

pub(crate) mod asked;
pub(crate) mod password;
pub(crate) mod product;
