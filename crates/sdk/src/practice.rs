//! The toolbar API (contract C), as a toolbar calls it: registration and sign-in here, all else in a
//! [`ToolbarSession`].

mod attachment;
mod session;

pub use attachment::AttachmentStream;
pub use session::ToolbarSession;

use crate::Error;
use crate::http::{BadAddress, Base, CALL_TIMEOUT, secret_header, send_for, send_only};
use reqwest::header::AUTHORIZATION;
use wire::headers::DEVICE_ASSERTION;
use wire::paths::practice as paths;
use wire::practice::{Register, Registered, SignIn, SignedIn};

/// Calls the platform before anyone is signed in.
#[derive(Clone, Debug)]
pub struct ToolbarClient {
    http: reqwest::Client,
    base: Base,
}

impl ToolbarClient {
    /// A client of the platform at `base`. `http` must not give up on a stream that is quiet for less
    /// than 45 seconds.
    ///
    /// # Errors
    /// [`BadAddress`].
    pub fn new(http: reqwest::Client, base: &str) -> Result<Self, BadAddress> {
        let base = Base::parse(base)?;
        Ok(Self { http, base })
    }

    /// The base address without a slash at its end: the `aud` of every assertion.
    pub fn audience(&self) -> &str {
        self.base.as_str()
    }

    /// Registers a toolbar with a two-part key.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn register(&self, register: &Register) -> Result<Registered, Error> {
        let request = self.http.post(self.base.at(paths::REGISTRATIONS));
        send_for(request.json(register).timeout(CALL_TIMEOUT)).await
    }

    /// Undoes the registration of the device that signed `assertion`.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn unregister(&self, assertion: &str) -> Result<(), Error> {
        let value = format!("{DEVICE_ASSERTION} {assertion}");
        let value = secret_header(&value)
            .map_err(|_| Error::Unintelligible("the assertion is no header value".to_owned()))?;
        let request = self.http.delete(self.base.at(paths::REGISTRATION));
        send_only(request.header(AUTHORIZATION, value).timeout(CALL_TIMEOUT)).await
    }

    /// Signs in the practitioner that `assertion` names.
    ///
    /// # Errors
    /// [`Error`]; 403 for a blocked device.
    pub async fn sign_in(&self, assertion: String) -> Result<SignedIn, Error> {
        let body = SignIn { assertion };
        let request = self.http.post(self.base.at(paths::SESSIONS));
        send_for(request.json(&body).timeout(CALL_TIMEOUT)).await
    }

    /// The calls that `signed_in` allows.
    ///
    /// # Errors
    /// [`Error::Unintelligible`] when the session cannot stand in a header.
    pub fn session(&self, signed_in: &SignedIn) -> Result<ToolbarSession, Error> {
        let bearer = secret_header(&format!("Bearer {}", signed_in.session))
            .map_err(|_| Error::Unintelligible("the session is no header value".to_owned()))?;
        Ok(ToolbarSession::new(
            self.http.clone(),
            self.base.clone(),
            bearer,
        ))
    }
}
