//! The operations of our APIs in tables: OpenAPI documents, docs pages, Postman collection and access tests are made from them.

mod connection;
mod following;
pub mod gateway;
mod messages;
mod operators;
mod permission;
mod reference;
mod widgets;

use crate::headers;
use crate::problem::ProblemType;

/// The HTTP methods that the API uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Sends.
    Post,
    /// Puts in place.
    Put,
    /// Takes away.
    Delete,
}

impl Method {
    /// As it stands in a request.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }
}

/// Who may call an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anybody.
    Open,
    /// A client system that shows its key.
    Key,
    /// A client system that shows its key and a practitioner's token.
    KeyAndToken,
    /// A supplier's product that shows its key to the gateway.
    Product,
}

impl Access {
    /// Whether a key is needed.
    pub fn needs_key(self) -> bool {
        self != Self::Open
    }

    /// Whether an access token is needed.
    pub fn needs_token(self) -> bool {
        self == Self::KeyAndToken
    }
}

/// The chapters of the documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chapter {
    /// Is anybody there, and what may I send?
    Connection,
    /// From an access code to a token.
    Permission,
    /// Sending.
    Messages,
    /// What became of it.
    Following,
    /// Pages that practices open from the toolbar.
    Widgets,
    /// The gateway: practitioners and their authorisation.
    Users,
    /// The gateway: entering messages and seeing where they stand.
    Entering,
    /// The gateway: patients of an app, and the link to their PKB record.
    Patients,
    /// The gateway: events and webhooks.
    Telling,
    /// Documents about the API.
    Reference,
    /// For those who run the server.
    Operators,
}

impl Chapter {
    /// The partner API's, in reading order.
    pub const PARTNER: [Self; 7] = [
        Self::Connection,
        Self::Permission,
        Self::Messages,
        Self::Following,
        Self::Widgets,
        Self::Reference,
        Self::Operators,
    ];

    /// The gateway's, in reading order.
    pub const GATEWAY: [Self; 6] = [
        Self::Users,
        Self::Entering,
        Self::Patients,
        Self::Telling,
        Self::Reference,
        Self::Operators,
    ];

    /// Its heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Connection => "Connection",
            Self::Permission => "Permission",
            Self::Messages => "Sending",
            Self::Following => "Following",
            Self::Widgets => "Widgets",
            Self::Users => "Practitioners",
            Self::Entering => "Messages",
            Self::Patients => "Patients",
            Self::Telling => "Telling",
            Self::Reference => "Reference",
            Self::Operators => "Operators",
        }
    }

    /// What it is about.
    pub fn description(self) -> &'static str {
        match self {
            Self::Connection => {
                "Check the connection and your key, and learn which topics you may use."
            }
            Self::Permission => {
                "A practitioner reads an access code from the toolbar; you swap it, once, for an access token that you keep with that person's account."
            }
            Self::Messages => "Send documents about one patient to one practice.",
            Self::Following => "Find out what became of a message.",
            Self::Widgets => {
                "A page of yours on the practice's toolbar: a practitioner opens it, and you learn who they are and which patient they mean."
            }
            Self::Users => {
                "The practitioners who use your product, by your own ids, and whether they have authorised you to put documents into the record by themselves. The gateway keeps their tokens; you never see one."
            }
            Self::Entering => {
                "Hand a message to the gateway and go on with your work: it sends, tries again and follows the message to its end."
            }
            Self::Patients => {
                "The patients of your app, by your own ids, and the link to their record at Patients Know Best (PKB). The gateway keeps the tokens and renews them; you never see one."
            }
            Self::Telling => {
                "Hear what happens as it happens: over a stream, or by a signed post to an address of yours."
            }
            Self::Reference => "This API's own description. No key needed.",
            Self::Operators => {
                "For those who run the server. No key needed; on a listener of its own where one is configured."
            }
        }
    }
}

/// Where a parameter stands in a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A header.
    Header,
    /// A part of the path.
    Path,
    /// In the query.
    Query,
}

/// A parameter of a request; the key is not among them.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// Where it stands.
    pub place: Place,
    /// Whether it must be there.
    pub required: bool,
    /// What it is for.
    pub description: &'static str,
    /// Name of its schema.
    pub schema: &'static str,
}

