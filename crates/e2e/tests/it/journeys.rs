//! Journeys over HTTP and by the command line.

mod access_codes;
mod happy_path;
mod life_of_a_message;

use crate::world::World;
use crate::world::pc::{Desk, Pc};

/// The default practitioner at another PC of the practice, while no sandbox clock was moved.
async fn another_pc(world: &World) -> Desk {
    let platform = world.data().join("platform");
    let base = &world.integrator.base;
    let pc = Pc::register(world.http(), base, &platform, crate::world::PRACTICE).await;
    pc.sign_in("555000000101", world.now().await).await
}
