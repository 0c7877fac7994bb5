//! The JSON Schemas that operations refer to by name.

mod answers;
pub(super) mod gateway;
mod requests;
mod scalars;
mod widgets;

use serde_json::{Map, Value, json};

/// Every schema of the partner API by name, in reading order.
pub(super) fn all() -> Map<String, Value> {
    let mut all = Map::new();
    for (name, schema) in requests::all()
        .into_iter()
        .chain(answers::all())
        .chain(widgets::all())
        .chain(scalars::all())
    {
        all.insert(name.to_owned(), schema);
    }
    all
}

/// A pointer to a schema.
pub(super) fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// A pointer to a schema with words for this place of use.
fn reference_saying(name: &str, description: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}"), "description": description })
}
