//! Journeys over HTTP and by the command line.

mod access_codes;
mod at_the_practice;
pub(crate) mod backup;
mod bench;
mod command_line;
mod documented_sample;
mod events;
mod gateway;
mod happy_path;
mod life_of_a_message;
mod limits;
mod parts_alone;
mod patients;
mod restart;
mod retention;
mod retries;
mod storage_flags;
mod trouble;
mod two_toolbars;
mod widgets;

use crate::world::World;
use crate::world::pc::{Desk, Pc};
use std::path::{Path, PathBuf};

/// Another PC of the practice.
pub(crate) async fn another_pc(world: &World) -> Pc {
    let platform = world.data().join("platform");
    let base = &world.integrator.base;
    Pc::register(world.http(), base, &platform, crate::world::PRACTICE).await
}

/// The default practitioner at that PC.
pub(crate) async fn at(pc: &Pc, world: &World) -> Desk {
    pc.sign_in("555000000101", world.now().await).await
}

/// The files in which the platform keeps large attachments.
fn blobs(world: &World) -> Vec<PathBuf> {
    files(&world.data().join("platform/blobs"))
}

/// All files in a folder and its folders, but for the mark that says whose blobs these are.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if !path.ends_with("blobs/owner") {
            found.push(path);
        }
    }
    found
}
