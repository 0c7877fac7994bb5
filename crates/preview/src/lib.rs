//! Documents from strangers made visible, without trust.
//!
//! [`pdf`], [`jpeg`], [`text`] and [`html`] are functions from bytes to pictures, words and [`Block`]s. A
//! document that means harm may make the first two of them run for ever, or out of memory or stack, so
//! the window calls none of them itself: it asks a [`Worker`], a process of its own that is ended when it
//! takes too long. [`Search`] is the guard against the wrong patient. Nothing here speaks to a network,
//! writes a file, or follows an address that a document names; no error and no `Debug` text quotes a
//! document.

mod document;
mod error;
pub mod html;
pub mod jpeg;
pub mod limits;
pub mod pdf;
mod search;
pub mod text;
pub mod worker;

pub use document::{Document, Looked, PageSize, PageText, Picture, Reading};
pub use error::PreviewError;
pub use html::{Block, Marker, Span};
pub use limits::Limits;
pub use search::{Found, Part, Place, Search, Searched};
pub use worker::{WORKER_ARGUMENT, Worker};
