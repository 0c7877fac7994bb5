//! Widgets: registered by a supplier, approved by an operator, opened by a practitioner.

mod launching;
mod registering;
mod secret;
mod shown;

use crate::actors::{Integrator, Toolbar};
use crate::world::{Answer, World};
use axum::http::Method;
use model::OdsCode;
use serde_json::{Value, json};
use wire::paths::{partner, practice};
use wire::practice::{WidgetInfo, Widgets};
use wire::widgets::RegisteredWidget;

/// What the widget opens.
pub(crate) const PAGE: &str = "https://supplier.example/open?from=bar";
/// Its secret.
pub(crate) const SECRET: &str = "Kq3vX7pZ0sT5wB9nR2yL6dF8hJ1mC4gA";

/// A widget that is right in every way and wants to know everything.
pub(crate) fn widget() -> Value {
    json!({
        "name": "Clinic letters", "icon": "letter", "launchUrl": PAGE, "encryptionSecret": SECRET,
        "encryptionMethod": "A256GCM", "requiresUserData": true, "requiresPatientData": true,
    })
}

/// The same with other members.
fn with(changes: &Value) -> Value {
    let mut widget = widget();
    for (name, value) in changes.as_object().unwrap() {
        widget[name] = value.clone();
    }
    widget
}

async fn post(world: &World, partner: &Integrator, widget: &Value) -> Answer {
    let request = partner.posting(partner::WIDGETS, widget.to_string());
    world.call(request).await
}

pub(crate) async fn register(
    world: &World,
    partner: &Integrator,
    widget: &Value,
) -> RegisteredWidget {
    post(world, partner, widget).await.json()
}

/// Registers a widget, and an operator approves it for some practices, or for all when none is named.
pub(crate) async fn approved(
    world: &World,
    partner: &Integrator,
    widget: &Value,
    practices: &[&str],
) -> RegisteredWidget {
    let registered = register(world, partner, widget).await;
    let codes = practices.iter().map(|code| OdsCode::parse(code).unwrap());
    let codes: Vec<_> = codes.collect();
    let id = registered.widget_id.parse().unwrap();
    let admin = world.admin();
    admin
        .approve_widget(id, registered.revision, &codes)
        .await
        .unwrap();
    registered
}

/// What a practitioner sees.
async fn seen(world: &World, toolbar: &Toolbar) -> Vec<WidgetInfo> {
    let widgets: Widgets = toolbar.get(world, practice::WIDGETS).await.json();
    widgets.widgets
}

async fn put_hidden(world: &World, toolbar: &Toolbar, id: &str, hidden: bool) -> Answer {
    let path = practice::WIDGET_HIDDEN.replace("{widgetId}", id);
    let method = if hidden { Method::PUT } else { Method::DELETE };
    world.call(toolbar.calling(method, &path, "")).await
}

/// The audit log's newest entries, as lines.
async fn audit(world: &World) -> Vec<String> {
    let entries = world.store.audit.recent(500).await.unwrap();
    let line =
        |entry: &store::audit::Entry| format!("{} {} {}", entry.actor, entry.action, entry.subject);
    entries.iter().map(line).collect()
}
