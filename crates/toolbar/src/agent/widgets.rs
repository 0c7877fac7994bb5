//! What a practitioner can ask about widgets.

use super::{AgentHandle, OperationError};
use crate::widgets;
use std::sync::Arc;
use tokio::sync::watch;
use wire::practice::WidgetInfo;

impl AgentHandle {
    /// What stands on the bar for whoever is signed in, now and as it changes; hidden ones too. Empty when nobody is.
    pub fn widgets(&self) -> watch::Receiver<Arc<Vec<WidgetInfo>>> {
        self.0.shared.widgets.subscribe()
    }

    /// Puts a widget out of the signed-in practitioner's sight, or back, at every PC.
    ///
    /// # Errors
    /// [`OperationError`]; [`OperationError::NoSuchWidget`] when the practice no longer sees it.
    pub async fn hide_widget(&self, id: &str, hidden: bool) -> Result<(), OperationError> {
        let session = self.session()?;
        widgets::hide(&self.0.shared, &session, id, hidden).await
    }

    /// Opens a widget, for the patient with this NHS number if the widget asks for one: the address to open in the
    /// browser. It works once, within a minute, and says who the practitioner and the patient are to whoever has it:
    /// it belongs in no log.
    ///
    /// # Errors
    /// [`OperationError`]; [`OperationError::PatientNeeded`] when the widget asks for a patient and none, or no NHS
    /// number, was given; [`OperationError::NoSuchWidget`] when it was changed or taken away meanwhile.
    pub async fn launch_widget(
        &self,
        id: &str,
        patient: Option<&str>,
    ) -> Result<String, OperationError> {
        let session = self.session()?;
        widgets::launch(&self.0.shared, &session, id, patient).await
    }
}
