//! Widgets at the pretended platform.

use super::{Shared, caller, problem};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use wire::practice::WidgetInfo;
use wire::problem::ProblemType;

/// What the platform knows of widgets.
#[derive(Default)]
pub(crate) struct Bar {
    pub(crate) widgets: Vec<WidgetInfo>,
    pub(crate) reads: usize,
    /// What was sent to open one.
    pub(crate) launches: Vec<Value>,
}

pub(super) async fn list(State(platform): State<Shared>, headers: HeaderMap) -> Response {
    if let Err(refusal) = caller(&platform, &headers) {
        return *refusal;
    }
    let bar = &mut platform.inner().bar;
    bar.reads += 1;
    Json(json!({ "widgets": bar.widgets })).into_response()
}

pub(super) async fn hidden(
    State(platform): State<Shared>,
    Path(id): Path<String>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    if let Err(refusal) = caller(&platform, &headers) {
        return *refusal;
    }
    let widgets = &mut platform.inner().bar.widgets;
    let Some(widget) = widgets.iter_mut().find(|widget| widget.widget_id == id) else {
        return problem(ProblemType::NotFound);
    };
    widget.hidden = method == Method::PUT;
    StatusCode::NO_CONTENT.into_response()
}

pub(super) async fn launch(
    State(platform): State<Shared>,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(launch): Json<Value>,
) -> Response {
    if let Err(refusal) = caller(&platform, &headers) {
        return *refusal;
    }
    let bar = &mut platform.inner().bar;
    let found = bar.widgets.iter().find(|widget| {
        widget.widget_id == id && launch["revision"].as_u64() == Some(widget.revision.into())
    });
    let Some(address) = found.map(|widget| format!("{}?user=sealed", widget.launch_url)) else {
        return problem(ProblemType::NotFound);
    };
    bar.launches.push(launch);
    (StatusCode::CREATED, Json(json!({ "launchUrl": address }))).into_response()
}
