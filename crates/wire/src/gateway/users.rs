//! Practitioners by the product's own ids, and whether their messages may go out by themselves.

use serde::{Deserialize, Serialize};

/// `state` of an authorisation: no access code was taken, or the token was forgotten.
pub const NONE: &str = "none";
/// `state` of an authorisation: instant messages may be sent.
pub const AUTHORISED: &str = "authorised";
/// `state` of an authorisation: the practitioner withdrew it at the practice.
pub const WITHDRAWN: &str = "withdrawn";

/// What is known of a user; all of it may be left out, and so may the body.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PutUser {
    /// A name for people: on the user's own page and in the console. At most 200 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Which practitioner the user is, with `odsCode`: a launch from the toolbar of that practice then leads to this
    /// user. Left out, nothing changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spine_user_id: Option<String>,
    /// At which practice: required with `spineUserId`, and says nothing without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ods_code: Option<String>,
}

/// A user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// The product's own id.
    pub user_id: String,
    /// A name for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// When it was made.
    pub created_at: String,
    /// Whether instant messages may be sent.
    pub authorisation: Authorisation,
    /// Which practitioner the user is, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub practitioner: Option<Practitioner>,
}

/// Which practitioner a user is, and where: by your word, or by a launch from the toolbar.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Practitioner {
    /// Spine User ID.
    pub spine_user_id: String,
    /// The name at the last launch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// At which practice: elsewhere the same person is another user.
    pub ods_code: String,
    /// When that became known.
    pub linked_at: String,
    /// When the toolbar was last used to come to the gateway.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_launch_at: Option<String>,
}

/// Where a user's authorisation stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Authorisation {
    /// `none`, `authorised` or `withdrawn`.
    pub state: String,
    /// When the present one was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorised_at: Option<String>,
    /// When it was last seen to be good or withdrawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified_at: Option<String>,
}

/// Users by id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserList {
    /// One page of them.
    pub users: Vec<User>,
    /// Ask with this as `after` for the next page; left out on the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// A link to a user's own page; no `Debug`, for who has it may use it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuthorisationLink {
    /// Where to send the practitioner's browser.
    pub url: String,
    /// When it stops working.
    pub expires_at: String,
}
