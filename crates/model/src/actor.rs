//! Who did something: the first argument of every act, and a column of the audit log.

use crate::practitioner::Practitioner;
use crate::{ClientSystemId, DeviceId};

/// Somebody, or something, that acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// The platform's own workers.
    System,
    /// A person who runs the platform; the name they gave, or `cli`.
    Operator(String),
    /// A partner's system.
    Client(ClientSystemId),
    /// A toolbar, before or without sign-in.
    Device(DeviceId),
    /// A practitioner, signed in at a toolbar.
    Practitioner(Practitioner),
}

impl std::fmt::Display for Actor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::System => f.write_str("system"),
            Self::Operator(name) => write!(f, "operator:{name}"),
            Self::Client(id) => write!(f, "client:{id}"),
            Self::Device(id) => write!(f, "device:{id}"),
            Self::Practitioner(who) => {
                write!(f, "practitioner:{}/{}", who.practice, who.spine_user_id)
            }
        }
    }
}
