//! The record system of a practice, as far as the toolbar needs it: some questions and one order.

pub mod fhir_r4;
pub mod folder;

pub use fhir_r4::FhirR4;
pub use folder::Folder;

use crate::agent::AgentConfig;
use crate::settings::RecordSystemSettings;

use async_trait::async_trait;
use bytes::Bytes;
use jiff::Timestamp;
use jiff::civil::Date;
use model::attachment::Kind;
use sdk::BadAddress;
use std::sync::Arc;
use wire::partner::Body;
use wire::practice::{CodedItem, CurrentUser};

/// What a record system must do for the toolbar.
#[async_trait]
pub trait RecordSystem: Send + Sync {
    /// Who is signed in to it on this PC.
    ///
    /// # Errors
    /// [`RecordSystemError`].
    async fn current_user(&self) -> Result<Option<CurrentUser>, RecordSystemError>;

    /// Which patient has this NHS number.
    ///
    /// # Errors
    /// [`RecordSystemError`].
    async fn find_patient(&self, nhs_number: &str) -> Result<Found, RecordSystemError>;

    /// Files all of a message or nothing of it. Filing it again changes nothing: the record system knows
    /// each part by (client system, message id, place).
    ///
    /// # Errors
    /// [`RecordSystemError`]; after [`RecordSystemError::Unavailable`] the message may have been filed.
    async fn import_once(&self, message: &ImportMessage) -> Result<Filed, RecordSystemError>;

    /// Whether a message is in the record. Its first attachment stands for all of it: every message has
    /// one, and a message is filed whole or not at all.
    ///
    /// # Errors
    /// [`RecordSystemError`]: it is not known whether it is there.
    async fn already_filed(
        &self,
        client_system_id: &str,
        message_id: &str,
    ) -> Result<bool, RecordSystemError>;

    /// Whose record it would be, for people to compare.
    ///
    /// # Errors
    /// [`RecordSystemError`].
    async fn patient(&self, _nhs_number: &str) -> Result<PatientCard, RecordSystemError> {
        Ok(PatientCard::NotAsked)
    }

    /// The page of a patient's record, for a browser on this PC.
    fn record_url(&self, _nhs_number: &str) -> Option<String> {
        None
    }
}

/// The record system that was set.
pub(crate) fn open(config: &AgentConfig) -> Result<Arc<dyn RecordSystem>, BadAddress> {
    Ok(match &config.record_system {
        RecordSystemSettings::FhirR4 {
            url,
            record_url_template,
        } => {
            let entropy = Arc::clone(&config.entropy);
            let records = FhirR4::new(config.http.clone(), url, entropy)?;
            Arc::new(records.with_record_url(record_url_template.clone()))
        }
        RecordSystemSettings::Folder {
            path,
            current_user_file,
        } => Arc::new(Folder::new(path, current_user_file.as_deref())),
    })
}

/// What a record system says of the person whose NHS number a message names. No `Debug`: it is about a patient.
#[derive(Clone, PartialEq, Eq)]
pub enum PatientCard {
    /// Nobody has this number there.
    Nobody,
    /// One person.
    One {
        /// As on a letter: `WHITFIELD, Arthur (Mr)`.
        name: String,
        /// Date of birth, if it is known to the day.
        birth_date: Option<Date>,
        /// They have died.
        deceased: bool,
        /// The page of their record, for a browser on this PC.
        record_url: Option<String>,
    },
    /// So many people.
    Several(usize),
    /// This record system can't be asked.
    NotAsked,
}

/// What a search by NHS number came to. No `Debug`: an id can lead to a patient.
#[derive(Clone, PartialEq, Eq)]
pub enum Found {
    /// Nobody has it.
    Nobody,
    /// One patient, living or deceased.
    One {
        /// The record system's id of the patient.
        id: String,
    },
    /// So many patients.
    Several(usize),
    /// Somebody who, by the answer itself, does not have it: the search was not understood.
    SomebodyElse,
}

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filed {
    /// It is in the record now.
    Now,
    /// It was there already.
    Already,
}

/// Why a record system did not do it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordSystemError {
    /// It answered, and will answer the same again.
    #[error("the record system refused")]
    Refused {
        /// Its own words; may speak of a patient, so not for logs.
        words: String,
    },
    /// It did not answer, or not now.
    #[error("the record system is not available: {0}")]
    Unavailable(String),
}

/// A message, ready to be filed. No `Debug`: it is about a patient.
pub struct ImportMessage {
    /// The client system that sent it.
    pub client_system_id: String,
    /// That system's name for the message.
    pub message_id: String,
    /// That system's name, for people.
    pub sender: String,
    /// The message's topic.
    pub topic: String,
    /// When the platform accepted it: RFC 3339.
    pub received_at: String,
    /// The moment of filing.
    pub filed_at: Timestamp,
    /// The record system's id of the patient.
    pub patient_id: String,
    /// The patient's NHS number.
    pub nhs_number: String,
    /// Words for the practice, as they were sent.
    pub body: Option<Body>,
    /// One to ten.
    pub attachments: Vec<ImportAttachment>,
    /// At most 200.
    pub coded_data: Vec<CodedItem>,
}

/// One attachment with its bytes.
pub struct ImportAttachment {
    /// What it is.
    pub kind: Kind,
    /// File name.
    pub file_name: String,
    /// Its bytes.
    pub bytes: Bytes,
}
