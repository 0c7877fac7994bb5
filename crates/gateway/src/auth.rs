//! Who is calling: the product by its key, an operator or a patient by a password; and what a call asks.
//!
//! Operators and patients come in by one set of rules: [`desk`] looks at passwords, [`session`] keeps who is
//! signed in, [`known`] knows browsers, [`form`] guards forms. What differs is a [`door::Door`].

pub(crate) mod asked;
pub(crate) mod crowd;
pub(crate) mod desk;
pub(crate) mod door;
pub(crate) mod form;
pub(crate) mod known;
pub(crate) mod next;
pub(crate) mod password;
pub(crate) mod product;
pub(crate) mod session;
