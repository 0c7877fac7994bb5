//! The record system of a practice, as far as the toolbar needs it: four questions and one order.

pub mod fhir_r4;

pub use fhir_r4::FhirR4;

use async_trait::async_trait;
use bytes::Bytes;
use jiff::Timestamp;
use model::attachment::Kind;
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
