//! Widgets: registering one, and the keys by which their launches are checked.

use super::PartnerClient;
use crate::Error;
use crate::http::{fill, send_for};
use wire::paths::partner as paths;
use wire::widgets::{RegisterWidget, RegisteredWidget, WidgetKey};

impl PartnerClient {
    /// Registers a widget, or changes the one of this name. The same again changes nothing.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn register_widget(
        &self,
        widget: &RegisterWidget,
    ) -> Result<RegisteredWidget, Error> {
        send_for(self.post(paths::WIDGETS).json(widget)).await
    }

    /// The public key of the toolbar whose id is `kid`: what it signs is checked with that. `None` when no toolbar has
    /// this id, or it is blocked. It may be believed for a minute.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn widget_key(&self, kid: &str) -> Result<Option<WidgetKey>, Error> {
        let path = fill(paths::WIDGET_KEY, "kid", kid);
        match send_for(self.get(&path)).await {
            Ok(key) => Ok(Some(key)),
            Err(error) if error.status() == Some(404) => Ok(None),
            Err(error) => Err(error),
        }
    }
}
