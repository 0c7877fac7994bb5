//! A product's patients and their PKB record: linked, read, renewed, ended, and everything that may come between.

mod linking;
mod misuse;
mod problems;
mod renewing;
mod restored;

use crate::world::World;
use crate::world::listener::Listener;

/// An environment and an endpoint that hears of everything.
async fn world() -> (World, Listener) {
    let world = World::start().await;
    let listener = Listener::start().await;
    world.product.be_told(&listener).await;
    (world, listener)
}
