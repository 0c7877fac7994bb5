//! Widgets in the toolbar API's JSON.

use serde::{Deserialize, Serialize};

/// What stands on the practice's bars.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Widgets {
    /// Approved for the practice, by name; hidden ones too.
    pub widgets: Vec<WidgetInfo>,
}

/// A widget that the practice sees.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WidgetInfo {
    /// Its id.
    pub widget_id: String,
    /// Which content of it this is; a launch says so.
    pub revision: u32,
    /// What users see.
    pub name: String,
    /// One of the icon pack.
    pub icon: String,
    /// Whose it is.
    pub client_name: String,
    /// What is opened; the audience of a launch's tokens, letter by letter.
    pub launch_url: String,
    /// Whether a launch carries a user token.
    pub requires_user_data: bool,
    /// Whether a launch carries a patient token.
    pub requires_patient_data: bool,
    /// Whether the signed-in practitioner has put it out of sight.
    pub hidden: bool,
}

/// Open a widget; no `Debug`, since the tokens are about people.
#[derive(Clone, Serialize, Deserialize)]
pub struct LaunchWidget {
    /// The content that the practitioner saw.
    pub revision: u32,
    /// A JWT of [`crate::widgets::UserClaims`], signed by the toolbar; just when the widget requires user data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// A JWT of [`crate::widgets::PatientClaims`], signed by the toolbar; just when it requires patient data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patient: Option<String>,
}

/// What to open; no `Debug`, since whoever has it is let in.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WidgetLaunched {
    /// The widget's address with the encrypted tokens in its query. It works once, within a minute.
    pub launch_url: String,
}
