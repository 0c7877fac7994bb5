//! Widgets of the practice.

use super::desk::Desk;
use super::words;
use crate::snapshot::Widget;
use model::NhsNumber;
use std::sync::Arc;
use wire::practice::WidgetInfo;

impl Desk {
    /// They changed.
    pub(super) fn take_widgets(&mut self, widgets: Arc<Vec<WidgetInfo>>) {
        self.shown.widgets = Arc::new(
            widgets
                .iter()
                .map(|widget| Widget {
                    id: widget.widget_id.clone(),
                    name: widget.name.clone(),
                    icon: widget.icon.clone(),
                    client: widget.client_name.clone(),
                    wants_patient: widget.requires_patient_data,
                    hidden: widget.hidden,
                })
                .collect(),
        );
    }

    /// Opens one in the browser.
    pub(super) fn launch_widget(&mut self, id: String, patient: Option<NhsNumber>) {
        let Some(agent) = self.agent.clone() else {
            return;
        };
        let launching = async move {
            let patient = patient.as_ref().map(NhsNumber::as_str);
            agent.launch_widget(&id, patient).await
        };
        self.aside(launching, |desk, launched| match launched {
            Ok(address) => desk.browse(address),
            Err(error) => desk.trouble(&words::of(&error)),
        });
    }

    /// Hides one or shows it again.
    pub(super) fn hide_widget(&mut self, id: String, hidden: bool) {
        let Some(agent) = self.agent.clone() else {
            return;
        };
        self.aside(
            async move { agent.hide_widget(&id, hidden).await },
            |desk, done| {
                if let Err(error) = done {
                    desk.trouble(&words::of(&error));
                }
            },
        );
    }
}
