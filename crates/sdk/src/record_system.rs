//! A practice's record system: who is signed in there, and FHIR R4.

use crate::Error;
use crate::http::{BadAddress, Base, MAX_ANSWER, read, send, send_for};
use bytes::Bytes;
use reqwest::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE};
use std::time::Duration;
use wire::fhir_r4::bundle::parse_resource;
use wire::fhir_r4::search::identifier_query;
use wire::fhir_r4::{
    Bundle, BundleKind, DocumentReference, EntryResponse, MEDIA_TYPE, NHS_NUMBER, Patient,
    ResourceType,
};
use wire::paths::record_system as paths;
use wire::practice::CurrentUser;

/// A transaction carries up to some 70 MB and is answered when all of it is stored.
const TRANSACTION_TIMEOUT: Duration = Duration::from_secs(120);

/// A search or a question by a record system on the same site takes less.
const QUESTION_TIMEOUT: Duration = Duration::from_secs(10);

/// Calls the record system of a practice.
#[derive(Clone, Debug)]
pub struct FhirClient {
    http: reqwest::Client,
    base: Base,
}

/// The body of a transaction, and its length in bytes.
pub struct TransactionBody {
    /// A `transaction` bundle in JSON.
    pub body: reqwest::Body,
    /// How many bytes it has.
    pub length: u64,
}

impl From<Bytes> for TransactionBody {
    fn from(bytes: Bytes) -> Self {
        Self {
            length: bytes.len() as u64,
            body: bytes.into(),
        }
    }
}

impl FhirClient {
    /// A client of the record system at `base`, whose FHIR API is at `{base}/fhir`.
    ///
    /// # Errors
    /// [`BadAddress`].
    pub fn new(http: reqwest::Client, base: &str) -> Result<Self, BadAddress> {
        let base = Base::parse(base)?;
        Ok(Self { http, base })
    }

    /// Who is signed in to the record system on this PC, if anybody.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn current_user(&self) -> Result<Option<CurrentUser>, Error> {
        let response = send(self.get(paths::CURRENT_USER)).await?;
        if response.status().as_u16() == 204 {
            return Ok(None);
        }
        let body = read(response, MAX_ANSWER).await?;
        serde_json::from_slice(&body)
            .map(Some)
            .map_err(|error| Error::json(&error))
    }

    /// The patients who have this NHS number: one in a good record system.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn find_patients(&self, nhs_number: &str) -> Result<Vec<Patient>, Error> {
        self.search(ResourceType::Patient, NHS_NUMBER, nhs_number)
            .await
    }

    /// The documents that carry an identifier.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn find_documents(
        &self,
        system: &str,
        value: &str,
    ) -> Result<Vec<DocumentReference>, Error> {
        self.search(ResourceType::DocumentReference, system, value)
            .await
    }

    /// Does all of a transaction or nothing; what became of each entry, in the order of the entries.
    ///
    /// # Errors
    /// [`Error`]. Unless it was refused with 4xx, the transaction may have been done.
    pub async fn transaction(&self, body: TransactionBody) -> Result<Vec<EntryResponse>, Error> {
        let request = self
            .http
            .post(self.base.at(paths::FHIR))
            .header(CONTENT_TYPE, MEDIA_TYPE)
            .header(ACCEPT, MEDIA_TYPE)
            .header(CONTENT_LENGTH, body.length)
            .timeout(TRANSACTION_TIMEOUT)
            .body(body.body);
        let bundle: Bundle = send_for(request).await?;
        if bundle.kind != BundleKind::TransactionResponse {
            return Err(Error::Unintelligible(
                "not the answer to a transaction".to_owned(),
            ));
        }
        bundle
            .entry
            .into_iter()
            .map(|entry| entry.response)
            .collect::<Option<_>>()
            .ok_or_else(|| Error::Unintelligible("an entry without a response".to_owned()))
    }

    fn get(&self, path: &str) -> reqwest::RequestBuilder {
        self.http.get(self.base.at(path)).timeout(QUESTION_TIMEOUT)
    }

    async fn search<T>(
        &self,
        kind: ResourceType,
        system: &str,
        value: &str,
    ) -> Result<Vec<T>, Error>
    where
        T: for<'de> serde::Deserialize<'de>,
    {
        let address = format!(
            "{}/{}?{}",
            paths::FHIR,
            kind.name(),
            identifier_query(system, value)
        );
        let bundle: Bundle = send_for(self.get(&address).header(ACCEPT, MEDIA_TYPE)).await?;
        bundle
            .entry
            .iter()
            // A server may add an OperationOutcome to what it found.
            .filter(|entry| {
                entry
                    .search
                    .as_ref()
                    .is_none_or(|search| search.mode == "match")
            })
            .filter_map(|entry| entry.resource.as_ref())
            .map(|raw| parse_resource(raw).map_err(|error| Error::json(&error)))
            .collect()
    }
}
