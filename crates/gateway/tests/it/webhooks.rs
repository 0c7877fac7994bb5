//! Endpoints of the product, and what reaches them.

mod addresses;
mod answers;
mod desk;
mod endpoint;
mod feed;
mod managing;
mod packages;
mod secrets;
mod side_by_side;
