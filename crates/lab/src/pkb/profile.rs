//! How strict the sandbox is, who its clients are, and the kinds of user there are.

use model::Hash;
use serde::Deserialize;

/// How strict the sandbox is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Profile {
    /// What is documented, and no more: the default.
    #[default]
    AsDocumented,
    /// What good practice asks of a client, refused otherwise: PKCE with S256, a `state`, and redirect
    /// URIs exactly as registered.
    Strict,
}

impl Profile {
    /// `as-documented` or `strict`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AsDocumented => "as-documented",
            Self::Strict => "strict",
        }
    }

    /// The profile of this name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::AsDocumented, Self::Strict]
            .into_iter()
            .find(|profile| profile.as_str() == name)
    }
}

/// A kind of user, and the scope of a session: there is one scope to a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum UserType {
    /// A patient, or a carer: in PKB that is another patient's account.
    Patient,
    /// A professional.
    Clinician,
    /// A coordinator of a team.
    TeamCoord,
}

impl UserType {
    /// As it is written in `scope`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Patient => "PATIENT",
            Self::Clinician => "CLINICIAN",
            Self::TeamCoord => "TEAMCOORD",
        }
    }

    /// The kind that a `scope` names.
    pub fn parse(scope: &str) -> Option<Self> {
        [Self::Patient, Self::Clinician, Self::TeamCoord]
            .into_iter()
            .find(|kind| kind.as_str() == scope)
    }
}

/// An app that users may let in: a public client of the code grant, without a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserClient {
    /// Its id.
    pub client_id: String,
    /// The organisation behind it, for people.
    pub owner: String,
    /// The app's name, for people.
    pub product: String,
    /// Where it may have the browser sent back to: `https`, `http` or an app's own scheme.
    pub redirect_uris: Vec<String>,
    /// Whether any address of `localhost` will do as well (not in [`Profile::Strict`]).
    pub localhost: bool,
    /// The kinds of user that may sign in for it.
    pub user_types: Vec<UserType>,
}

/// A computer system with a secret, without a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SystemClient {
    /// Its id.
    pub client_id: String,
    /// SHA-256 of its secret.
    pub secret_hash: Hash,
    /// Public ids of the organisations that granted it access; none listed: any.
    pub organisations: Vec<String>,
}
