//! Any FHIR R4 server as record system: a message becomes one `transaction` bundle.

mod body;
mod bundle;
mod card;
#[cfg(test)]
mod tests;

use super::{Filed, Found, ImportMessage, PatientCard, RecordSystem, RecordSystemError};
use crate::settings::NHS_NUMBER_MARK;
use async_trait::async_trait;
use model::{Entropy, entropy};
use sdk::{BadAddress, FhirClient};
use std::sync::Arc;
use wire::fhir_r4::{DocumentReference, Identifier, MESSAGE_PART, NHS_NUMBER, Patient};
use wire::practice::CurrentUser;

/// A record system that speaks FHIR R4.
pub struct FhirR4 {
    client: FhirClient,
    entropy: Arc<dyn Entropy>,
    record_url: Option<String>,
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
        Ok(Self {
            client,
            entropy,
            record_url: None,
        })
    }

    /// The same, whose pages of records are at `template`, with `{nhsNumber}` in it.
    #[must_use]
    pub fn with_record_url(mut self, template: Option<String>) -> Self {
        self.record_url = template;
        self
    }

    /// The patients with this number; `None` when the answer has somebody without it: a server may ignore a search
    /// parameter that it does not know, and answer with anybody.
    async fn theirs(&self, nhs_number: &str) -> Result<Option<Vec<Patient>>, RecordSystemError> {
        let found = self.client.find_patients(nhs_number).await;
        let found = found.map_err(classify)?;
        let theirs = |patient: &Patient| carries(&patient.identifier, NHS_NUMBER, nhs_number);
        Ok(found.iter().all(theirs).then_some(found))
    }
}

#[async_trait]
impl RecordSystem for FhirR4 {
    async fn current_user(&self) -> Result<Option<CurrentUser>, RecordSystemError> {
        self.client.current_user().await.map_err(classify)
    }

    async fn find_patient(&self, nhs_number: &str) -> Result<Found, RecordSystemError> {
        let Some(mut found) = self.theirs(nhs_number).await? else {
            return Ok(Found::SomebodyElse);
        };
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
        let filed = |status: &str| status.starts_with("200") || status.starts_with("201");
        if entries.len() != bundle::entries(message)
            || !entries.iter().all(|entry| filed(&entry.status))
        {
            return Err(RecordSystemError::Unavailable(
                "not every part was confirmed".to_owned(),
            ));
        }
        // A `Binary` has no condition, so that it says nothing about what was there before.
        let created = entries
            .iter()
            .enumerate()
            .filter(|(place, _)| !bundle::is_binary(*place, message))
            .any(|(_, entry)| entry.status.starts_with("201"));
        Ok(if created { Filed::Now } else { Filed::Already })
    }

    async fn already_filed(
        &self,
        client_system_id: &str,
        message_id: &str,
    ) -> Result<bool, RecordSystemError> {
        let part = bundle::part(client_system_id, message_id, "attachment", 0);
        let found = self
            .client
            .find_documents(MESSAGE_PART, &part)
            .await
            .map_err(classify)?;
        let is_it =
            |document: &DocumentReference| carries(&document.identifier, MESSAGE_PART, &part);
        if found.iter().any(is_it) {
            return Ok(true);
        }
        if found.is_empty() {
            return Ok(false);
        }
        // The search was not understood, so that its answer says nothing about what is there.
        Err(RecordSystemError::Unavailable(
            "documents of other messages".to_owned(),
        ))
    }

    async fn patient(&self, nhs_number: &str) -> Result<PatientCard, RecordSystemError> {
        let Some(found) = self.theirs(nhs_number).await? else {
            return Err(RecordSystemError::Refused {
                words:
                    "The record system answered with a patient who does not have this NHS number."
                        .to_owned(),
            });
        };
        Ok(match found.as_slice() {
            [] => PatientCard::Nobody,
            [patient] => card::card(patient, self.record_url(nhs_number)),
            several => PatientCard::Several(several.len()),
        })
    }

    fn record_url(&self, nhs_number: &str) -> Option<String> {
        // Only a number can't change where the address leads.
        let number = nhs_number.bytes().all(|byte| byte.is_ascii_digit());
        let template = self.record_url.as_deref().filter(|_| number)?;
        Some(template.replace(NHS_NUMBER_MARK, nhs_number))
    }
}

fn carries(identifiers: &[Identifier], system: &str, value: &str) -> bool {
    identifiers.iter().any(|identifier| {
        identifier.system.as_deref() == Some(system) && identifier.value.as_deref() == Some(value)
    })
}

fn classify(error: sdk::Error) -> RecordSystemError {
    match error {
        sdk::Error::Refused(refusal) if !refusal.is_temporary() => RecordSystemError::Refused {
            words: refusal.words,
        },
        other => RecordSystemError::Unavailable(other.to_string()),
    }
}
