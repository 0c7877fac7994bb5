//! A JSON Schema as rows of a table: one member a row, with its dotted name.

use super::prose;
use serde::Serialize;
use serde_json::Value;

/// One member.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Row {
    /// As faults name it, with `[n]` for the places of a list.
    pub(super) name: String,
    /// Whether it must be there (in its parent, if that is there).
    pub(super) required: bool,
    /// Its JSON type, and more where that says more.
    pub(super) kind: String,
    /// What it is, as HTML.
    pub(super) rule: String,
    /// An example, if there is one.
    pub(super) example: Option<String>,
}

/// The rows of a schema that is an object or a list of objects.
pub(super) fn of(document: &Value, schema: &Value) -> Vec<Row> {
    let mut rows = Vec::new();
    let whole = resolve(document, schema);
    if text(whole, "type") == "array" {
        descend(document, whole, "[n]", &mut rows);
    } else {
        members(document, whole, "", &mut rows);
    }
    rows
}

/// Follows a pointer within the document.
pub(super) fn resolve<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    let pointer = text(schema, "$ref").strip_prefix('#');
    pointer
        .and_then(|pointer| document.pointer(pointer))
        .unwrap_or(schema)
}

/// A text member, or nothing.
pub(super) fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// The row of one parameter, header or member.
pub(super) fn row(document: &Value, name: String, schema: &Value, required: bool) -> Row {
    let resolved = resolve(document, schema);
    let own = text(schema, "description");
    let mut description = own.to_owned();
    if own.is_empty() {
        description.push_str(text(resolved, "description"));
    }
    let example = resolved
        .get("examples")
        .and_then(|examples| examples.get(0))
        .map(shown);
    Row {
        name,
        required,
        kind: kind(resolved),
        rule: prose::line(&format!("{description}{}", choices(resolved, &description))),
        example,
    }
}

fn members(document: &Value, schema: &Value, prefix: &str, rows: &mut Vec<Row>) {
    let required: Vec<_> = schema
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let properties = schema.get("properties").and_then(Value::as_object);
    for (name, member) in properties.into_iter().flatten() {
        let path = if prefix.is_empty() {
            name.clone()
        } else {
            format!("{prefix}.{name}")
        };
        let needed = required.contains(&name.as_str());
        rows.push(row(document, path.clone(), member, needed));
        let inner = resolve(document, member);
        if inner.get("properties").is_some() {
            members(document, inner, &path, rows);
        } else if text(inner, "type") == "array" {
            descend(document, inner, &format!("{path}[n]"), rows);
        }
    }
}

fn descend(document: &Value, list: &Value, prefix: &str, rows: &mut Vec<Row>) {
    if let Some(items) = list.get("items") {
        members(document, resolve(document, items), prefix, rows);
    }
}

fn kind(schema: &Value) -> String {
    let kind = text(schema, "type");
    if kind == "array" {
        let least = schema.get("minItems").and_then(Value::as_u64).unwrap_or(0);
        let most = schema.get("maxItems").and_then(Value::as_u64);
        return match most {
            Some(most) => format!("list, {least} to {most}"),
            None => "list".to_owned(),
        };
    }
    let more = [text(schema, "format"), text(schema, "contentEncoding")];
    let more = more.into_iter().find(|more| !more.is_empty());
    match more {
        Some(more) => format!("{kind}, {more}"),
        None => kind.to_owned(),
    }
}

/// The values that are taken, unless the description lists them.
fn choices(schema: &Value, description: &str) -> String {
    if let Some(only) = schema.get("const") {
        return format!(" Always `{}`.", shown(only));
    }
    let Some(values) = schema.get("enum").and_then(Value::as_array) else {
        return String::new();
    };
    let values: Vec<_> = values.iter().map(shown).collect();
    if values.iter().all(|value| description.contains(value)) {
        return String::new();
    }
    format!(" One of `{}`.", values.join("`, `"))
}

fn shown(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}
