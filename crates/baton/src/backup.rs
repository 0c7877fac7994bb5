//! A platform's data in a folder, taken while it runs: database, blobs, code key, and a manifest that says
//! what must be there. And the way back.

mod blobs;
mod manifest;
mod programs;
pub(crate) mod restore;
pub(crate) mod take;

pub(crate) use manifest::Manifest;
