//! A platform's data in a folder, taken while it runs: database, blobs, code key, and a manifest that says
//! what must be there. And the way back. The same of a gateway, which is a database and nothing else.

mod blobs;
pub(crate) mod gateway;
mod manifest;
mod programs;
pub(crate) mod restore;
pub(crate) mod take;

pub(crate) use manifest::Manifest;
