//! A call of one operation by `curl`, to copy and run.

use super::rows::{resolve, text};
use serde_json::Value;
use std::fmt::Write;

/// A body longer than this is read from a file.
const LONG: usize = 200;

/// The command. The key and the token come from `API_KEY` and `TOKEN` in the shell.
pub(super) fn curl(
    document: &Value,
    base_url: &str,
    method: &str,
    path: &str,
    operation: &Value,
) -> String {
    let mut command = "curl -sS".to_owned();
    if streams(operation) {
        command.push_str(" -N");
    }
    if method != "GET" {
        let _ = write!(command, " -X {method}");
    }
    let mut address = format!("{base_url}{path}");
    let mut headers = Vec::new();
    headers.extend(key_header(document, operation));
    for parameter in parameters(operation).filter(|p| p.get("required") == Some(&Value::Bool(true)))
    {
        let name = text(parameter, "name");
        let schema = parameter.get("schema").unwrap_or(&Value::Null);
        match text(parameter, "in") {
            "path" => {
                let example = example(resolve(document, schema));
                address = address.replace(&format!("{{{name}}}"), example);
            }
            "query" => {
                let mark = if address.contains('?') { '&' } else { '?' };
                let example = example(resolve(document, schema));
                let _ = write!(address, "{mark}{name}={example}");
            }
            _ => headers.push(format!("\"{name}: $TOKEN\"")),
        }
    }
    let body = operation
        .pointer("/requestBody/content/application~1json/examples")
        .and_then(Value::as_object)
        .and_then(|examples| examples.values().next())
        .and_then(|example| example.get("value"))
        .map(Value::to_string);
    if body.is_some() {
        headers.push("'Content-Type: application/json'".to_owned());
    }
    let _ = write!(command, " '{address}'");
    for header in headers {
        let _ = write!(command, " \\\n  -H {header}");
    }
    match body {
        Some(body) if body.len() <= LONG => {
            let _ = write!(command, " \\\n  -d '{body}'");
        }
        Some(_) => command.push_str(" \\\n  --data-binary @message.json"),
        None => {}
    }
    command
}

/// The header in which the key is shown, if one must be.
fn key_header(document: &Value, operation: &Value) -> Option<String> {
    let ways = operation.get("security")?.as_array()?;
    let (name, _) = ways.first()?.as_object()?.iter().next()?;
    let scheme = document.pointer("/components/securitySchemes")?.get(name)?;
    Some(match text(scheme, "scheme") {
        "bearer" => "\"Authorization: Bearer $API_KEY\"".to_owned(),
        _ => format!("\"{}: $API_KEY\"", text(scheme, "name")),
    })
}

/// Whether a key must be shown.
pub(super) fn has_key(operation: &Value) -> bool {
    operation
        .get("security")
        .and_then(Value::as_array)
        .is_some_and(|ways| !ways.is_empty())
}

/// The parameters of an operation.
pub(super) fn parameters(operation: &Value) -> impl Iterator<Item = &Value> {
    operation
        .get("parameters")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

fn streams(operation: &Value) -> bool {
    operation
        .pointer("/responses/200/content/text~1event-stream")
        .is_some()
}

/// An example of a single value.
fn example(schema: &Value) -> &str {
    let examples = schema.get("examples").or_else(|| schema.get("enum"));
    examples
        .and_then(|examples| examples.get(0))
        .and_then(Value::as_str)
        .unwrap_or("…")
}
