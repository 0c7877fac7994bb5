//! Any FHIR R4 server as record system: a message becomes one `transaction` bundle.

mod body;
mod bundle;
#[cfg(test)]
mod tests;

use super::{Filed, Found, ImportMessage, RecordSystem, RecordSystemError};
use async_trait::async_trait;
use model::{Entropy, entropy};
use sdk::{BadAddress, FhirClient};
use std::sync::Arc;
use wire::practice::CurrentUser;

/// A record system that speaks FHIR R4.
pub struct FhirR4 {
    client: FhirClient,
    entropy: Arc<dyn Entropy>,
}

impl FhirR4 {
    /// The record system at `base`: `{base}/session/current` and `{base}/fhir`.
    ///
    /// # Errors
    /// [`BadAddress`].
    pub fn new(
        http: reqwest::Client,
        base: &str,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, BadAddress> {
        let client = FhirClient::new(http, base)?;
        Ok(Self { client, entropy })
    }
}

#[async_trait]
impl RecordSystem for FhirR4 {
    async fn current_user(&self) -> Result<Option<CurrentUser>, RecordSystemError> {
        self.client.current_user().await.map_err(classify)
    }

    async fn find_patient(&self, nhs_number: &str) -> Result<Found, RecordSystemError> {
        let mut found = self
            .client
            .find_patients(nhs_number)
            .await
            .map_err(classify)?;
        let count = found.len();
        match (count, found.pop().and_then(|patient| patient.id)) {
            (0, _) => Ok(Found::Nobody),
            (1, Some(id)) => Ok(Found::One { id }),
            (1, None) => Err(RecordSystemError::Unavailable(
                "a patient without an id".to_owned(),
            )),
            (several, _) => Ok(Found::Several(several)),
        }
    }

    async fn import_once(&self, message: &ImportMessage) -> Result<Filed, RecordSystemError> {
        // The marks stand where attachments go; nobody can have written them into a message.
        let marks = entropy::uuid_v4(self.entropy.as_ref());
        let urns = || entropy::uuid_v4(self.entropy.as_ref());
        let skeleton =
            bundle::skeleton(message, marks, urns).map_err(|_| RecordSystemError::Refused {
                words: "The message could not be written as FHIR.".to_owned(),
            })?;
        let entries = self
            .client
            .transaction(body::body(&skeleton, marks, message))
            .await
            .map_err(classify)?;
        // A `Binary` has no condition, so that it says nothing about what was there before.
        let created = entries
            .iter()
            .enumerate()
            .filter(|(place, _)| !bundle::is_binary(*place, message))
            .any(|(_, entry)| entry.status.starts_with("201"));
        Ok(if created { Filed::Now } else { Filed::Already })
    }
}

fn classify(error: sdk::Error) -> RecordSystemError {
    match error {
        sdk::Error::Refused(refusal) if !refusal.is_temporary() => RecordSystemError::Refused {
            words: refusal.words,
        },
        other => RecordSystemError::Unavailable(other.to_string()),
    }
}
