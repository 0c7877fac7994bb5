//! What this machine can do at best: the same work, bare, in the same folder and the same run.

pub(crate) mod large;
pub(crate) mod postgres;
pub(crate) mod writer;
