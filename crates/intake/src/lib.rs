//! From bytes on the wire to a checked message, for the platform and for the gateway: one definition of every
//! rule, and no body is ever held whole.
//!
//! `reading` feeds a body's pieces to `json`; `skeleton` keeps the members that a `shape` names, `content`
//! decodes attachments as they pass and `keep` hands them to writers of whoever serves; `message` then checks
//! every rule and `faults` tells all that is wrong at once. `budget` says whose turn it is to be read. `gateway`
//! reads the gateway's own forms of a message by the same rules.

mod budget;
mod content;
mod faults;
pub mod gateway;
mod incoming;
mod json;
mod keep;
mod members;
mod message;
mod reading;
mod shape;
mod skeleton;

pub use budget::{Budget, LargeBodies, Turn};
pub use content::Contents;
pub use faults::{Faults, Place};
pub use incoming::{MAX_BODY, drain};
pub use keep::{Begin, Kept, nowhere};
pub use members::{Found, Members};
pub use message::{Draft, DraftAttachment, Endpoint, UNKNOWN_RECIPIENT, read as read_message};
pub use reading::{Read, check_headers, read_body};
pub use shape::{EXCHANGE, MESSAGE, Node, Shape, WIDGET};
