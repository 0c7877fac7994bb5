//! One operation of the OpenAPI document as its part of the page.

use super::rows::{Row, text};
use super::{calls, prose, rows};
use serde::Serialize;
use serde_json::Value;

/// One operation.
#[derive(Serialize)]
pub(super) struct Operation {
    id: String,
    method: String,
    path: String,
    summary: String,
    description: Vec<String>,
    needs_key: bool,
    needs_token: bool,
    parameters: Vec<Row>,
    request: Option<Part>,
    /// The parts of a form that is taken instead of JSON.
    form: Option<Part>,
    curl: String,
    answers: Vec<Answer>,
    problems: Vec<Refusal>,
}

impl Operation {
    /// Whether it needs a practitioner's token.
    pub(super) fn needs_token(&self) -> bool {
        self.needs_token
    }
}

/// A body: its members and examples.
#[derive(Serialize)]
struct Part {
    rows: Vec<Row>,
    examples: Vec<Example>,
}

#[derive(Serialize)]
struct Example {
    summary: String,
    text: String,
}

/// An answer that is not a problem.
#[derive(Serialize)]
struct Answer {
    status: String,
    description: String,
    kind: String,
    headers: Vec<Row>,
    body: Part,
}

/// A status, and the kinds of problem behind it.
#[derive(Serialize)]
struct Refusal {
    status: String,
    kinds: Vec<String>,
}

/// What the page says of an operation.
pub(super) fn view(
    document: &Value,
    base_url: &str,
    method: &str,
    path: &str,
    operation: &Value,
) -> Operation {
    let parameters: Vec<_> = calls::parameters(operation)
        .map(|parameter| parameter_row(document, parameter))
        .collect();
    let request = operation.pointer("/requestBody/content/application~1json");
    let form = operation.pointer("/requestBody/content/multipart~1form-data");
    let responses = operation.get("responses").and_then(Value::as_object);
    let (problems, answers): (Vec<_>, Vec<_>) = responses
        .into_iter()
        .flatten()
        .partition(|(_, response)| problem(response).is_some());
    Operation {
        id: text(operation, "operationId").to_owned(),
        method: method.to_owned(),
        path: path.to_owned(),
        summary: text(operation, "summary").to_owned(),
        description: prose::paragraphs(text(operation, "description")),
        needs_key: calls::has_key(operation),
        needs_token: parameters
            .iter()
            .any(|p| p.required && p.name.ends_with("Token")),
        curl: calls::curl(document, base_url, method, path, operation),
        parameters,
        request: request.map(|media| part(document, media)),
        form: form.map(|media| part(document, media)),
        answers: answers
            .into_iter()
            .map(|(status, response)| answer(document, status, response))
            .collect(),
        problems: problems
            .into_iter()
            .map(|(status, response)| Refusal {
                status: status.clone(),
                kinds: kinds(response),
            })
            .collect(),
    }
}

fn parameter_row(document: &Value, parameter: &Value) -> Row {
    let schema = parameter.get("schema").unwrap_or(&Value::Null);
    let required = parameter.get("required") == Some(&Value::Bool(true));
    let mut row = rows::row(
        document,
        text(parameter, "name").to_owned(),
        schema,
        required,
    );
    row.rule = prose::line(text(parameter, "description"));
    row.kind = format!("{}; {}", text(parameter, "in"), row.kind);
    row
}

fn part(document: &Value, media: &Value) -> Part {
    let schema = media.get("schema").unwrap_or(&Value::Null);
    let many = media.get("examples").and_then(Value::as_object);
    let mut examples: Vec<_> = many
        .into_iter()
        .flatten()
        .map(|(_, example)| Example {
            summary: text(example, "summary").to_owned(),
            text: pretty(example.get("value").unwrap_or(&Value::Null)),
        })
        .collect();
    if let Some(one) = media.get("example") {
        examples.push(Example {
            summary: "For instance".to_owned(),
            text: pretty(one),
        });
    }
    Part {
        rows: rows::of(document, schema),
        examples,
    }
}

fn answer(document: &Value, status: &str, response: &Value) -> Answer {
    let content = response.get("content").and_then(Value::as_object);
    let media = content.and_then(|content| content.iter().next());
    let headers = response.get("headers").and_then(Value::as_object);
    let headers = headers
        .into_iter()
        .flatten()
        .map(|(name, header)| {
            let mut row = rows::row(
                document,
                name.clone(),
                header.get("schema").unwrap_or(header),
                true,
            );
            row.rule = prose::line(text(header, "description"));
            row
        })
        .collect();
    Answer {
        status: status.to_owned(),
        description: prose::line(text(response, "description")),
        kind: media.map(|(kind, _)| kind.clone()).unwrap_or_default(),
        headers,
        body: part(document, media.map_or(&Value::Null, |(_, media)| media)),
    }
}

/// The part of a response that holds a problem.
fn problem(response: &Value) -> Option<&Value> {
    response.pointer("/content/application~1problem+json")
}

fn kinds(response: &Value) -> Vec<String> {
    let examples = problem(response).and_then(|media| media.get("examples")?.as_object());
    examples
        .into_iter()
        .flat_map(|examples| examples.keys().cloned())
        .collect()
}

fn pretty(value: &Value) -> String {
    match value {
        Value::String(text) => text.trim_end().to_owned(),
        other => serde_json::to_string_pretty(other).unwrap_or_default(),
    }
}