/// What a request carries, by name of its schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request {
    /// Nothing.
    None,
    /// JSON.
    Json(&'static str),
    /// JSON, or nothing.
    OptionalJson(&'static str),
    /// JSON, or the parts of a form.
    JsonOrParts(&'static str, &'static str),
}

impl Request {
    /// The schema of its JSON.
    pub fn json(self) -> Option<&'static str> {
        match self {
            Self::None => None,
            Self::Json(name) | Self::OptionalJson(name) | Self::JsonOrParts(name, _) => Some(name),
        }
    }
}

/// What an answer carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Payload {
    /// Nothing.
    Empty,
    /// JSON of the named schema.
    Json(&'static str),
    /// Text of this media type.
    Text(&'static str),
}

/// A header of an answer; all that are listed are always there.
#[derive(Clone, Copy, Debug)]
pub struct AnswerHeader {
    /// Its name.
    pub name: &'static str,
    /// What it says.
    pub description: &'static str,
}

/// An answer that is not a problem.
#[derive(Clone, Copy, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// What it means.
    pub description: &'static str,
    /// What it carries.
    pub payload: Payload,
    /// Its headers.
    pub headers: &'static [AnswerHeader],
}

/// One operation.
#[derive(Clone, Copy, Debug)]
pub struct Endpoint {
    /// Its method.
    pub method: Method,
    /// Its path, as in [`crate::paths`].
    pub path: &'static str,
    /// Its operation id, unique.
    pub id: &'static str,
    /// Its chapter.
    pub chapter: Chapter,
    /// What it does, in a few words.
    pub summary: &'static str,
    /// What a caller needs to know; paragraphs are parted by an empty line.
    pub description: &'static str,
    /// Who may call it.
    pub access: Access,
    /// Its parameters.
    pub parameters: &'static [Parameter],
    /// Its body.
    pub request: Request,
    /// Every answer that is not a problem; the usual one first.
    pub answers: &'static [Answer],
    /// Every problem it may answer with, besides [`Endpoint::common_problems`].
    pub problems: &'static [ProblemType],
}

/// Problems of every call that needs a key.
const KEYED: [ProblemType; 5] = [
    ProblemType::Unauthorized,
    ProblemType::Forbidden,
    ProblemType::TooManyRequests,
    ProblemType::InternalError,
    ProblemType::Unavailable,
];

/// Problems of every call of a product, the first of them for a parameter that the call does not have.
const PRODUCT: [ProblemType; 4] = [
    ProblemType::ValidationError,
    ProblemType::Unauthorized,
    ProblemType::InternalError,
    ProblemType::Unavailable,
];

/// Problems of every other call.
const OPEN: [ProblemType; 1] = [ProblemType::InternalError];

impl Endpoint {
    /// The problems that go with its kind of access.
    pub fn common_problems(&self) -> &'static [ProblemType] {
        match self.access {
            Access::Key | Access::KeyAndToken => &KEYED,
            Access::Product => &PRODUCT,
            Access::Open => &OPEN,
        }
    }

    /// Every problem it may answer with, by status.
    pub fn all_problems(&self) -> Vec<ProblemType> {
        let common = self.common_problems().iter();
        let common = common.filter(|kind| !self.problems.contains(kind));
        let mut all: Vec<_> = self.problems.iter().chain(common).copied().collect();
        all.sort_by_key(|kind| kind.status());
        all.dedup();
        all
    }
}

/// Every operation of the partner API, in reading order.
pub fn all() -> impl Iterator<Item = &'static Endpoint> {
    connection::ALL
        .iter()
        .chain(&permission::ALL)
        .chain(&messages::ALL)
        .chain(&following::ALL)
        .chain(&widgets::ALL)
        .chain(&reference::ALL)
        .chain(&operators::ALL)
}

/// The partner API's operation with that id.
pub fn find(id: &str) -> Option<&'static Endpoint> {
    all().find(|endpoint| endpoint.id == id)
}

/// The token under the name that the send page uses.
const fn access_token(required: bool, description: &'static str) -> Parameter {
    Parameter {
        name: headers::ACCESS_TOKEN,
        place: Place::Header,
        required,
        description,
        schema: "Token",
    }
}

/// The token under the name that the verify page uses.
const fn access_token_alias(required: bool, description: &'static str) -> Parameter {
    Parameter {
        name: headers::ACCESS_TOKEN_ALIAS,
        place: Place::Header,
        required,
        description,
        schema: "Token",
    }
}

#[cfg(test)]
mod tests;
