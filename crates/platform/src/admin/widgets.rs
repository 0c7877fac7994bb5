//! What an operator says of widgets. Each word is about one revision: the one that they looked at.

use super::{Admin, AdminError};
use model::widget::life::{Practices, Reason};
use model::{OdsCode, WidgetId};
use store::platform::{Decided, Widget};

const UNKNOWN: AdminError = AdminError::Unknown("widget with that id");

impl Admin<'_> {
    /// Lets practices see a widget: those named, or all when none is.
    ///
    /// # Errors
    /// [`AdminError::Unknown`] when there is no such widget or practice; [`AdminError::Invalid`] when the widget was
    /// changed meanwhile.
    pub async fn approve_widget(
        &self,
        id: WidgetId,
        revision: u32,
        practices: &[OdsCode],
    ) -> Result<Widget, AdminError> {
        for code in practices {
            if self.store.directory.practice(code).await?.is_none() {
                return Err(AdminError::Unknown("practice with that code"));
            }
        }
        let practices = Practices::these(practices.iter().cloned()).unwrap_or(Practices::All);
        let widgets = &self.store.widgets;
        let decided = widgets.approve(&self.by, id, revision, &practices, self.now);
        stands(decided.await?)
    }

    /// Refuses a widget, or takes an approval back; its supplier reads the reason.
    ///
    /// # Errors
    /// As [`Self::approve_widget`]; [`AdminError::Invalid`] for a reason that is none.
    pub async fn refuse_widget(
        &self,
        id: WidgetId,
        revision: u32,
        reason: &str,
    ) -> Result<Widget, AdminError> {
        let reason = Reason::parse(reason).map_err(|_| {
            AdminError::Invalid(
                "a reason has 1 to 300 characters, none of them a control character",
            )
        })?;
        let widgets = &self.store.widgets;
        let decided = widgets.refuse(&self.by, id, revision, &reason, self.now);
        stands(decided.await?)
    }
}

fn stands(decided: Decided) -> Result<Widget, AdminError> {
    match decided {
        Decided::Stands(widget) => Ok(*widget),
        Decided::Other(_) => Err(AdminError::Invalid(
            "the widget was changed after you looked at it: look again, then decide",
        )),
        Decided::Unknown => Err(UNKNOWN),
    }
}
