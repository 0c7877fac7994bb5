//! Widgets in the partner API's JSON, and the claims of the tokens that a launch carries.

use serde::{Deserialize, Serialize};

/// Register a widget; no `Debug`, since it holds a secret.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RegisterWidget {
    /// What users see, 1 to 80 characters; with the key it identifies the widget.
    pub name: String,
    /// One of the icon pack.
    pub icon: String,
    /// An https address.
    pub launch_url: String,
    /// 32 characters that are 32 bytes in UTF-8.
    pub encryption_secret: String,
    /// `A256GCM` when left out, or `A128CBC_HS256`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encryption_method: Option<String>,
    /// Whether a launch says who opens the widget.
    pub requires_user_data: bool,
    /// Whether a launch says for which patient; only with user data.
    pub requires_patient_data: bool,
}

/// Where a registered widget stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RegisteredWidget {
    /// The platform's name for it, a UUID.
    pub widget_id: String,
    /// As registered.
    pub name: String,
    /// `awaiting-approval`, `approved` or `refused`.
    pub state: String,
    /// Why it was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Counts the changes, from 1.
    pub revision: u32,
}

/// A toolbar's public key, as a JSON Web Key (RFC 7517, RFC 8037).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WidgetKey {
    /// `OKP`.
    pub kty: String,
    /// `Ed25519`.
    pub crv: String,
    /// The toolbar's id: the `kid` of what it signs.
    pub kid: String,
    /// 32 bytes in base64url without padding.
    pub x: String,
    /// `EdDSA`.
    pub alg: String,
    /// `sig`.
    #[serde(rename = "use")]
    pub usage: String,
}

/// Who opens a widget: claims of the `user` token; no `Debug`, as nothing here has that is about people.
#[derive(Clone, Serialize, Deserialize)]
pub struct UserClaims {
    /// The platform's address.
    pub iss: String,
    /// Spine User ID.
    pub sub: String,
    /// The widget's address, as it was registered.
    pub aud: String,
    /// Made, Unix seconds.
    pub iat: i64,
    /// Ends, Unix seconds; at most 60 after `iat`.
    pub exp: i64,
    /// A UUID; each token is good once.
    pub jti: String,
    /// The practitioner's name.
    pub name: String,
    /// Where they work.
    pub organisation: Organisation,
}

/// A practice in a `user` token.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Organisation {
    /// ODS code.
    pub ods_code: String,
    /// Name.
    pub name: String,
}

/// For which patient a widget is opened: claims of the `patient` token.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PatientClaims {
    /// The platform's address.
    pub iss: String,
    /// NHS number.
    pub sub: String,
    /// The widget's address, as it was registered.
    pub aud: String,
    /// Made, Unix seconds.
    pub iat: i64,
    /// Ends, Unix seconds; at most 60 after `iat`.
    pub exp: i64,
    /// A UUID; each token is good once.
    pub jti: String,
    /// The `jti` of the `user` token of the same launch.
    pub user_jti: String,
}
