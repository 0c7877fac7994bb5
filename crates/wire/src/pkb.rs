//! What Patients Know Best (PKB) and its clients say to each other: paths, form fields, tokens, the
//! REST answer about the signed-in user, response codes, and the few FHIR STU3 resources of linking.
//!
//! Readers are lenient where a missing or odd member can be borne, for an answer that can't be read may
//! have spent a token; writers give every documented member.

pub mod codes;
pub mod stu3;
mod text;
pub mod token;
pub mod users;

pub use codes::{CODE_SYSTEM, ResponseCode, RestError};
pub use token::{SystemToken, TokenAnswer, TokenError};
pub use users::{Contact, NationalId, UsersSelf};

/// Identifier system of PKB public ids.
pub const PUBLIC_ID: &str = "http://fhir.patientsknowbest.com/id/public-id";
/// Also accepted in place of [`PUBLIC_ID`].
pub const PUBLIC_ID_ALSO: &str = "urn:uuid:cd97da65-0aa4-43a6-b695-cfd0c6f3267d";
/// Identifier system of NHS numbers (England and Wales).
pub const NHS_NUMBER: &str = "https://fhir.nhs.uk/Id/nhs-number";
/// Identifier system of CHI numbers (Scotland).
pub const CHI_NUMBER: &str = "urn:oid:2.16.840.1.113883.2.1.3.2.4.16.53";
/// Identifier system of Health and Care numbers (Northern Ireland).
pub const HEALTH_AND_CARE_NUMBER: &str = "urn:uuid:1479257a-ce8f-482a-89fa-429ac066c158";
/// Header by which a system client says for which organisation it asks.
pub const ORGANISATION_HEADER: &str = "x-org-public-id";

/// Paths below PKB's address.
pub mod paths {
    /// The page where a patient approves.
    pub const AUTHORIZE: &str = "/apiAuthorize.action";
    /// Codes and refresh tokens become tokens here.
    pub const TOKEN: &str = "/apiToken.action";
    /// Tokens of system clients.
    pub const SYSTEM_TOKEN: &str = "/api/oauth/token";
    /// The signed-in user's own details.
    pub const USERS_SELF: &str = "/json/users/self";
    /// The same, as the generated documentation writes it.
    pub const USERS_SELF_REST: &str = "/rest/users/self";
    /// The base of the Facade FHIR API.
    pub const FHIR: &str = "/fhir";
    /// Its capability statement; needs no token.
    pub const METADATA: &str = "/fhir/metadata";
    /// Whom a consent would have to name for it to reach the caller.
    pub const PURVIEW: &str = "/fhir/Consent/$purview";
    /// Search for patients.
    pub const PATIENTS: &str = "/fhir/Patient";
    /// One patient.
    pub const PATIENT: &str = "/fhir/Patient/{publicId}";
}

/// Names of query parameters and form fields.
pub mod fields {
    /// What kind of answer is wanted from the authorise page.
    pub const RESPONSE_TYPE: &str = "response_type";
    /// The client id that PKB gave.
    pub const CLIENT_ID: &str = "client_id";
    /// Which kind of user may sign in.
    pub const SCOPE: &str = "scope";
    /// The client's own word against forged answers, given back.
    pub const STATE: &str = "state";
    /// Where the browser goes afterwards.
    pub const REDIRECT_URI: &str = "redirect_uri";
    /// PKCE: a digest of the verifier.
    pub const CODE_CHALLENGE: &str = "code_challenge";
    /// PKCE: how the digest was made.
    pub const CODE_CHALLENGE_METHOD: &str = "code_challenge_method";
    /// PKCE: what the digest was made of.
    pub const CODE_VERIFIER: &str = "code_verifier";
    /// What is handed in at the token endpoint.
    pub const GRANT_TYPE: &str = "grant_type";
    /// The code of a redirect.
    pub const CODE: &str = "code";
    /// A refresh token.
    pub const REFRESH_TOKEN: &str = "refresh_token";
    /// Of a redirect: why there is no code.
    pub const ERROR: &str = "error";
    /// The same, in words.
    pub const ERROR_DESCRIPTION: &str = "error_description";
}

/// Values of parameters and fields.
pub mod values {
    /// `response_type`: a code.
    pub const CODE: &str = "code";
    /// `grant_type`: a code.
    pub const AUTHORIZATION_CODE: &str = "authorization_code";
    /// `grant_type`: a refresh token.
    pub const REFRESH_TOKEN: &str = "refresh_token";
    /// `grant_type`: a system client's own credentials.
    pub const CLIENT_CREDENTIALS: &str = "client_credentials";
    /// `scope`: patients.
    pub const PATIENT: &str = "PATIENT";
    /// `scope`: clinicians.
    pub const CLINICIAN: &str = "CLINICIAN";
    /// `scope`: team co-ordinators.
    pub const TEAMCOORD: &str = "TEAMCOORD";
    /// `scope`: tethered clients only.
    pub const SITE: &str = "SITE";
    /// `code_challenge_method`: SHA-256, base64url.
    pub const S256: &str = "S256";
    /// `token_type`, in any letter case.
    pub const BEARER: &str = "Bearer";
}

#[cfg(test)]
mod tests;
