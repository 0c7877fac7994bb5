//! Patients of an app, and the link to their record at Patients Know Best (PKB).

use super::GatewayClient;
use crate::Error;
use crate::http::{fill, read, refusal, send_for, send_only, stays_below};
use bytes::Bytes;
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::{Method, Response};
use std::time::Duration;
use wire::gateway::patients::{BeginLink, ConfirmLink, LinkBegun, Patient, PatientList};
use wire::paths::gateway as paths;
use wire::problem::MEDIA_TYPE;

/// The gateway may have to renew a token first, and a record may be long.
const READ_TIMEOUT: Duration = Duration::from_secs(150);
/// The most that the gateway passes on: 32 MiB.
const MAX_READING: usize = 32 * 1024 * 1024;

/// Which patients; all of them when nothing is set.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct PatientFilter {
    /// `none`, `pending`, `linked`, `needs-reauthorisation` or `unlinked`.
    pub state: Option<String>,
    /// The page after the one that said this `next`.
    pub after: Option<String>,
    /// How many at most, 1 to 1,000.
    pub limit: Option<u32>,
}

/// What PKB answered to a reading; prints nothing of it.
pub struct PkbAnswer(Response);

fn of(template: &str, id: &str) -> String {
    fill(template, "appUserId", id)
}

