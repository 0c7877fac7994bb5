//! Widgets: a supplier's pages that practices open from the toolbar, and what may be said of one (facts file,
//! sections 3.10 and 8).
//!
//! [`life`] says who may see one, [`launch`] what a toolbar's tokens must say when one is opened.

mod address;
pub mod launch;
pub mod life;
#[cfg(test)]
mod tests;

pub use address::{LaunchUrl, MAX_LAUNCH_URL, Reach};

use crate::Secret;

/// The longest name, in characters.
pub const MAX_NAME: usize = 80;

/// The icon pack, which every toolbar has.
pub const ICONS: [&str; 24] = [
    "calendar",
    "letter",
    "chart",
    "pill",
    "phone",
    "video",
    "form",
    "flask",
    "heart",
    "lungs",
    "bone",
    "baby",
    "brain",
    "eye",
    "tooth",
    "syringe",
    "ambulance",
    "people",
    "chat",
    "camera",
    "map",
    "book",
    "shield",
    "star",
];

/// What is wrong with something that a supplier said of a widget. None of them quotes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// A name.
    #[error(
        "must have 1 to 80 characters, no control characters, and no white space at either end"
    )]
    Name,
    /// An icon.
    #[error("must be an icon of the toolbar's pack")]
    Icon,
    /// An address: the way there.
    #[error("must be an absolute https address")]
    NotHttps,
    /// An address: what it is written with.
    #[error(
        "must have at most 2000 characters, all of them ASCII, none of them white space, a control character or a backslash"
    )]
    Spelling,
    /// An address with somebody's name or password.
    #[error("must not have a user's name or password in it")]
    UserInfo,
    /// An address with a fragment.
    #[error("must not have a fragment (#)")]
    Fragment,
    /// An address whose query has a parameter of ours.
    #[error("must not have user or patient in its query: the launch adds them")]
    Reserved,
    /// A secret.
    #[error("must have exactly 32 characters, which are 32 bytes in UTF-8")]
    Secret,
    /// A method.
    #[error("must be A256GCM or A128CBC_HS256")]
    Method,
    /// Needs that go together.
    #[error("must be true when requiresPatientData is true")]
    PatientWithoutUser,
    /// Why a widget is refused.
    #[error("must have 1 to 300 characters, none of them a control character")]
    Reason,
    /// A list of practices with none on it.
    #[error("must name at least one practice")]
    NoPractice,
}

/// What users see under the icon; with its client system it is what the widget is known by.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name(String);

impl Name {
    /// Reads a name.
    ///
    /// # Errors
    /// [`Fault::Name`].
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let fits = (1..=MAX_NAME).contains(&text.chars().count())
            && !text.contains(char::is_control)
            && text.trim() == text;
        fits.then(|| Self(text.to_owned())).ok_or(Fault::Name)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One of [`ICONS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Icon(&'static str);

impl Icon {
    /// Reads an icon's name.
    ///
    /// # Errors
    /// [`Fault::Icon`].
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let known = ICONS.into_iter().find(|icon| *icon == text);
        known.map(Self).ok_or(Fault::Icon)
    }

    /// The name.
    pub fn as_str(self) -> &'static str {
        self.0
    }
}

/// How a launch's tokens are encrypted, always directly under the widget's secret (JWE `alg` `dir`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Method {
    /// AES-256 in Galois counter mode.
    #[default]
    A256Gcm,
    /// AES-128 in cipher block chaining mode, with HMAC-SHA-256.
    A128CbcHs256,
}

impl Method {
    /// Reads a method as suppliers write it, or as [`Self::as_str`] does.
    ///
    /// # Errors
    /// [`Fault::Method`].
    pub fn parse(text: &str) -> Result<Self, Fault> {
        match text {
            "A256GCM" => Ok(Self::A256Gcm),
            "A128CBC_HS256" | "A128CBC-HS256" => Ok(Self::A128CbcHs256),
            _ => Err(Fault::Method),
        }
    }

    /// The method's name in a JWE's header (RFC 7518, section 5.1).
    pub fn as_str(self) -> &'static str {
        match self {
            Self::A256Gcm => "A256GCM",
            Self::A128CbcHs256 => "A128CBC-HS256",
        }
    }
}

/// A widget's secret: 32 bytes, which the supplier chose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncryptionSecret(Secret);

impl EncryptionSecret {
    /// Reads a secret.
    ///
    /// # Errors
    /// [`Fault::Secret`].
    pub fn parse(secret: Secret) -> Result<Self, Fault> {
        let text = secret.reveal();
        // As many characters as bytes: then each is one byte, whoever counts.
        if text.len() == 32 && text.is_ascii() {
            Ok(Self(secret))
        } else {
            Err(Fault::Secret)
        }
    }

    /// The text, which is the key's bytes.
    pub fn reveal(&self) -> &str {
        self.0.reveal()
    }
}

/// Which tokens a launch carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Needs {
    /// None.
    Nothing,
    /// Who opens it.
    User,
    /// Who opens it, and for which patient.
    UserAndPatient,
}

impl Needs {
    /// Reads what a supplier asks for.
    ///
    /// # Errors
    /// [`Fault::PatientWithoutUser`].
    pub fn of(user: bool, patient: bool) -> Result<Self, Fault> {
        match (user, patient) {
            (false, false) => Ok(Self::Nothing),
            (true, false) => Ok(Self::User),
            (true, true) => Ok(Self::UserAndPatient),
            (false, true) => Err(Fault::PatientWithoutUser),
        }
    }

    /// Whether a launch says who opens it.
    pub fn user(self) -> bool {
        self != Self::Nothing
    }

    /// Whether a launch says for which patient.
    pub fn patient(self) -> bool {
        self == Self::UserAndPatient
    }
}

/// What a supplier says of a widget, but for its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// What users see.
    pub name: Name,
    /// What users see above it.
    pub icon: Icon,
    /// What is opened.
    pub launch_url: LaunchUrl,
    /// What a launch carries.
    pub needs: Needs,
    /// How that is encrypted.
    pub method: Method,
}

impl Content {
    /// All of it, and the secret, as bytes of which no two registrations that differ have the same. They hold the
    /// secret: only a keyed hash of them may be kept.
    pub fn to_mark(&self, secret: &EncryptionSecret) -> zeroize::Zeroizing<Vec<u8>> {
        let flags = format!(
            "{}{}",
            u8::from(self.needs.user()),
            u8::from(self.needs.patient())
        );
        let parts = [
            self.name.as_str(),
            self.icon.as_str(),
            self.launch_url.as_str(),
            self.method.as_str(),
            &flags,
            secret.reveal(),
        ];
        // Never moved while it grows: what a vector leaves behind would not be wiped.
        let room = parts.iter().map(|part| part.len() + 8).sum();
        let mut bytes = zeroize::Zeroizing::new(Vec::with_capacity(room));
        for part in parts {
            bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
            bytes.extend_from_slice(part.as_bytes());
        }
        bytes
    }
}
