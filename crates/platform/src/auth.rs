//! Who is calling: a client system by its key, a practitioner by a session or a token, a toolbar by
//! its signature.

pub(crate) mod access_token;
pub(crate) mod api_key;
pub(crate) mod assertion;
mod house;
pub(crate) mod session;
pub(crate) mod signed;
