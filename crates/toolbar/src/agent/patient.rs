//! Whose record a message would go into.

use super::{AgentHandle, OperationError};
use crate::record_system::{PatientCard, RecordSystemError};

impl AgentHandle {
    /// What the record system says of the person with this NHS number.
    ///
    /// # Errors
    /// [`OperationError`]; [`OperationError::RecordSystemAway`] when it says nothing.
    pub async fn patient(&self, nhs_number: &str) -> Result<PatientCard, OperationError> {
        // Nobody looks up patients here who has not signed in.
        self.session()?;
        let card = self.0.shared.records.patient(nhs_number).await;
        card.map_err(|error| OperationError::RecordSystemAway {
            words: match error {
                RecordSystemError::Refused { words } => words,
                RecordSystemError::Unavailable(_) => "The record system did not answer.".to_owned(),
            },
        })
    }
}