impl GatewayClient {
    /// Adds a patient; one that was there is left as it was.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn put_patient(&self, id: &str) -> Result<Patient, Error> {
        send_for(self.call(Method::PUT, &of(paths::PATIENT, id))).await
    }

    /// One patient, with demographics once linked; 404 when there is none.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn patient(&self, id: &str) -> Result<Patient, Error> {
        send_for(self.get(&of(paths::PATIENT, id))).await
    }

    /// A page of patients by id.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/gateway.in")); } use doc::{gateway, run};
    /// # run(async { let (http, url) = gateway().await;
    /// # let gateway = sdk::GatewayClient::new(http, &url, "bgk_…")?;
    /// use sdk::gateway::PatientFilter;
    /// use wire::gateway::patients::NEEDS_REAUTHORISATION;
    ///
    /// // Everybody who has to be asked to connect again.
    /// let mut filter = PatientFilter {
    ///     state: Some(NEEDS_REAUTHORISATION.to_owned()),
    ///     ..PatientFilter::default()
    /// };
    /// loop {
    ///     let page = gateway.patients(&filter).await?;
    ///     for patient in &page.patients {
    ///         println!("{}: {:?}", patient.app_user_id, patient.link.reason);
    ///     }
    ///     let Some(next) = page.next else { break };
    ///     filter.after = Some(next);
    /// }
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    /// [`Error`].
    pub async fn patients(&self, filter: &PatientFilter) -> Result<PatientList, Error> {
        let limit = filter.limit.map(|limit| limit.to_string());
        let asked = [
            ("state", filter.state.as_deref()),
            ("after", filter.after.as_deref()),
            ("limit", limit.as_deref()),
        ];
        send_for(self.get(&Self::asking(paths::PATIENTS, &asked))).await
    }

    /// Deletes a patient, with tokens and demographics.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn delete_patient(&self, id: &str) -> Result<(), Error> {
        send_only(self.delete(&of(paths::PATIENT, id))).await
    }

    /// Begins a link: the address is for the browser in which this patient is signed in.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/gateway.in")); } use doc::{gateway, run};
    /// # run(async { let (http, url) = gateway().await;
    /// # let gateway = sdk::GatewayClient::new(http, &url, "bgk_…")?;
    /// gateway.put_patient("7c1f9a52").await?;
    /// let begun = gateway.begin_link("7c1f9a52", "https://product.example/pkb/back").await?;
    /// // Redirect the browser to begun.grant_url. When it comes to your page with `result=…`, take
    /// // the patient from your own session, never from the address:
    /// # let signed_in = "7c1f9a52"; let result = "q3Zt0V2n9cXk4o1bQ8rLr5mTzv7yWd6uFhJp2sAeGiM";
    /// let patient = gateway.confirm_link(signed_in, result).await?;
    /// assert_eq!(patient.link.state, "linked");
    /// # drop(begun);
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    /// [`Error`]; a `validation-error` that names `returnUrl` when nobody can be sent there.
    pub async fn begin_link(&self, id: &str, return_url: &str) -> Result<LinkBegun, Error> {
        let begin = BeginLink {
            return_url: return_url.to_owned(),
        };
        send_for(self.post(&of(paths::PATIENT_LINK, id)).json(&begin)).await
    }

    /// Makes the link that this very patient began. A result works once: after a lost answer look at
    /// [`Self::patient`].
    ///
    /// # Errors
    /// [`Error`]; `link-refused` when nothing is linked and nothing will be with this result.
    pub async fn confirm_link(&self, id: &str, result: &str) -> Result<Patient, Error> {
        let confirm = ConfirmLink {
            result: result.to_owned(),
        };
        send_for(self.post(&of(paths::LINK_CONFIRM, id)).json(&confirm)).await
    }

    /// Has PKB asked again who the patient is.
    ///
    /// # Errors
    /// [`Error`]; `link-needed` when there is no link that stands.
    pub async fn refresh_details(&self, id: &str) -> Result<Patient, Error> {
        let request = self.post(&of(paths::LINK_DETAILS, id));
        send_for(request.timeout(READ_TIMEOUT)).await
    }

    /// Ends the link, if there is one: tokens and demographics are destroyed.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn end_link(&self, id: &str) -> Result<(), Error> {
        send_only(self.delete(&of(paths::PATIENT_LINK, id))).await
    }

    /// Reads from the patient's record: `path_and_query` as at PKB, below `/fhir/`, `/json/` or `/rest/`.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/gateway.in")); } use doc::{gateway, run};
    /// # run(async { let (http, url) = gateway().await;
    /// # let gateway = sdk::GatewayClient::new(http, &url, "bgk_…")?;
    /// use wire::problem::ProblemType;
    ///
    /// let kind = "application/fhir+json";
    /// match gateway.read_pkb("7c1f9a52", "/fhir/Observation?_count=50", kind).await {
    ///     // PKB's own answer, its refusals too.
    ///     Ok(answer) if answer.status() == 200 => println!("{} bytes", answer.read_all().await?.len()),
    ///     Ok(answer) => println!("PKB says {}", answer.status()),
    ///     Err(error) if error.kind() == Some(ProblemType::LinkNeeded) => println!("ask the patient"),
    ///     Err(error) => return Err(error.into()),
    /// }
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    /// [`Error`], of the gateway alone; `link-needed` when the patient has to connect first. A path that does not
    /// begin with `/`, or has dotted parts, is not sent.
    pub async fn read_pkb(
        &self,
        id: &str,
        path_and_query: &str,
        accept: &str,
    ) -> Result<PkbAnswer, Error> {
        if !stays_below(path_and_query) {
            let words = "not sent: the path would lead elsewhere than it seems to";
            return Err(Error::Unintelligible(words.to_owned()));
        }
        let path = of(paths::PATIENT_PKB, id);
        let path = path.replace("{path}", path_and_query.trim_start_matches('/'));
        let request = self.get(&path).header(ACCEPT, accept);
        let request = request.timeout(READ_TIMEOUT);
        let response = request
            .send()
            .await
            .map_err(|error| Error::transport(&error))?;
        let kind = response.headers().get(CONTENT_TYPE);
        let problem = kind.is_some_and(|kind| kind.as_bytes().starts_with(MEDIA_TYPE.as_bytes()));
        if problem {
            return Err(refusal(response).await);
        }
        Ok(PkbAnswer(response))
    }
}

impl PkbAnswer {
    /// PKB's status.
    pub fn status(&self) -> u16 {
        self.0.status().as_u16()
    }

    /// PKB's media type.
    pub fn content_type(&self) -> Option<&str> {
        let kind = self.0.headers().get(CONTENT_TYPE)?;
        kind.to_str().ok()
    }

    /// The next piece of the body; `None` at its end.
    ///
    /// # Errors
    /// [`Error::Unreachable`] when it broke off.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        let piece = self.0.chunk().await;
        piece.map_err(|error| Error::transport(&error))
    }

    /// The whole body.
    ///
    /// # Errors
    /// As [`Self::chunk`].
    pub async fn read_all(self) -> Result<Bytes, Error> {
        read(self.0, MAX_READING).await
    }
}

impl std::fmt::Debug for PkbAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PkbAnswer({})", self.status())
    }
}

impl std::fmt::Debug for PatientFilter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PatientFilter({:?})", self.state)
    }
}
