//! How people come in by a password: operators of the platform and of the gateway, and patients.
//!
//! All by one set of rules: [`desk`] looks at passwords, [`session`] keeps who is signed in, [`known`] knows browsers,
//! [`form`] guards forms, [`next`] sends people back to where they wanted to go. What differs is a [`door::Door`], and
//! what a site has for it is its [`house::House`]. Nothing here knows where accounts are kept.

pub mod crowd;
pub mod desk;
pub mod door;
pub mod form;
pub mod house;
pub mod known;
pub mod next;
pub mod password;
pub mod session;
